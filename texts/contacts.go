package texts

import (
	"strings"

	"github.com/todoke/todoke/models"
)

// ContactField names a field of a contract's contacts with the contact that it
// belongs to, by its path: holder.phone.
func ContactField(path string) models.Text {
	role, name, _ := strings.Cut(path, ".")
	return models.Text{
		JA: T(models.Japanese, "contacts.of", "contact", T(models.Japanese, "contacts.role."+role), "field", T(models.Japanese, "contacts.field."+name)),
		EN: T(models.English, "contacts.of", "contact", T(models.English, "contacts.role."+role), "field", T(models.English, "contacts.field."+name)),
	}
}
