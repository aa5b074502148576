package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Asking is an inquiry to be taken.
type Asking struct {
	Form models.InquiryForm
	// CodeHash is the keyed hash of the identifier where it is an activation code;
	// the code itself is not kept.
	CodeHash string
	// Token is the form's own: the same form sent twice asks once.
	Token string
	// Key is the number of the server key that reply addresses are signed with.
	Key int
}

// AskInquiry takes an inquiry and queues its acknowledgement. What the person
// says about the contract is matched now, and told to nobody but staff: the
// answer is the same whatever exists. It gives the outbox entry to tell, or 0
// where the form was sent before.
func (s *Store) AskInquiry(ctx context.Context, actor models.Actor, a Asking) (outbox int64, err error) {
	a.Form.Trim()
	if errs := a.Form.Check(); errs != nil {
		return 0, models.Invalid(errs...)
	}
	row, err := s.newInquiry(a)
	if err != nil {
		return 0, err
	}
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		outbox = 0
		inquiry := row
		known, err := optional[models.Inquiry](tx.Select("id").Where("form_key = ?", inquiry.FormKey))
		if err != nil || known != nil {
			return err
		}
		if inquiry.Number, err = s.rules.Numbers.NewInquiryNumber(rand.Reader); err != nil {
			return err
		}
		if err := s.matchInquiry(tx, &inquiry); err != nil {
			return err
		}
		if err := tx.Create(&inquiry).Error; err != nil {
			return err
		}
		outbox, err = s.acknowledgeInquiry(tx, actor, inquiry, a.Form.Text)
		return err
	})
	return outbox, err
}

// newInquiry makes the row of what was typed.
func (s *Store) newInquiry(a Asking) (models.Inquiry, error) {
	salt, err := models.NewToken(rand.Reader)
	if err != nil {
		return models.Inquiry{}, err
	}
	key, err := formKey(a)
	now, f := s.Now(), a.Form
	row := models.Inquiry{
		Status: models.InquiryOpen, Version: 1, Language: models.ParseLanguage(string(f.Language)),
		Asker: f.Asker, AskerKey: models.NameKey(f.Asker.CompanyName),
		ContractCompany: f.ContractCompany, ContractKey: models.NameKey(f.ContractCompany), ContractPerson: f.ContractPerson,
		QuotedNumber: models.HideCodes(f.QuotedNumber), AddressSalt: salt, AddressKey: a.Key, FormKey: key,
		WaitingSince: &now, CreatedAt: now, UpdatedAt: now,
	}
	if id, ok := models.ParseLicenseID(f.Identifier); ok {
		row.LicenseID = id
	} else {
		row.CodeHash = &a.CodeHash
	}
	return row, err
}

// formKey is the same for the same form sent twice. It holds the code that was
// typed only as its hash.
func formKey(a Asking) (string, error) {
	form := a.Form
	if a.CodeHash != "" {
		form.Identifier = a.CodeHash
	}
	text, err := json.Marshal([]any{a.Token, form})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// matchInquiry finds the contract and the order that the person means.
func (s *Store) matchInquiry(tx *gorm.DB, i *models.Inquiry) error {
	contracts := tx.Where("license_id = ?", i.LicenseID)
	if i.CodeHash != nil {
		contracts = contractOfCode(tx, *i.CodeHash)
	}
	contract, err := optional[models.Contract](contracts)
	if err != nil {
		return err
	}
	if contract != nil {
		i.ContractID = &contract.ID
	}
	number := s.rules.Numbers.QuotedNumber(i.QuotedNumber)
	shipped := tx.Model(&models.Shipment{}).Select("order_id").Where("delivery_number = ?", number)
	order, err := optional[models.Order](tx.Where("order_number = ? OR id IN (?)", number, shipped))
	if err == nil && order != nil {
		i.OrderID = &order.ID
	}
	return err
}

// acknowledgeInquiry keeps the question and queues the mail that says it was received.
func (s *Store) acknowledgeInquiry(tx *gorm.DB, actor models.Actor, i models.Inquiry, text string) (int64, error) {
	message := models.InquiryMessage{InquiryID: i.ID, Kind: models.MessageAsked, Text: models.HideCodes(text), CreatedAt: i.CreatedAt}
	if err := tx.Create(&message).Error; err != nil {
		return 0, err
	}
	if err := s.audit(tx, actor, "inquiry", i.ID, "inquiry_asked", nil, map[string]any{"number": i.Number}); err != nil {
		return 0, err
	}
	return s.mailInquiry(tx, i, models.MailInquiryReceived, message)
}

// mailInquiry queues a mail to the person asking and the process that sends it.
func (s *Store) mailInquiry(tx *gorm.DB, i models.Inquiry, kind models.MailKind, message models.InquiryMessage) (int64, error) {
	mailID, err := s.queueMail(tx, models.Mail{
		Kind: kind, InquiryMessageID: &message.ID, Version: 1, Recipient: i.Asker.Email, Language: i.Language,
	})
	if err != nil {
		return 0, err
	}
	return s.tell(tx, processCall{models.ProcessMailQueued, models.MailWorkflowID(mailID), mailID, 0})
}
