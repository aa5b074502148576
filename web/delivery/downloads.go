package delivery

import (
	"context"
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/delivery/views"
	"github.com/todoke/todoke/web/downloads"
	"github.com/todoke/todoke/web/ui"
)

// addFiles lists programs and manuals below the products that this delivery brings them for, each product once.
func (v *visit) addFiles(view *views.Contents) error {
	var codes []string
	for _, p := range view.Products {
		if p.Files {
			codes = append(codes, p.ProductCode)
		}
	}
	slices.Sort(codes)
	all, err := v.Store.FilesOf(v.ctx(), slices.Compact(codes)...)
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for i := range view.Products {
		p := &view.Products[i]
		if !p.Files || shown[p.ProductCode] {
			continue
		}
		shown[p.ProductCode] = true
		for _, kind := range models.DeliveredFileKinds() {
			for _, f := range all {
				if f.ProductCode == p.ProductCode && f.Kind == kind && f.Delivered() {
					p.Downloads = append(p.Downloads, v.download(f))
				}
			}
		}
		view.Downloads = view.Downloads || len(p.Downloads) > 0
	}
	return nil
}

func (v *visit) download(f models.ProductFile) views.Download {
	return views.Download{
		ID: strconv.FormatInt(f.ID, 10), Path: filesAt + "/" + strconv.FormatInt(f.ID, 10), Kind: v.t("file_kind." + string(f.Kind)),
		Name: f.Names.In(v.language), FileName: f.FileName, Version: f.Version, Date: ui.Day(v.language, f.ReleasedOn),
		Size: ui.Size(f.Size), Bytes: ui.Number(f.Size), SHA256: f.SHA256,
	}
}

// sendFile gives a program or manual: whole, or the parts that are missing after a transfer broke off.
func sendFile(v *visit) error {
	file, err := v.fileOfDelivery()
	if err != nil {
		return err
	}
	sender := downloads.Sender{Files: v.Files, Logger: v.Logger}
	return sender.Send(v.Context, downloads.Transfer{File: file, Count: func(ctx context.Context, started, finished bool) error {
		return v.Store.RecordDownload(ctx, v.actor(), store.Fetched{Shipment: v.shipment, FileID: file.ID, Started: started, Finished: finished})
	}})
}

// fileOfDelivery finds the file that is asked for, if the delivery signed in to brings it.
func (v *visit) fileOfDelivery() (models.ProductFile, error) {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return models.ProductFile{}, models.NotFound("file")
	}
	file, err := v.Store.ProductFile(v.ctx(), id)
	if err != nil {
		return file, err
	}
	if !file.Delivered() {
		return models.ProductFile{}, models.NotFound("file")
	}
	f, err := v.Store.CertificateFacts(v.ctx(), v.shipment.OrderID)
	if err != nil {
		return file, err
	}
	parts, err := v.parts(f)
	if err != nil {
		return file, err
	}
	for i, c := range f.Changes {
		if parts[i].Files && c.ProductCode == file.ProductCode {
			return file, nil
		}
	}
	return models.ProductFile{}, models.NotFound("file")
}
