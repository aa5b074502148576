package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// MailFacts is what a mail of the ledger is rendered from; what the mail is not
// about is nil.
type MailFacts struct {
	Mail         models.Mail
	Order        *models.Order // with the lines in force
	Application  *models.Application
	Reseller     *models.Reseller
	SendBack     *models.SendBack // with its reasons
	Shipment     *models.Shipment
	Resend       *models.Resend
	Note         string // what the decision on the resend or name change says
	NameChange   *models.NameChange
	LicenseID    string // of the name change's or request's contract
	Activation   *models.ActivationRequest
	Code         *models.IssuedCode // that the mail brings
	Holding      *models.Holding    // that the code is for
	Inquiry      *models.Inquiry
	Thread       []models.InquiryMessage // up to the message that the mail brings
	ThreadMails  []models.Mail           // that brought messages of the thread before
	Account      *models.Account
	Contract     *models.Contract         // whose contacts were changed
	Change       *models.ContractChange   // with its fields
	Renewals     []RenewalDue             // that a renewal notice tells of
	Subscription *models.MailSubscription // to what the mail belongs
	News         *models.NewsIssue        // that the mail brings
	EndUserName  string                   // the contract's holder once registered, else as applied
}

// MailFacts reads what a mail says.
func (s *Store) MailFacts(ctx context.Context, mailID int64) (MailFacts, error) {
	var f MailFacts
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		f = MailFacts{}
		if err := tx.Where("id = ?", mailID).Take(&f.Mail).Error; err != nil {
			return found(err, "mail")
		}
		if f.Mail.InquiryMessageID != nil {
			return inquiryThread(tx, &f)
		}
		if f.Mail.RenewalDigestID != nil {
			return s.mailRenewals(tx, &f)
		}
		if f.Mail.NewsIssueID != nil {
			return newsFacts(tx, &f)
		}
		if f.Mail.ContractChangeID != nil {
			return contractChangeFacts(tx, &f)
		}
		if f.Mail.AccountID != nil {
			f.Account, err = needed[models.Account](tx, *f.Mail.AccountID)
			return err
		}
		if f.Mail.NameChangeID != nil {
			return nameChangeFacts(tx, &f)
		}
		if f.Mail.ActivationRequestID != nil {
			return activationOfMail(tx, &f)
		}
		applicationID := f.Mail.ApplicationID
		if f.Mail.OrderID != nil {
			if err := s.mailOrder(tx, &f); err != nil {
				return err
			}
			applicationID = &f.Order.ApplicationID
		}
		if applicationID != nil {
			if f.Application, err = needed[models.Application](tx, *applicationID); err != nil {
				return err
			}
		}
		if f.Mail.ResendID != nil {
			if err := s.mailResend(tx, &f); err != nil {
				return err
			}
		}
		return s.mailEndUser(tx, &f)
	})
	return f, err
}

func (s *Store) mailOrder(tx *gorm.DB, f *MailFacts) (err error) {
	if f.Order, err = needed[models.Order](tx, *f.Mail.OrderID); err != nil {
		return err
	}
	if f.Order.Lines, err = s.linesInForce(tx, f.Order.ID); err != nil {
		return err
	}
	if f.Reseller, err = needed[models.Reseller](tx, f.Order.ResellerID); err != nil {
		return err
	}
	if f.Shipment, err = optional[models.Shipment](tx.Where("order_id = ?", f.Order.ID)); err != nil {
		return err
	}
	if f.Shipment != nil && f.Mail.Kind.TellsDelivery() {
		// A mail brings the password it was queued for, also when a newer one was made
		// while it was being sent.
		if f.Shipment.PasswordVersion, err = passwordVersionOf(tx, f.Mail); err != nil {
			return err
		}
	}
	if f.Mail.SendBackID == nil {
		return nil
	}
	sendBacks := make([]models.SendBack, 0, 1)
	if err := tx.Where("id = ?", *f.Mail.SendBackID).Find(&sendBacks).Error; err != nil {
		return err
	}
	if len(sendBacks) == 0 {
		return models.NotFound("send_back")
	}
	if err := fillReasons(tx, sendBacks); err != nil {
		return err
	}
	f.SendBack = &sendBacks[0]
	return nil
}

// mailResend reads the resend, and what was said in the decision that the mail tells of.
func (s *Store) mailResend(tx *gorm.DB, f *MailFacts) (err error) {
	if f.Resend, err = needed[models.Resend](tx, *f.Mail.ResendID); err != nil {
		return err
	}
	if f.Mail.Kind == models.MailResendQuestion || f.Mail.Kind == models.MailResendRefused {
		err = tx.Model(&models.ResendDecision{}).Select("note").
			Where("resend_id = ? AND resend_version = ?", f.Resend.ID, f.Mail.Version).Scan(&f.Note).Error
	}
	return err
}

// nameChangeFacts reads the change as it was after the decision that the mail tells
// of, and what was said in it, so that a retry renders the same mail.
func nameChangeFacts(tx *gorm.DB, f *MailFacts) (err error) {
	if f.NameChange, err = needed[models.NameChange](tx, *f.Mail.NameChangeID); err != nil {
		return err
	}
	contract, err := needed[models.Contract](tx, f.NameChange.ContractID)
	if err != nil {
		return err
	}
	f.LicenseID = contract.LicenseID
	return tx.Model(&models.NameChangeDecision{}).Select("note").
		Where("name_change_id = ? AND change_version = ?", f.NameChange.ID, f.Mail.Version).Scan(&f.Note).Error
}

// inquiryThread reads the thread as it was when the mail's message was added, so
// that a retry renders the same mail.
func inquiryThread(tx *gorm.DB, f *MailFacts) error {
	message, err := needed[models.InquiryMessage](tx, *f.Mail.InquiryMessageID)
	if err != nil {
		return err
	}
	if f.Inquiry, err = needed[models.Inquiry](tx, message.InquiryID); err != nil {
		return err
	}
	if err := tx.Where("inquiry_id = ? AND id <= ?", message.InquiryID, message.ID).Order("id").Find(&f.Thread).Error; err != nil {
		return err
	}
	before := tx.Model(&models.InquiryMessage{}).Select("id").Where("inquiry_id = ? AND id < ?", message.InquiryID, message.ID)
	return tx.Where("inquiry_message_id IN (?)", before).Order("inquiry_message_id").Find(&f.ThreadMails).Error
}

// mailEndUser gives the name that the mail calls the end user by.
func (s *Store) mailEndUser(tx *gorm.DB, f *MailFacts) error {
	if f.Application != nil {
		f.EndUserName = f.Application.EndUser.CompanyName
	}
	if f.Order == nil || f.Order.ContractID == nil {
		return nil
	}
	c, err := needed[models.Contract](tx, *f.Order.ContractID)
	if err == nil {
		f.EndUserName = c.Holder.CompanyName
	}
	return err
}

// needed reads a row that another row refers to.
func needed[T any](tx *gorm.DB, id int64) (*T, error) {
	var row T
	if err := tx.Where("id = ?", id).Take(&row).Error; err != nil {
		return nil, err
	}
	return &row, nil
}
