package profile

import "github.com/todoke/todoke/models"

// Brand is who the vendor is to the people who read pages, mails and documents.
type Brand struct {
	// Name is the brand as mail subjects carry it.
	Name models.Text `yaml:"name"`
	// Company is what people call the company; LegalName stands on documents.
	Company     models.Text `yaml:"company"`
	LegalName   models.Text `yaml:"legal_name"`
	Sites       Sites       `yaml:"sites"`
	Support     Support     `yaml:"support"`
	Certificate Certificate `yaml:"certificate"`
}

// Sites are the names of the sites in titles and mails.
type Sites struct {
	Console        models.Text `yaml:"console"`
	BusinessCenter models.Text `yaml:"business_center"`
	Delivery       models.Text `yaml:"delivery"`
	Portal         models.Text `yaml:"portal"`
	SupportPortal  models.Text `yaml:"support_portal"`
}

// Support is the desk that people are told to ask.
type Support struct {
	Name    models.Text `yaml:"name"`
	URL     string      `yaml:"url"`
	Phone   string      `yaml:"phone"`
	Hours   models.Text `yaml:"hours"`
	Address models.Text `yaml:"address"`
}

// Certificate is what the vendor says on every license certificate.
type Certificate struct {
	// Terms may have several lines.
	Terms models.Text `yaml:"terms" multiline:"true"`
}
