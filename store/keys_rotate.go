package store

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// rotation says what rotating does to a column that names a server key: what is
// sealed is encrypted anew; rows of links and addresses that stand in mails take the
// current key, and those that were mailed go on working under theirs while it is on the
// ring; passwords and links that end keep theirs until they do.
type rotation struct {
	sealed string // the column that holds what is encrypted
	kind   models.SealedKind
	mailed bool
	last   string // the column by which one sees which ends last
	ends   func(s *Store, last time.Time) time.Time
}

var rotations = map[string]rotation{
	"holdings.code_key":            {sealed: "code_cipher", kind: models.SealedActivationCode},
	"issued_codes.code_key":        {sealed: "code_cipher", kind: models.SealedActivationCode},
	"accounts.second_key":          {sealed: "second_secret", kind: models.SealedSecondStep},
	"code_hash_keys.key":           {sealed: "sealed", kind: models.SealedHashKey},
	"resends.link_key":             {mailed: true},
	"inquiries.address_key":        {mailed: true},
	"mail_subscriptions.link_key":  {mailed: true},
	"pattern_tokens.link_key":      {mailed: true}, // not mailed, but kept by scripts
	"accounts.temporary_key":       {last: "temporary_until"},
	"activation_requests.link_key": {last: "link_until"},
	"shipments.password_key": {last: "password_sent_at", ends: func(s *Store, sent time.Time) time.Time {
		return models.PasswordEnds(sent, s.rules.PasswordDays).UTC()
	}},
}

// KeyRing is what rotating needs of the key ring.
type KeyRing interface {
	CurrentKey() int
	Reseal(kind models.SealedKind, id int64, sealed []byte, key int) ([]byte, error)
	SealHashKey() (models.CodeHashKey, error)
}

// Rotating says how keys are rotated.
type Rotating struct {
	Keys KeyRing
	// Batch is how many rows are read and written at once.
	Batch int
	// Progress is told of every batch that is through; it may be nil.
	Progress func(table string, rows int64)
}

// Rotated is what came of a rotation.
type Rotated struct {
	Sealed, Links int64
	// Unreadable are rows that none of the ring's keys opens, as table and ID. They are
	// left as they are.
	Unreadable []string
}

// maxPasses bounds how often rows that were changed meanwhile are gone through again.
const maxPasses = 20

// RotateKeys moves everything that can be moved to the current key, in batches, each
// in a transaction of its own, so that it may be broken off and begun again at any
// time and serve and worker go on. A row is written only as it was read: what is
// changed meanwhile stays, and is looked at once more.
func (s *Store) RotateKeys(ctx context.Context, actor models.Actor, r Rotating) (Rotated, error) {
	if r.Progress == nil {
		r.Progress = func(string, int64) {}
	}
	var done Rotated
	if err := s.keepHashKey(ctx, r.Keys); err != nil {
		return done, err
	}
	for _, c := range keyColumns {
		how := rotations[c.table+"."+c.column]
		var err error
		switch {
		case how.sealed != "":
			err = s.resealColumn(ctx, r, c, how, &done)
		case how.mailed:
			err = s.moveLinks(ctx, r, c, &done)
		}
		if err != nil {
			return done, err
		}
	}
	if len(done.Unreadable) > 0 {
		return done, nil
	}
	return done, s.noteRotation(ctx, actor, r.Keys.CurrentKey(), done)
}

// keepHashKey has the database keep the key of the codes' look-up hashes, at the first
// rotation: from then on they do not hang on the ring's lowest key.
func (s *Store) keepHashKey(ctx context.Context, keys KeyRing) error {
	kept, err := s.CodeHashKey(ctx)
	if err != nil || kept != nil {
		return err
	}
	made, err := keys.SealHashKey()
	if err != nil {
		return err
	}
	made.ID = hashKeyID
	// Another rotation at the same time keeps the same key.
	return translate(s.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&made).Error)
}

// hashKeyID is that of the only row.
const hashKeyID = 1

// CodeHashKey gives the key of the codes' look-up hashes, or nothing before the first rotation.
func (s *Store) CodeHashKey(ctx context.Context) (*models.CodeHashKey, error) {
	k, err := optional[models.CodeHashKey](s.reader(ctx).Where("id = ?", hashKeyID))
	return k, translate(err)
}

// sealedRow is what rotating reads of a row.
type sealedRow struct {
	ID     int64
	Sealed []byte
	Key    int
}

