package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"

	"github.com/todoke/todoke/models"
)

// KeepAttachments puts the bytes of files that somebody sent along under random
// keys, and notes key and SHA-256 with them. They are looked at before: see
// models.CheckAttachments.
func (s *Store) KeepAttachments(ctx context.Context, list []models.NewAttachment) error {
	for i := range list {
		kind, _ := models.AttachmentTypeOf(list[i].Content)
		key := "attachments/" + strings.ToLower(rand.Text()) + kind.Extension()
		sum, _, err := s.Put(ctx, key, bytes.NewReader(list[i].Content), string(kind))
		if err != nil {
			return err
		}
		list[i].BlobKey, list[i].SHA256 = key, sum
	}
	return nil
}

// DropAttachments removes what KeepAttachments kept, where the request that it was
// for was refused.
func (s *Store) DropAttachments(ctx context.Context, list []models.NewAttachment) {
	for _, a := range list {
		if a.BlobKey != "" {
			_ = s.Delete(context.WithoutCancel(ctx), a.BlobKey) // nothing names it, so a blob that stays does no harm
		}
	}
}
