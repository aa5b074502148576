package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
)

func TestResellersAndTheirKeys(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		wantCode(t, h.CreateReseller(ctx, h.staff, &models.Reseller{PartnerCode: "ａｂ12 cd34", Name: "二番", Email: "a@example.jp"}),
			models.KindConflict, "reseller_exists")
		bad := models.Reseller{PartnerCode: "短い", Name: " ", Email: "nobody", Language: "fr"}
		err := h.CreateReseller(ctx, h.staff, &bad)
		for _, f := range [][2]string{{"partner_code", "partner_code_malformed"}, {"name", "required"}, {"email", "email_malformed"}, {"language", "unknown_value"}} {
			wantField(t, err, f[0], f[1])
		}
		r, err := h.ResellerByPartnerCode(ctx, "ab12-cd34")
		must(t, err)
		r.Name, r.Language = "改名販売株式会社", models.English
		must(t, h.UpdateReseller(ctx, h.staff, &r))
		r, err = h.ResellerByID(ctx, r.ID)
		must(t, err)
		equal(t, "key of the name", r.NameKey, "改名販売")
		other, _ := h.newReseller("ZZ99ZZ99", "別の販売店")
		other.PartnerCode = r.PartnerCode
		wantCode(t, h.UpdateReseller(ctx, h.staff, &other), models.KindConflict, "reseller_exists")
		wantCode(t, h.UpdateReseller(ctx, h.staff, &models.Reseller{ID: 999, PartnerCode: "QQ11QQ11", Name: "x", Email: "a@example.jp"}), models.KindNotFound, "reseller_not_found")

		secret, prefix, hash, err := models.NewAPIKeySecret(strings.NewReader(strings.Repeat("random bytes enough for it", 200)))
		must(t, err)
		k := models.APIKey{ResellerID: r.ID, Name: "二本目", Prefix: prefix, Hash: hash, Scopes: "read orders read", OwnerEmail: "owner@example.jp"}
		must(t, h.CreateAPIKey(ctx, h.staff, &k))
		equal(t, "scopes", k.Scopes, "orders read")
		found, owner, err := h.APIKeyByHash(ctx, models.HashAPIKey(secret))
		must(t, err)
		equal(t, "key", found.ID, k.ID)
		equal(t, "its reseller", owner.ID, r.ID)
		wantField(t, h.CreateAPIKey(ctx, h.staff, &models.APIKey{ResellerID: r.ID, Name: "x", Scopes: "everything", OwnerEmail: "a@example.jp"}), "scopes", "unknown_value")
		wantCode(t, h.CreateAPIKey(ctx, h.staff, &models.APIKey{ResellerID: 999, Name: "x", Scopes: "read", OwnerEmail: "a@example.jp"}), models.KindNotFound, "reseller_not_found")
		must(t, h.RevokeAPIKey(ctx, h.staff, k.ID))
		must(t, h.RevokeAPIKey(ctx, h.staff, k.ID))
		_, _, err = h.APIKeyByHash(ctx, hash)
		wantCode(t, err, models.KindNotFound, "api_key_not_found")
		keys, err := h.APIKeys(ctx, r.ID)
		must(t, err)
		equal(t, "keys, the revoked one too", len(keys), 2)
		h.audited("api_key", k.ID, []string{"created", "revoked"}, hash, secret)
		h.audited("reseller", r.ID, []string{"created", "changed"})
	})
}

// audited checks what the audit log has about a row, oldest first, and that no secret is in it.
func (h *house) audited(subject string, id int64, actions []string, secrets ...string) {
	h.t.Helper()
	entries, _, err := h.Audit(h.t.Context(), store.AuditFilter{Subject: subject, SubjectID: id}, store.Page{Oldest: true})
	must(h.t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Action)
		for _, secret := range secrets {
			if strings.Contains(e.Before+e.After, secret) {
				h.t.Errorf("the audit entry %s of %s holds a secret", e.Action, subject)
			}
		}
	}
	sameList(h.t, "audit of "+subject, got, actions)
}

