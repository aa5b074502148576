package store

import (
	"context"
	"errors"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// PublishFile offers a file to the recipients of its product from now on. Its bytes must be in blob storage by then.
// The same name in the same version is offered once.
func (s *Store) PublishFile(ctx context.Context, actor models.Actor, f *models.ProductFile) error {
	if errs := f.Check(s.rules.Catalogue); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var there models.ProductFile
		err := tx.Where("product_code = ? AND kind = ? AND file_name = ? AND version = ? AND withdrawn_at IS NULL",
			f.ProductCode, f.Kind, f.FileName, f.Version).Take(&there).Error
		if err == nil {
			return models.NewError(models.KindConflict, "file_published", "id", itoa(int(there.ID)))
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		row := *f
		row.ID, row.PublishedAt, row.WithdrawnAt, row.WithdrawReason = 0, s.Now(), nil, ""
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		*f = row
		return s.audit(tx, actor, "product_file", f.ID, "file_published", nil, map[string]any{
			"product_code": f.ProductCode, "kind": f.Kind, "file_name": f.FileName, "version": f.Version, "size": f.Size, "sha256": f.SHA256,
		})
	})
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
		done := tx.Model(&models.ProductFile{}).Where("id = ? AND withdrawn_at IS NULL", id).
			Updates(map[string]any{"withdrawn_at": s.Now(), "withdraw_reason": reason})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			if err := tx.Where("id = ?", id).Take(&models.ProductFile{}).Error; err != nil {
				return found(err, "file")
			}
			return models.NewError(models.KindConflict, "file_withdrawn")
		}
		return s.audit(tx, actor, "product_file", id, "file_withdrawn", nil, map[string]any{"reason": reason})
	})
}

// ProductFile finds a file that is offered.
func (s *Store) ProductFile(ctx context.Context, id int64) (models.ProductFile, error) {
	return take[models.ProductFile](s.reader(ctx).Where("id = ? AND withdrawn_at IS NULL", id), "file")
}

// FilesOf gives the files offered for products, newest versions first.
func (s *Store) FilesOf(ctx context.Context, productCodes ...string) ([]models.ProductFile, error) {
	var list []models.ProductFile
	if len(productCodes) == 0 {
		return nil, nil
	}
	err := s.reader(ctx).Where("product_code IN ? AND withdrawn_at IS NULL", productCodes).Order("released_on DESC, id DESC").Find(&list).Error
	return list, translate(err)
}

// FileRow is a file with how often all deliveries together fetched it.
type FileRow struct {
	models.ProductFile
	Started  int64
	Finished int64
}

// ProductFiles lists files newest first, those withdrawn too, of one product or of all.
func (s *Store) ProductFiles(ctx context.Context, productCode string, p Page) ([]FileRow, string, error) {
	q := s.reader(ctx)
	if productCode != "" {
		q = q.Where("product_code = ?", productCode)
	}
	list, next, err := page[models.ProductFile](q, p, func(f models.ProductFile) int64 { return f.ID })
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

// Fetched is a transfer of a file to a recipient, or a part of one.
type Fetched struct {
	Shipment models.Shipment
	FileID   int64
	Started  bool // from the first byte on
	Finished bool // to the last byte
}

// RecordDownload counts a transfer. One that came to its end also stands in the order's history.
func (s *Store) RecordDownload(ctx context.Context, actor models.Actor, f Fetched) error {
	now := s.Now()
	row := models.FileDownload{ShipmentID: f.Shipment.ID, ProductFileID: f.FileID, FirstAt: now, LastAt: now}
	if f.Started {
		row.Started = 1
	}
	if f.Finished {
		row.Finished = 1
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		err := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "shipment_id"}, {Name: "product_file_id"}},
			DoUpdates: clause.Assignments(map[string]any{
				"started":  gorm.Expr("file_downloads.started + ?", row.Started),
				"finished": gorm.Expr("file_downloads.finished + ?", row.Finished), "last_at": now,
			}),
		}).Create(&row).Error
		if err != nil || !f.Finished {
			return err
		}
		return s.audit(tx, actor, "order", f.Shipment.OrderID, "file_downloaded", nil, map[string]any{"product_file_id": f.FileID})
	})
}

// DownloadsOf gives what a delivery fetched, oldest file first.
func (s *Store) DownloadsOf(ctx context.Context, shipmentID int64) ([]models.FileDownload, error) {
	var list []models.FileDownload
	err := s.reader(ctx).Where("shipment_id = ?", shipmentID).Order("product_file_id").Find(&list).Error
	return list, translate(err)
}
