package store

import (
	"slices"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// heldBack says whether a mail never left because its address was marked as dead.
func heldBack(m models.Mail) bool { return m.Status == models.MailFailed && m.Reply == addressMarked }

// refusedAddresses gives the addresses that an order's order-accepted mail could
// not reach. One that it was only held back from counts no more once the mark is
// cleared and somebody gave the address again.
func (s *Store) refusedAddresses(tx *gorm.DB, orderID int64, confirmed []models.Confirmation) ([]string, error) {
	var failed []string
	err := tx.Model(&models.Mail{}).Where("order_id = ? AND kind = ? AND status = ?", orderID, models.MailOrderAccepted, models.MailFailed).
		Order("id").Pluck("recipient", &failed).Error
	if err != nil {
		return nil, err
	}
	var refused []string
	for _, address := range failed {
		if givenAgain(confirmed, address) {
			free, err := onlyHeldBack(tx, orderID, address)
			if err != nil {
				return nil, err
			}
			if free {
				continue
			}
		}
		refused = append(refused, address)
	}
	return refused, nil
}

// givenAgain says whether the last answer to a refused address was that it is right.
func givenAgain(confirmed []models.Confirmation, address string) bool {
	for _, c := range slices.Backward(confirmed) {
		if c.Code == models.ReasonDeliveryMail && c.ApplicationValue == address {
			return c.ConfirmedValue == address
		}
	}
	return false
}

// onlyHeldBack says whether an address never refused the order-accepted mail: it
// was marked as dead, and is no longer.
func onlyHeldBack(tx *gorm.DB, orderID int64, address string) (bool, error) {
	var refused, marks int64
	err := tx.Model(&models.Mail{}).Where("order_id = ? AND kind = ? AND status = ? AND recipient = ? AND reply <> ?",
		orderID, models.MailOrderAccepted, models.MailFailed, address, addressMarked).Count(&refused).Error
	if err != nil || refused > 0 {
		return false, err
	}
	err = tx.Model(&models.AddressMark{}).Where("address_key = ? AND cleared_at IS NULL", models.AddressKey(address)).Count(&marks).Error
	return marks == 0, err
}

// sameAddressAgain lets the address that an order was sent back for be given once
// more, where nothing was ever sent to it and nothing holds mails back from it
// now. Otherwise the errors stay as they are.
func (s *Store) sameAddressAgain(tx *gorm.DB, orderID int64, address, typed string, errs []models.FieldError) (string, []models.FieldError, error) {
	if !strings.EqualFold(strings.TrimSpace(typed), address) {
		return "", errs, nil
	}
	free, err := onlyHeldBack(tx, orderID, address)
	if err != nil || !free {
		return "", errs, err
	}
	return address, nil, nil
}

// markedField says at the field where somebody enters an address that mails to it
// are held back: it is marked as dead. It is for staff and for contacts about their
// own contract; to strangers nothing is said about an address.
func markedField(tx *gorm.DB, field, address string) ([]models.FieldError, error) {
	mark, err := optional[models.AddressMark](tx.Select("id").Where("address_key = ? AND cleared_at IS NULL", models.AddressKey(address)))
	if err != nil || mark == nil {
		return nil, err
	}
	return []models.FieldError{models.Field(field, "address_marked")}, nil
}

// refuseMarkedField is markedField as a refusal.
func refuseMarkedField(tx *gorm.DB, field, address string) error {
	errs, err := markedField(tx, field, address)
	if err == nil && errs != nil {
		err = models.Invalid(errs...)
	}
	return err
}