func TestStaff(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		lead := models.Staff{Email: " Lead@Example.JP ", Name: "班長", Role: models.RoleLead, PasswordHash: "$argon2id$first"}
		must(t, h.CreateStaff(ctx, models.Process, &lead))
		found, err := h.StaffByEmail(ctx, "LEAD@example.jp")
		must(t, err)
		equal(t, "found", found.ID, lead.ID)
		wantCode(t, h.CreateStaff(ctx, h.staff, &models.Staff{Email: "lead@example.jp", Name: "x", Role: models.RoleClerk, PasswordHash: "h"}), models.KindConflict, "staff_exists")
		wantField(t, h.CreateStaff(ctx, h.staff, &models.Staff{Email: "x@example.jp", Name: "x", Role: "boss", PasswordHash: "h"}), "role", "unknown_value")

		now := h.Now()
		last := found
		last.DisabledAt = &now
		wantCode(t, h.UpdateStaff(ctx, h.staff, &last), models.KindConflict, "last_lead")
		last = found
		last.Role = models.RoleViewer
		wantCode(t, h.UpdateStaff(ctx, h.staff, &last), models.KindConflict, "last_lead")
		found.PasswordHash = "$argon2id$second"
		must(t, h.UpdateStaff(ctx, h.staff, &found))
		h.audited("staff", lead.ID, []string{"created", "changed"}, "argon2id")

		// Two leads who disable each other at once: one stays.
		second := models.Staff{Email: "second@example.jp", Name: "二番", Role: models.RoleLead, PasswordHash: "h"}
		must(t, h.CreateStaff(ctx, h.staff, &second))
		errs := make([]error, 2)
		race(2, func(i int) {
			m := []models.Staff{found, second}[i]
			m.DisabledAt = &now
			errs[i] = h.UpdateStaff(ctx, h.staff, &m)
		})
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both or neither were disabled: %v, %v", errs[0], errs[1])
		}
		list, err := h.StaffList(ctx)
		must(t, err)
		equal(t, "everybody, disabled people too", len(list), 3)
		_, err = h.StaffByID(ctx, 999)
		wantCode(t, err, models.KindNotFound, "staff_not_found")
	})
}

func TestSessions(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		var sessions scs.CtxStore = h.SessionStore()
		must(t, sessions.CommitCtx(ctx, "token-1", []byte("one"), h.Now().Add(time.Hour)))
		must(t, sessions.CommitCtx(ctx, "token-1", []byte("two"), h.Now().Add(time.Hour)))
		must(t, sessions.CommitCtx(ctx, "token-2", []byte("other"), h.Now().Add(time.Minute)))
		data, found, err := sessions.FindCtx(ctx, "token-1")
		must(t, err)
		equal(t, "data", string(data), "two")
		equal(t, "found", found, true)
		h.clock.pass(time.Minute)
		_, found, err = sessions.FindCtx(ctx, "token-2")
		must(t, err)
		equal(t, "expired is found", found, false)
		must(t, sessions.DeleteCtx(ctx, "token-1"))
		_, found, err = sessions.Find("token-1")
		must(t, err)
		equal(t, "deleted is found", found, false)
		must(t, sessions.Delete("never was"))
		must(t, sessions.Commit("token-3", []byte("x"), h.Now().Add(time.Hour)))
		db, err := h.DB()
		must(t, err)
		var rows, tokens int
		must(t, db.QueryRowContext(ctx, "SELECT COUNT(*), COUNT(CASE WHEN token_hash LIKE 'token%' THEN 1 END) FROM sessions").Scan(&rows, &tokens))
		equal(t, "rows, without the expired one", rows, 1)
		equal(t, "tokens in the table", tokens, 0)
	})
}

