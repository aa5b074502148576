package store

import (
	"context"
	"errors"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Fetched is a transfer of a file, or a part of one, to a delivery's recipient, a portal account or a script: one of
// the three is named.
type Fetched struct {
	Shipment  models.Shipment
	AccountID int64
	TokenID   int64
	FileID    int64
	Started   bool // from the first byte on
	Finished  bool // to the last byte
}

var errFetcher = errors.New("a transfer has to name a delivery, an account or a link")

// row gives what is counted, and the column of who fetched.
func (f Fetched) row() (models.FileDownload, string, error) {
	row := models.FileDownload{ProductFileID: f.FileID}
	if f.Started {
		row.Started = 1
	}
	if f.Finished {
		row.Finished = 1
	}
	switch {
	case f.Shipment.ID != 0:
		row.ShipmentID = &f.Shipment.ID
		return row, "shipment_id", nil
	case f.AccountID != 0:
		row.AccountID = &f.AccountID
		return row, "account_id", nil
	case f.TokenID != 0:
		row.PatternTokenID = &f.TokenID
		return row, "pattern_token_id", nil
	}
	return row, "", models.Internal(errFetcher)
}

// RecordDownload counts a transfer. A delivery's that came to its end also stands in the order's history.
func (s *Store) RecordDownload(ctx context.Context, actor models.Actor, f Fetched) error {
	row, by, err := f.row()
	if err != nil {
		return err
	}
	now := s.Now()
	row.FirstAt, row.LastAt = now, now
	return s.transaction(ctx, func(tx *gorm.DB) error {
		row := row // a second try makes a row of its own
		err := tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: by}, {Name: "product_file_id"}},
			DoUpdates: clause.Assignments(map[string]any{
				"started":  gorm.Expr("file_downloads.started + ?", row.Started),
				"finished": gorm.Expr("file_downloads.finished + ?", row.Finished), "last_at": now,
			}),
		}).Create(&row).Error
		if err != nil || !f.Finished || f.Shipment.ID == 0 {
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

// FileUse is how one kind of people fetched a file.
type FileUse struct {
	By                       string // delivery, account or script
	Fetchers, Started, Ended int64
}

// FileUses says how often a file was fetched by recipients of deliveries, by accounts and by scripts, in this order.
func (s *Store) FileUses(ctx context.Context, fileID int64) ([]FileUse, error) {
	uses := []FileUse{{By: "delivery"}, {By: "account"}, {By: "script"}}
	for i, column := range []string{"shipment_id", "account_id", "pattern_token_id"} {
		var sum struct{ Fetchers, Started, Ended int64 }
		err := s.reader(ctx).Model(&models.FileDownload{}).Where("product_file_id = ? AND "+column+" IS NOT NULL", fileID).
			Select("COUNT(*) AS fetchers, COALESCE(SUM(started), 0) AS started, COALESCE(SUM(finished), 0) AS ended").Scan(&sum).Error
		if err != nil {
			return nil, translate(err)
		}
		uses[i].Fetchers, uses[i].Started, uses[i].Ended = sum.Fetchers, sum.Started, sum.Ended
	}
	return uses, nil
}
