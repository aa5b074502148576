package files

import (
	"strings"
	"testing"

	"github.com/todoke/todoke/models"
)

// Files that come along are kept whole, each under a key that nobody can guess, and
// dropped again without a trace.
func TestAttachmentsAreKeptAndDropped(t *testing.T) {
	eachStore(t, func(t *testing.T, s *Store) {
		list := []models.NewAttachment{{FileName: "a", Content: []byte("%PDF-1")}, {FileName: "a", Content: []byte("%PDF-1")}}
		if err := s.KeepAttachments(t.Context(), list); err != nil {
			t.Fatal(err)
		}
		if list[0].BlobKey == list[1].BlobKey || list[0].SHA256 != list[1].SHA256 || len(list[0].SHA256) != 64 {
			t.Errorf("they are kept as %+v", list)
		}
		for _, a := range list {
			content, err := s.Get(t.Context(), a.BlobKey)
			if err != nil || string(content) != "%PDF-1" || !strings.HasPrefix(a.BlobKey, "attachments/") || strings.Contains(a.BlobKey, "a.pdf") {
				t.Errorf("%s holds %q: %v", a.BlobKey, content, err)
			}
		}
		s.DropAttachments(t.Context(), list)
		for _, a := range list {
			if _, err := s.Get(t.Context(), a.BlobKey); !models.IsKind(err, models.KindNotFound) {
				t.Errorf("%s is still there: %v", a.BlobKey, err)
			}
		}
	})
}