func TestSavedViewsNotesAndAssignment(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must(t, h.SaveView(ctx, h.staff.ID, "差し戻し", "status=sent_back"))
		must(t, h.SaveView(ctx, h.staff.ID, "差し戻し", "status=sent_back&overdue=1"))
		wantField(t, h.SaveView(ctx, h.staff.ID, " ", ""), "name", "required")
		views, err := h.SavedViews(ctx, h.staff.ID)
		must(t, err)
		equal(t, "views", len(views), 1)
		equal(t, "query", views[0].Query, "status=sent_back&overdue=1")
		wantCode(t, h.DeleteView(ctx, h.staff.ID+1, views[0].ID), models.KindNotFound, "view_not_found")
		must(t, h.DeleteView(ctx, h.staff.ID, views[0].ID))

		o := h.enter(h.application().ReceiptNumber, h.sheet())
		must(t, h.AddNote(ctx, h.staff, o.OrderNumber, "電話で確認\n済み"))
		wantField(t, h.AddNote(ctx, h.staff, o.OrderNumber, ""), "text", "required")
		wantCode(t, h.AddNote(ctx, h.api, o.OrderNumber, "hello"), models.KindForbidden, "staff_only")
		must(t, h.AssignOrder(ctx, h.staff, o.OrderNumber, h.staff.ID))
		wantField(t, h.AssignOrder(ctx, h.staff, o.OrderNumber, 999), "assignee", "staff_unknown")
		d := h.detail(o.OrderNumber)
		equal(t, "note", d.Notes[0].Text, "電話で確認\n済み")
		equal(t, "its writer", d.Notes[0].StaffName, "受注 花子")
		equal(t, "assignee", d.Assignee.ID, h.staff.ID)
		equal(t, "version", d.Order.Version, 1)
		mine, _, err := h.Orders(ctx, h.staff, store.OrderFilter{AssigneeID: h.staff.ID}, store.Page{})
		must(t, err)
		equal(t, "mine", len(mine), 1)
		must(t, h.AssignOrder(ctx, h.staff, o.OrderNumber, 0))
		equal(t, "given back", h.detail(o.OrderNumber).Assignee == nil, true)
		h.audited("order", o.ID, []string{"entered", "noted", "assigned", "assigned"}, "電話で確認")
	})
}

func TestDocumentsAreKeptOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		o, _ := h.delivered(h.application(), h.sheet())
		var tokens sync.Map
		race(6, func(i int) {
			d := models.Document{Kind: models.DocumentCertificate, SubjectID: o.ID, Language: models.Japanese, Token: "token-" + string(rune('a'+i)), BlobKey: "b", SHA256: "s", Size: 1}
			if err := h.SaveDocument(context.WithoutCancel(ctx), &d); err != nil {
				t.Errorf("keeping: %v %s", err, causes(err))
			}
			tokens.Store(d.Token, d.ID)
		})
		n := 0
		tokens.Range(func(any, any) bool { n++; return true })
		equal(t, "documents", n, 1)
		kept, err := h.DocumentFor(ctx, models.DocumentCertificate, o.ID, models.Japanese)
		must(t, err)
		same, err := h.DocumentByToken(ctx, kept.Token)
		must(t, err)
		equal(t, "by token", same.ID, kept.ID)
		_, err = h.DocumentFor(ctx, models.DocumentCertificate, o.ID, models.English)
		wantCode(t, err, models.KindNotFound, "document_not_found")
		english := models.Document{Kind: models.DocumentCertificate, SubjectID: o.ID, Language: models.English, Token: "english", BlobKey: "b", SHA256: "s"}
		must(t, h.SaveDocument(ctx, &english))
		equal(t, "on the page, in the applicant's language", h.detail(o.OrderNumber).Certificate.ID, kept.ID)
		shipment, err := h.ShipmentByOrder(ctx, o.ID)
		must(t, err)
		equal(t, "shipment", shipment.OrderID, o.ID)
		_, err = h.CertificateFacts(ctx, 999)
		wantCode(t, err, models.KindNotFound, "order_not_found")
	})
}
