package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/todoke/todoke/directory"
	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/outbox"
	"github.com/todoke/todoke/store"
)

// sampleNameChange is a request for another name of the contract that a sample
// order makes.
type sampleNameChange struct {
	order    int // among the sample orders
	name     string
	kana     string
	reason   models.NameChangeReason
	note     string
	daysAgo  int    // business days
	register bool   // the directory says that the corporation has this name now
	question string // that staff ask
	proof    bool   // an extract of the register comes along
}

// sampleNameChanges are one that is overdue, one that waits for an answer, and one
// that the directory proves.
func sampleNameChanges() []sampleNameChange {
	return []sampleNameChange{
		{order: 3, name: "株式会社ひかりコンサルティング", kana: "ヒカリコンサルティング", reason: models.NameChangeTransfer, note: "4月に事業を新会社へ移しました。", daysAgo: 7, proof: true},
		{order: 6, name: "Maple Supply Chain K.K.", kana: "メイプルサプライチェーン", reason: models.NameChangeMerger, daysAgo: 2, question: "Please send us an extract of the register that shows the merger."},
		{order: 5, name: "医療法人社団あおぞら会", kana: "アオゾラカイ", reason: models.NameChangeRename, daysAgo: 1, register: true, proof: true},
	}
}

// makeSampleNameChanges asks for them as contacts do in the portal, once their
// orders are registered.
func (a *app) makeSampleNameChanges(ctx context.Context, teller *outbox.Outbox) error {
	reseller := map[int]models.Reseller{}
	all, err := a.store.Resellers(ctx)
	if err != nil {
		return err
	}
	for i, s := range sampleResellers() {
		for _, r := range all {
			if r.PartnerCode == s.PartnerCode {
				reseller[i] = r
			}
		}
	}
	for _, s := range sampleNameChanges() {
		order := sampleOrders()[s.order]
		if err := a.makeSampleNameChange(ctx, teller, reseller[order.reseller], order, s); err != nil {
			return fmt.Errorf("sample name change of %s: %w", order.company, err)
		}
	}
	return nil
}

func (a *app) makeSampleNameChange(ctx context.Context, teller *outbox.Outbox, r models.Reseller, o sampleOrder, s sampleNameChange) error {
	contract, err := a.sampleContract(ctx, r, o)
	if err != nil {
		return err
	}
	then, err := a.daysAgo(ctx, s.daysAgo)
	if err != nil {
		return err
	}
	defer then.Close() //nolint:errcheck // a second pool on the same database
	ask := store.AskNameChange{ContractID: contract.ID, Requester: contract.Holder.Email, Language: models.Japanese, Request: models.NameChangeRequest{
		New:    models.HolderName{CompanyName: s.name, CompanyKana: s.kana, Department: contract.Holder.Department},
		Reason: s.reason, Note: s.note, Understood: true,
	}}
	if o.english {
		ask.Language = models.English
	}
	if s.register {
		if ask.Request.CorporateNumber, err = a.renameSampleCorporation(ctx, s); err != nil {
			return err
		}
	}
	if s.proof {
		ask.Request.Attachments = []models.NewAttachment{{FileName: "履歴事項全部証明書.pdf", Content: []byte(samplePDF)}}
		if err := a.files.KeepAttachments(ctx, ask.Request.Attachments); err != nil {
			return err
		}
	}
	done, err := then.RequestNameChange(ctx, sampleContact(ctx, a.store, contract.Holder.Email), ask)
	if err == nil && s.question != "" {
		teller.Tell(done.OutboxID)
		done, err = then.AskBackNameChange(ctx, operator, store.DecideNameChange{Number: done.Change.Number, Note: s.question})
	}
	teller.Tell(done.OutboxID)
	return err
}

// sampleContact is the account of an address, or an account that nobody has.
func sampleContact(ctx context.Context, s *store.Store, email string) models.Actor {
	actor := models.Actor{Kind: models.ActorAccount, Name: email}
	if account, err := s.AccountByEmail(ctx, email); err == nil {
		actor.ID = account.ID
	}
	return actor
}

// sampleContract waits until a sample order is registered and gives its contract.
func (a *app) sampleContract(ctx context.Context, r models.Reseller, o sampleOrder) (models.Contract, error) {
	actor, err := a.keyActor(ctx, r)
	if err != nil {
		return models.Contract{}, err
	}
	rows, _, err := a.store.Orders(ctx, actor, store.OrderFilter{Query: o.company, OldestFirst: true}, store.Page{Limit: 1})
	if err == nil && len(rows) == 0 {
		err = errors.New("it has no order")
	}
	if err != nil {
		return models.Contract{}, err
	}
	license, err := a.licenseOf(ctx, actor, rows[0].OrderNumber)
	if err != nil {
		return models.Contract{}, err
	}
	d, err := a.store.ContractByLicense(ctx, models.Process, license)
	return d.Contract, err
}

// renameSampleCorporation has the directory tell that a corporation changed its name.
func (a *app) renameSampleCorporation(ctx context.Context, s sampleNameChange) (models.CorporateNumber, error) {
	number := directory.SampleNumber(s.order)
	d, err := a.store.Corporation(ctx, number)
	if err != nil {
		return 0, err
	}
	record := d.Corporation.CorporateRecord
	record.Name, record.Kana, record.Process = s.name, s.kana, models.ProcessNameChanged
	record.ChangedOn, record.UpdatedOn = a.store.Today().AddDays(-20), a.store.Today().AddDays(-18)
	_, err = a.store.ImportCorporations(ctx, store.CorporationImport{Lines: func(yield func(store.CorporateLine, error) bool) {
		yield(store.CorporateLine{Record: record, Latest: true}, nil)
	}})
	return number, err
}

// samplePDF is a page that says what it stands for.
const samplePDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 75>>stream
BT /F1 18 Tf 72 760 Td (Extract of the register - sample of todoke) Tj ET  
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
`
