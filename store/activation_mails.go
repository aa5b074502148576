package store

import (
	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// activationOfMail reads the request that a mail is about, what it is for, and the
// code that it brings.
func activationOfMail(tx *gorm.DB, f *MailFacts) (err error) {
	if f.Activation, err = needed[models.ActivationRequest](tx, *f.Mail.ActivationRequestID); err != nil {
		return err
	}
	if f.Contract, err = needed[models.Contract](tx, f.Activation.ContractID); err != nil {
		return err
	}
	f.LicenseID = f.Contract.LicenseID
	if f.Holding, err = needed[models.Holding](tx, f.Activation.HoldingID); err != nil {
		return err
	}
	if f.Mail.IssuedCodeID != nil {
		f.Code, err = needed[models.IssuedCode](tx, *f.Mail.IssuedCodeID)
		return err
	}
	// A mail brings the link it was queued for, also when a newer one was made while it
	// was being sent.
	f.Activation.LinkVersion = f.Mail.Version
	return nil
}

// activationMailStale says whether a mail brings a link that works no more, or a code
// that was revoked.
func (s *Store) activationMailStale(tx *gorm.DB, m models.Mail) (bool, error) {
	if m.IssuedCodeID != nil {
		c, err := needed[models.IssuedCode](tx, *m.IssuedCodeID)
		return err == nil && c.Revoked(), err
	}
	r, err := needed[models.ActivationRequest](tx, *m.ActivationRequestID)
	return err == nil && (r.StatusAt(s.Now()) != models.ActivationWaiting || r.LinkVersion != m.Version), err
}
