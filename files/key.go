package files

import (
	"errors"
	"regexp"
	"strings"

	"github.com/todoke/todoke/models"
)

// maxKeyBytes keeps a key below the length of a file name on every system, and
// far below the 1024 bytes of S3.
const maxKeyBytes = 200

// keyPattern allows parts of letters, digits, dots, underscores and hyphens with
// single slashes between. No part begins with a dot, so no key climbs out of the
// folder or hides in it.
var keyPattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// checkKey refuses keys that a store could understand differently than meant.
// Keys are made by the program, so a bad one is an internal error. A folder hides
// what ends in .attrs from its lists, so no blob may.
func checkKey(key string) error {
	if len(key) > maxKeyBytes || !keyPattern.MatchString(key) || strings.HasSuffix(key, ".attrs") {
		return models.Internal(errors.New("a file key has characters or a form that is not allowed"))
	}
	return nil
}
