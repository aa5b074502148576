package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func (h *house) file(product, name string) models.ProductFile {
	return models.ProductFile{
		ProductCode: product, Kind: models.FileProgram, Names: models.Text{JA: "サーバ", EN: "Server"}, FileName: name, Version: "8.0",
		ReleasedOn: models.NewDate(2026, 6, 1), Size: 10, SHA256: strings.Repeat("0", 64), BlobKey: fmt.Sprintf("downloads/%d", h.numbers.Add(1)),
	}
}

// written is all that a file's row holds.
func written(f models.ProductFile) string {
	published := *f.PublishedAt
	f.PublishedAt = nil
	return fmt.Sprint(f, published)
}

func TestFilesArePublishedOnceAndWithdrawn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		f := h.file("CSSP", "a.zip")
		must(t, h.PublishFile(ctx, h.staff, &f))
		got, err := h.ProductFile(ctx, f.ID)
		must(t, err)
		equal(t, "read back", written(got), written(f))
		again := h.file("CSSP", "a.zip")
		err = h.PublishFile(ctx, h.staff, &again)
		if !errors.Is(err, models.NewError(models.KindConflict, "file_published")) || models.AsError(err).Params["id"] != fmt.Sprint(f.ID) {
			t.Errorf("the same once more: %v", err)
		}
		other := h.file("DS", "a.zip")
		must(t, h.PublishFile(ctx, h.staff, &other))
		bad := h.file("CSSP", "../x")
		if err := h.PublishFile(ctx, h.staff, &bad); !models.IsKind(err, models.KindInvalid) {
			t.Errorf("a bad name: %v", err)
		}
		h.clock.pass(time.Hour)
		newer := h.file("CSSP", "b.zip")
		newer.ReleasedOn = models.NewDate(2026, 6, 9)
		must(t, h.PublishFile(ctx, h.staff, &newer))
		list, err := h.FilesOf(ctx, "CSSP", "TXSL")
		must(t, err)
		equal(t, "offered", fmt.Sprint(idsOf(list)), fmt.Sprint([]int64{newer.ID, f.ID}))

		if err := h.WithdrawFile(ctx, h.staff, f.ID, " "); !models.IsKind(err, models.KindInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		must(t, h.WithdrawFile(ctx, h.staff, f.ID, "faulty"))
		if err := h.WithdrawFile(ctx, h.staff, f.ID, "faulty"); !errors.Is(err, models.NewError(models.KindConflict, "file_withdrawn")) {
			t.Errorf("withdrawn twice: %v", err)
		}
		for _, id := range []int64{f.ID, 999} {
			if _, err := h.ProductFile(ctx, id); !errors.Is(err, models.NotFound("file")) {
				t.Errorf("file %d: %v", id, err)
			}
		}
		if err := h.WithdrawFile(ctx, h.staff, 999, "x"); !errors.Is(err, models.NotFound("file")) {
			t.Errorf("withdrawing nothing: %v", err)
		}
		must(t, h.PublishFile(ctx, h.staff, &again)) // what is withdrawn may be published again
		list, err = h.FilesOf(ctx, "CSSP")
		must(t, err)
		equal(t, "offered", fmt.Sprint(idsOf(list)), fmt.Sprint([]int64{newer.ID, again.ID}))
		list, err = h.FilesOf(ctx)
		must(t, err)
		equal(t, "offered for nothing", len(list), 0)
	})
}

func idsOf(list []models.ProductFile) []int64 {
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return ids
}

func TestDownloadsAreCounted(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		f, idle := h.file("CSSP", "a.zip"), h.file("CSSP", "b.zip")
		must(t, h.PublishFile(ctx, h.staff, &f))
		must(t, h.PublishFile(ctx, h.staff, &idle))
		var shipments []models.Shipment
		for range 2 {
			o, _ := h.delivered(h.application(), h.sheet())
			s, err := h.ShipmentByOrder(ctx, o.ID)
			must(t, err)
			shipments = append(shipments, s)
		}
		var all sync.WaitGroup
		for i := range 20 { // at once, and none is lost
			all.Go(func() {
				err := h.RecordDownload(ctx, models.Process, store.Fetched{Shipment: shipments[i%2], FileID: f.ID, Started: true, Finished: i < 3})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		list, err := h.DownloadsOf(ctx, shipments[0].ID)
		must(t, err)
		equal(t, "files of a delivery", len(list), 1)
		equal(t, "fetched by it", fmt.Sprint(list[0].Started, list[0].Finished), "10 2")
		rows, _, err := h.ProductFiles(ctx, store.FileFilter{ProductCode: "CSSP"}, store.Page{})
		must(t, err)
		equal(t, "rows", len(rows), 2)
		equal(t, "by all", fmt.Sprint(rows[1].ID, rows[1].Started, rows[1].Finished), fmt.Sprint(f.ID, 20, 3))
		equal(t, "of the other", fmt.Sprint(rows[0].Started, rows[0].Finished), "0 0")
	})
}
