package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// OrderNumbers gives the numbers of orders by row, for a page that lists what
// names them, in one query.
func (s *Store) OrderNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := orderNumbers(s.reader(ctx), ids)
	return numbers, translate(err)
}

// ReceiptNumbers gives the receipt numbers of applications by row, in one query.
func (s *Store) ReceiptNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := receiptNumbers(s.reader(ctx), ids)
	return numbers, translate(err)
}

// ResendNumbers gives the numbers of resends by row, in one query.
func (s *Store) ResendNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := resendNumbers(s.reader(ctx), ids)
	return numbers, translate(err)
}

// InquiryNumbers gives the numbers of inquiries by row, in one query.
func (s *Store) InquiryNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := numbersOf(s.reader(ctx).Model(&models.Inquiry{}).Select("id, number"), ids)
	return numbers, translate(err)
}

// LicenseIDs gives the license IDs of contracts by row, in one query.
func (s *Store) LicenseIDs(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := numbersOf(s.reader(ctx).Model(&models.Contract{}).Select("id, license_id AS number"), ids)
	return numbers, translate(err)
}

// NameChangeNumbers gives the numbers of name changes by row, in one query.
func (s *Store) NameChangeNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := nameChangeNumbers(s.reader(ctx), ids)
	return numbers, translate(err)
}

// NewsNumbers gives the numbers of issues of news by row, in one query.
func (s *Store) NewsNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := newsNumbers(s.reader(ctx), ids)
	return numbers, translate(err)
}

func newsNumbers(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Model(&models.NewsIssue{}).Select("id, number"), ids)
}

func nameChangeNumbers(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Model(&models.NameChange{}).Select("id, number"), ids)
}

// ActivationNumbers gives the numbers of requests for codes by row, in one query.
func (s *Store) ActivationNumbers(ctx context.Context, ids []int64) (map[int64]string, error) {
	numbers, err := activationNumbers(s.reader(ctx), ids)
	return numbers, translate(err)
}

func activationNumbers(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Model(&models.ActivationRequest{}).Select("id, number"), ids)
}

// LicensesOfChanges gives the license IDs of the contracts that changes of contacts
// are about, by the changes' rows, in one query.
func (s *Store) LicensesOfChanges(ctx context.Context, ids []int64) (map[int64]string, error) {
	licenses, err := licensesOfChanges(s.reader(ctx), ids)
	return licenses, translate(err)
}

func licensesOfChanges(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Table("(SELECT h.id, c.license_id AS number FROM contract_changes h JOIN contracts c ON c.id = h.contract_id) AS changed"), ids)
}

func orderNumbers(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Model(&models.Order{}).Select("id, order_number AS number"), ids)
}

func receiptNumbers(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Model(&models.Application{}).Select("id, receipt_number AS number"), ids)
}

func resendNumbers(tx *gorm.DB, ids []int64) (map[int64]string, error) {
	return numbersOf(tx.Model(&models.Resend{}).Select("id, resend_number AS number"), ids)
}

func numbersOf(q *gorm.DB, ids []int64) (map[int64]string, error) {
	numbers := make(map[int64]string, len(ids))
	if len(ids) == 0 {
		return numbers, nil
	}
	var rows []struct {
		ID     int64
		Number string
	}
	err := q.Where("id IN ?", ids).Find(&rows).Error
	for _, r := range rows {
		numbers[r.ID] = r.Number
	}
	return numbers, err
}

// SubjectOf finds the record that an order, receipt, resend, name change, code request
// or inquiry number or a license ID, as typed, names: the audit log knows records by rows.
func (s *Store) SubjectOf(ctx context.Context, typed string) (subject string, id int64, err error) {
	number := models.NormaliseNumber(typed)
	order, err := optional[models.Order](s.reader(ctx).Select("id").Where("order_number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if order != nil {
		return "order", order.ID, nil
	}
	resend, err := optional[models.Resend](s.reader(ctx).Select("id").Where("resend_number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if resend != nil {
		return "resend", resend.ID, nil
	}
	change, err := optional[models.NameChange](s.reader(ctx).Select("id").Where("number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if change != nil {
		return "name_change", change.ID, nil
	}
	activation, err := optional[models.ActivationRequest](s.reader(ctx).Select("id").Where("number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if activation != nil {
		return "activation", activation.ID, nil
	}
	issue, err := optional[models.NewsIssue](s.reader(ctx).Select("id").Where("number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if issue != nil {
		return "news", issue.ID, nil
	}
	inquiry, err := optional[models.Inquiry](s.reader(ctx).Select("id").Where("number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if inquiry != nil {
		return "inquiry", inquiry.ID, nil
	}
	application, err := optional[models.Application](s.reader(ctx).Select("id").Where("receipt_number = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if application != nil {
		return "application", application.ID, nil
	}
	contract, err := optional[models.Contract](s.reader(ctx).Select("id").Where("license_id = ?", number))
	if err != nil {
		return "", 0, translate(err)
	}
	if contract == nil {
		return "", 0, models.NotFound("contract")
	}
	return "contract", contract.ID, nil
}