// resealColumn encrypts a column anew under the current key, pass by pass until no row
// was changed meanwhile.
func (s *Store) resealColumn(ctx context.Context, r Rotating, c keyColumn, how rotation, done *Rotated) error {
	for range maxPasses {
		unreadable, missed, after := []string(nil), false, int64(0)
		for {
			var rows []sealedRow
			q := c.rows(s.reader(ctx), s).Select("id, "+how.sealed+" AS sealed, "+c.column+" AS key").
				Where(c.column+" <> ? AND id > ?", r.Keys.CurrentKey(), after).Order("id").Limit(r.Batch)
			if err := q.Scan(&rows).Error; err != nil {
				return translate(err)
			}
			if len(rows) == 0 {
				break
			}
			after = rows[len(rows)-1].ID
			moved, lost, err := s.resealRows(ctx, r, c, how, rows)
			if err != nil {
				return err
			}
			unreadable = append(unreadable, lost...)
			missed = missed || moved+int64(len(lost)) < int64(len(rows))
			done.Sealed += moved
			r.Progress(c.table, moved)
		}
		if !missed {
			done.Unreadable = append(done.Unreadable, unreadable...)
			return nil
		}
	}
	return fmt.Errorf("rows of %s are changed faster than they can be moved: run it again", c.table)
}

// resealRows moves the rows of one batch that are still as they were read.
func (s *Store) resealRows(ctx context.Context, r Rotating, c keyColumn, how rotation, rows []sealedRow) (moved int64, lost []string, err error) {
	anew := make(map[int64][]byte, len(rows))
	for _, row := range rows {
		sealed, err := r.Keys.Reseal(how.kind, row.ID, row.Sealed, row.Key)
		if err != nil {
			lost = append(lost, fmt.Sprintf("%s %d (key %d)", c.table, row.ID, row.Key))
			continue
		}
		anew[row.ID] = sealed
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		moved = 0
		for _, row := range rows {
			sealed, readable := anew[row.ID]
			if !readable || bytes.Equal(sealed, row.Sealed) {
				continue
			}
			written := tx.Table(c.table).Where("id = ? AND "+c.column+" = ? AND "+how.sealed+" = ?", row.ID, row.Key, row.Sealed).
				Updates(map[string]any{how.sealed: sealed, c.column: r.Keys.CurrentKey()})
			if written.Error != nil {
				return written.Error
			}
			moved += written.RowsAffected
		}
		return nil
	})
	return moved, lost, err
}

// moveLinks has the rows of links and addresses take the current key.
func (s *Store) moveLinks(ctx context.Context, r Rotating, c keyColumn, done *Rotated) error {
	for {
		some := s.write.Table(c.table).Select("id").Where(c.column+" <> ?", r.Keys.CurrentKey()).Order("id").Limit(r.Batch)
		moved := s.write.WithContext(ctx).Table(c.table).Where("id IN (?) AND "+c.column+" <> ?", some, r.Keys.CurrentKey()).
			Updates(map[string]any{c.column: r.Keys.CurrentKey()})
		if moved.Error != nil {
			return translate(moved.Error)
		}
		if moved.RowsAffected == 0 {
			return nil
		}
		done.Links += moved.RowsAffected
		r.Progress(c.table, moved.RowsAffected)
	}
}

const keysRotated = "keys_rotated"

// noteRotation notes when everything was moved to a key, for the first time and
// whenever something more was.
func (s *Store) noteRotation(ctx context.Context, actor models.Actor, key int, done Rotated) error {
	at, err := s.KeysRotatedAt(ctx, key)
	if err != nil || at != nil && done.Sealed+done.Links == 0 {
		return err
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		return s.audit(tx, actor, "server_key", int64(key), keysRotated, nil, map[string]any{"sealed": done.Sealed, "links": done.Links})
	})
}

// KeysRotatedAt is when all rows had been moved to a key for the first time: after that
// nothing is made under older ones. Nothing where they never were.
func (s *Store) KeysRotatedAt(ctx context.Context, key int) (*time.Time, error) {
	entry, err := optional[models.AuditEntry](s.reader(ctx).Where("subject = ? AND subject_id = ? AND action = ?", "server_key", key, keysRotated).Order("id"))
	if err != nil || entry == nil {
		return nil, translate(err)
	}
	return &entry.At, nil
}
