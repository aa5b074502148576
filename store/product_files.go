package store

import (
	"cmp"
	"context"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// offered narrows product files to those that are offered now.
const offered = "published_at IS NOT NULL AND withdrawn_at IS NULL"

// PublishFile offers a file to those who hold its product, or are delivered it, from now on. Its bytes must be in blob
// storage by then. The same name in the same version is offered once.
func (s *Store) PublishFile(ctx context.Context, actor models.Actor, f *models.ProductFile) error {
	now := s.Now()
	f.PublishedAt = &now
	return s.addFile(ctx, actor, f, "file_published")
}

// PrepareFile keeps a file that nobody gets before PublishDraft. Its bytes must be in blob storage by then.
func (s *Store) PrepareFile(ctx context.Context, actor models.Actor, f *models.ProductFile) error {
	f.PublishedAt = nil
	return s.addFile(ctx, actor, f, "file_uploaded")
}

func (s *Store) addFile(ctx context.Context, actor models.Actor, f *models.ProductFile, action string) error {
	if errs := f.Check(s.rules.Catalogue); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		if err := fileThere(tx, f); err != nil {
			return err
		}
		row := *f
		row.ID, row.CreatedAt, row.WithdrawnAt, row.WithdrawReason = 0, s.Now(), nil, ""
		row.Access = cmp.Or(row.Access, models.FileForHolders)
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		*f = row
		return s.audit(tx, actor, "product_file", f.ID, action, nil, map[string]any{
			"product_code": f.ProductCode, "kind": f.Kind, "file_name": f.FileName, "version": f.Version, "size": f.Size, "sha256": f.SHA256,
		})
	})
}

// FileThere says whether a file of that name and version may still be kept: a conflict names the one that is there.
func (s *Store) FileThere(ctx context.Context, f *models.ProductFile) error {
	return translate(fileThere(s.reader(ctx), f))
}

func fileThere(tx *gorm.DB, f *models.ProductFile) error {
	there, err := optional[models.ProductFile](tx.Where("product_code = ? AND kind = ? AND file_name = ? AND version = ? AND withdrawn_at IS NULL",
		f.ProductCode, f.Kind, f.FileName, f.Version))
	switch {
	case err != nil || there == nil:
		return err
	case there.PublishedAt == nil:
		return models.NewError(models.KindConflict, "file_prepared", "id", itoa(int(there.ID)))
	}
	return models.NewError(models.KindConflict, "file_published", "id", itoa(int(there.ID)))
}

// PublishDraft offers a prepared file from now on.
func (s *Store) PublishDraft(ctx context.Context, actor models.Actor, id int64) error {
	return s.transaction(ctx, func(tx *gorm.DB) error {
		f, err := fileByID(tx, id)
		if err != nil {
			return err
		}
		if errs := f.Check(s.rules.Catalogue); errs != nil { // the catalogue may be another one by now
			return models.Invalid(errs...)
		}
		done := tx.Model(&models.ProductFile{}).Where("id = ? AND published_at IS NULL", id).Update("published_at", s.Now())
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "file_no_draft")
		}
		return s.audit(tx, actor, "product_file", id, "file_published", nil, map[string]any{"sha256": f.SHA256})
	})
}

// DiscardDraft forgets a prepared file, and gives the place of its bytes, which nothing names any more.
func (s *Store) DiscardDraft(ctx context.Context, actor models.Actor, id int64) (blobKey string, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		f, err := fileByID(tx, id)
		if err != nil {
			return err
		}
		done := tx.Where("id = ? AND published_at IS NULL", id).Delete(&models.ProductFile{})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "file_no_draft")
		}
		blobKey = f.BlobKey
		return s.audit(tx, actor, "product_file", id, "file_discarded", map[string]any{
			"product_code": f.ProductCode, "kind": f.Kind, "file_name": f.FileName, "version": f.Version, "sha256": f.SHA256,
		}, nil)
	})
	return blobKey, err
}

// WithdrawFile ends the offer of a file. The row stays, because downloads name it; so do its bytes.
func (s *Store) WithdrawFile(ctx context.Context, actor models.Actor, id int64, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return models.Invalid(models.Field("reason", "required"))
	}
	if errs := models.CheckFreeText("reason", reason); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&models.ProductFile{}).Where("id = ? AND "+offered, id).
			Updates(map[string]any{"withdrawn_at": s.Now(), "withdraw_reason": reason})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			f, err := fileByID(tx, id)
			switch {
			case err != nil:
				return err
			case f.PublishedAt == nil:
				return models.NewError(models.KindConflict, "file_not_published")
			}
			return models.NewError(models.KindConflict, "file_withdrawn")
		}
		return s.audit(tx, actor, "product_file", id, "file_withdrawn", nil, map[string]any{"reason": reason})
	})
}

func fileByID(tx *gorm.DB, id int64) (models.ProductFile, error) {
	return take[models.ProductFile](tx.Where("id = ?", id), "file")
}

// AnyFile finds a file in whatever state, for staff.
func (s *Store) AnyFile(ctx context.Context, id int64) (models.ProductFile, error) {
	return fileByID(s.reader(ctx), id)
}

