package store_test

import (
	"testing"

	"github.com/todoke/todoke/models"
)

// There is a license file of codes for use offline, until they are revoked or their period is over.
func TestLicenseFilesAreOfLivingOfflineCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		c, holdings := h.active("TXSL", "CSSP")
		offline, online := h.pressed(h.request(h.further("offline", c, holdings[0])).Request).Code, h.pressed(h.request(h.further("apex_one", c, holdings[1])).Request).Code
		facts, code, err := h.LicenseFile(ctx, contact, c.ID, offline.ID)
		must(t, err)
		equal(t, "facts", facts, models.LicenseFileFacts{
			LicenseID: c.LicenseID, Holder: c.Holder.CompanyName, ProductCode: "TXSL", Product: facts.Product, Quantity: 10,
			StartsOn: holdings[0].StartsOn, EndsOn: holdings[0].EndsOn, IssuedAt: h.Now(),
		})
		equal(t, "code", code.ID, offline.ID)
		h.audited("issued_code", offline.ID, []string{"license_file_made"}, h.opened(offline))
		for what, ids := range map[string][2]int64{"online": {c.ID, online.ID}, "another contract's": {c.ID + 1, offline.ID}, "none": {c.ID, offline.ID + 1000}} {
			if _, _, err := h.LicenseFile(ctx, contact, ids[0], ids[1]); !models.IsKind(err, models.KindNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		h.clock.now = holdings[0].EndsOn.Start()
		if _, _, err := h.LicenseFile(ctx, contact, c.ID, offline.ID); err != nil {
			t.Errorf("on its last day: %v", err)
		}
		h.clock.pass(day)
		_, _, err = h.LicenseFile(ctx, contact, c.ID, offline.ID)
		wantCode(t, err, models.KindConflict, "license_file_ended")
		h.clock.pass(-2 * day)
		_, err = h.RevokeCode(ctx, h.staff, offline.ID, "流出")
		must(t, err)
		_, _, err = h.LicenseFile(ctx, contact, c.ID, offline.ID)
		wantCode(t, err, models.KindConflict, "license_file_revoked")
	})
}

// Keys are published once, stay for ever, and are withdrawn with a reason.
func TestPublishedLicenseKeys(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		first, second := models.LicenseKey{ID: "aa", Number: 1, PublicKey: []byte{1}}, models.LicenseKey{ID: "bb", Number: 2, PublicKey: []byte{2}}
		must(t, h.PublishLicenseKeys(ctx, nil))
		must(t, h.PublishLicenseKeys(ctx, []models.LicenseKey{first}))
		h.clock.pass(day)
		must(t, h.PublishLicenseKeys(ctx, []models.LicenseKey{first, second}))
		must(t, h.PublishLicenseKeys(ctx, []models.LicenseKey{second}))
		list, err := h.LicenseKeys(ctx)
		must(t, err)
		if len(list) != 2 || list[0].ID != "aa" || !list[0].PublishedAt.Equal(noon) || !list[1].PublishedAt.Equal(noon.Add(day)) {
			t.Fatalf("published are %+v", list)
		}
		wantField(t, h.WithdrawLicenseKey(ctx, h.staff, "aa", ""), "reason", "required")
		wantCode(t, h.WithdrawLicenseKey(ctx, h.staff, "cc", "x"), models.KindNotFound, "license_key_not_found")
		must(t, h.WithdrawLicenseKey(ctx, h.staff, "aa", "stolen"))
		for id, want := range map[string]bool{"aa": false, "bb": true, "cc": false} {
			signs, err := h.LicenseKeySigns(ctx, id)
			must(t, err)
			equal(t, id+" signs", signs, want)
		}
	})
}
