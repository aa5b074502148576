package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/alexedwards/scs/v2"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// session is a signed-in browser's data. The token itself is kept nowhere: who
// reads the table cannot take a session over.
type session struct {
	TokenHash string `gorm:"primaryKey"`
	Data      []byte
	ExpiresAt time.Time
}

// SessionStore keeps the sessions of package scs.
type SessionStore struct{ store *Store }

var _ scs.CtxStore = (*SessionStore)(nil)

// SessionStore gives the place where sessions are kept.
func (s *Store) SessionStore() *SessionStore { return &SessionStore{store: s} }

// FindCtx gives a session's data; one that is unknown or expired is not found.
func (k *SessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var row session
	err := k.store.reader(ctx).Where("token_hash = ? AND expires_at > ?", tokenHash(token), k.store.Now()).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, false, nil
	}
	return row.Data, err == nil, translate(err)
}

// CommitCtx keeps a session's data until expiry, and drops sessions that have ended.
func (k *SessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	row := session{TokenHash: tokenHash(token), Data: data, ExpiresAt: expiry.UTC().Truncate(time.Microsecond)}
	return k.store.transaction(ctx, func(tx *gorm.DB) error {
		err := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "token_hash"}}, DoUpdates: clause.AssignmentColumns([]string{"data", "expires_at"}),
		}).Create(&row).Error
		if err != nil {
			return err
		}
		return tx.Where("expires_at <= ?", k.store.Now()).Delete(&session{}).Error
	})
}

// DeleteCtx ends a session.
func (k *SessionStore) DeleteCtx(ctx context.Context, token string) error {
	return translate(k.store.write.WithContext(ctx).Where("token_hash = ?", tokenHash(token)).Delete(&session{}).Error)
}

// Find is FindCtx for callers without a context.
func (k *SessionStore) Find(token string) ([]byte, bool, error) {
	return k.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context.
func (k *SessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return k.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for callers without a context.
func (k *SessionStore) Delete(token string) error { return k.DeleteCtx(context.Background(), token) }

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