// ProductFile finds a file that is offered.
func (s *Store) ProductFile(ctx context.Context, id int64) (models.ProductFile, error) {
	return take[models.ProductFile](s.reader(ctx).Where("id = ? AND "+offered, id), "file")
}

// FilesOf gives the files offered for products, newest versions first.
func (s *Store) FilesOf(ctx context.Context, productCodes ...string) ([]models.ProductFile, error) {
	var list []models.ProductFile
	if len(productCodes) == 0 {
		return nil, nil
	}
	err := newestFirst(s.reader(ctx).Where("product_code IN ? AND "+offered, productCodes)).Find(&list).Error
	return list, translate(err)
}

func newestFirst(q *gorm.DB) *gorm.DB { return q.Order("released_on DESC, published_at DESC, id DESC") }

// NewestPattern gives the newest pattern file of a product, with the moment since when it is that. When a newer one is
// withdrawn, an older one is the newest again: scripts that ask by date have to notice that.
func (s *Store) NewestPattern(ctx context.Context, productCode string) (models.PatternFile, error) {
	var newest models.PatternFile
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		patterns := tx.Where("product_code = ? AND kind = ?", productCode, models.FilePattern)
		f, err := take[models.ProductFile](newestFirst(patterns.Session(&gorm.Session{}).Where(offered)), "file")
		if err != nil {
			return err
		}
		newest = models.PatternFile{ProductFile: f, Since: *f.PublishedAt}
		last, err := optional[models.ProductFile](patterns.Session(&gorm.Session{}).Where("withdrawn_at IS NOT NULL").Order("withdrawn_at DESC"))
		if err == nil && last != nil && last.WithdrawnAt.After(newest.Since) {
			newest.Since = *last.WithdrawnAt
		}
		return err
	})
	return newest, err
}

// FileFilter narrows the list of files; empty fields do not.
type FileFilter struct {
	ProductCode string
	Kind        models.FileKind
	State       models.FileState
	Query       string // in names, file name and version
}

// FileRow is a file with how often it was fetched by all together.
type FileRow struct {
	models.ProductFile
	Started  int64
	Finished int64
}

// ProductFiles lists files as they came, the newest first, those withdrawn too.
func (s *Store) ProductFiles(ctx context.Context, f FileFilter, p Page) ([]FileRow, string, error) {
	list, next, err := page[models.ProductFile](s.filteredFiles(ctx, f), p, func(f models.ProductFile) int64 { return f.ID })
	if err != nil {
		return nil, "", err
	}
	rows, ids := make([]FileRow, len(list)), make([]int64, len(list))
	for i, f := range list {
		rows[i].ProductFile, ids[i] = f, f.ID
	}
	var sums []struct{ ProductFileID, Started, Finished int64 }
	err = s.reader(ctx).Model(&models.FileDownload{}).Where("product_file_id IN ?", ids).Group("product_file_id").
		Select("product_file_id, SUM(started) AS started, SUM(finished) AS finished").Scan(&sums).Error
	for _, sum := range sums {
		for i := range rows {
			if rows[i].ID == sum.ProductFileID {
				rows[i].Started, rows[i].Finished = sum.Started, sum.Finished
			}
		}
	}
	return rows, next, translate(err)
}

// CountProductFiles counts what ProductFiles lists.
func (s *Store) CountProductFiles(ctx context.Context, f FileFilter) (int64, error) {
	var n int64
	err := s.filteredFiles(ctx, f).Count(&n).Error
	return n, translate(err)
}

func (s *Store) filteredFiles(ctx context.Context, f FileFilter) *gorm.DB {
	q := s.reader(ctx).Model(&models.ProductFile{})
	if f.ProductCode != "" {
		q = q.Where("product_code = ?", f.ProductCode)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	switch f.State {
	case models.FileDraft:
		q = q.Where("published_at IS NULL")
	case models.FilePublished:
		q = q.Where(offered)
	case models.FileWithdrawn:
		q = q.Where("withdrawn_at IS NOT NULL")
	case "":
	default:
		q = q.Where("1 = 0")
	}
	if typed := strings.ToLower(strings.TrimSpace(f.Query)); typed != "" {
		like := containing(typed)
		q = q.Where(`(LOWER(name_ja) LIKE ? ESCAPE '\' OR LOWER(name_en) LIKE ? ESCAPE '\' OR LOWER(file_name) LIKE ? ESCAPE '\' OR LOWER(version) LIKE ? ESCAPE '\')`,
			like, like, like, like)
	}
	return q
}

// unnamedBlobs is how many places are asked for at a time.
const unnamedBlobs = 500

// UnnamedFileBlobs gives those of places in blob storage that no product file names.
func (s *Store) UnnamedFileBlobs(ctx context.Context, keys []string) ([]string, error) {
	var unnamed []string
	for len(keys) > 0 {
		some := keys[:min(len(keys), unnamedBlobs)]
		keys = keys[len(some):]
		var named []string
		if err := s.reader(ctx).Model(&models.ProductFile{}).Where("blob_key IN ?", some).Pluck("blob_key", &named).Error; err != nil {
			return nil, translate(err)
		}
		known := make(map[string]bool, len(named))
		for _, key := range named {
			known[key] = true
		}
		for _, key := range some {
			if !known[key] {
				unnamed = append(unnamed, key)
			}
		}
	}
	return unnamed, nil
}
