package store

import (
	"context"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// openTask opens a task about a mail, once.
func (s *Store) openTask(tx *gorm.DB, kind models.TaskKind, m models.Mail) error {
	task := models.Task{Kind: kind, OrderID: m.OrderID, ApplicationID: m.ApplicationID, MailID: &m.ID, OpenedAt: s.Now()}
	return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "kind"}, {Name: "mail_id"}}, DoNothing: true}).Create(&task).Error
}

// CloseTask closes a task with a note on what was done about it.
func (s *Store) CloseTask(ctx context.Context, actor models.Actor, taskID int64, note string) error {
	if errs := models.CheckFreeText("note", note); errs != nil {
		return models.Invalid(errs...)
	}
	return s.transaction(ctx, func(tx *gorm.DB) error {
		var task models.Task
		if err := tx.Where("id = ?", taskID).Take(&task).Error; err != nil {
			return found(err, "task")
		}
		closed := tx.Model(&models.Task{}).Where("id = ? AND closed_at IS NULL", taskID).
			Updates(map[string]any{"closed_at": s.Now(), "closed_by": actor.ID, "close_note": note})
		if closed.Error != nil {
			return closed.Error
		}
		if closed.RowsAffected == 0 {
			return models.NewError(models.KindConflict, "task_closed")
		}
		subject, id, err := taskSubject(tx, task)
		if err != nil {
			return err
		}
		return s.audit(tx, actor, subject, id, "task_closed", nil, map[string]any{"task": task.Kind, "note": note})
	})
}

// taskSubject is the record whose history tells of the task.
func taskSubject(tx *gorm.DB, t models.Task) (subject string, id int64, err error) {
	switch {
	case t.OrderID != nil:
		return "order", *t.OrderID, nil
	case t.ApplicationID != nil:
		return "application", *t.ApplicationID, nil
	case t.MailID == nil:
		return "task", t.ID, nil
	}
	m, err := needed[models.Mail](tx, *t.MailID)
	if err != nil {
		return "", 0, err
	}
	subject, id = mailSubject(*m)
	return subject, id, nil
}

// TaskRow is a task in a list, with the mail it is about and the numbers that
// people know its subject by.
type TaskRow struct {
	models.Task
	Mail          models.Mail
	OrderNumber   string // or nothing
	ReceiptNumber string // of an application without an order, or nothing
	ResendNumber  string // of a resend whose person asking was not told, or nothing
	NameChange    string // number of a name change whose requester was not told, or nothing
	Activation    string // number of a request for a code whose link or code reached nobody, or nothing
	License       string // of a contract whose contacts were not told of a change, or nothing
}

// OpenTasks lists the tasks of some kinds that wait for staff, oldest first.
func (s *Store) OpenTasks(ctx context.Context, kinds []models.TaskKind, p Page) ([]TaskRow, string, error) {
	var list []TaskRow
	var next string
	p.Oldest = true
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		tasks, cursor, err := page[models.Task](tx.Where("kind IN ? AND closed_at IS NULL", kinds), p, func(t models.Task) int64 { return t.ID })
		if err != nil {
			return err
		}
		next = cursor
		list, err = taskRows(tx, tasks)
		return err
	})
	return list, next, err
}

// CountOpenTasks counts what OpenTasks lists.
func (s *Store) CountOpenTasks(ctx context.Context, kinds []models.TaskKind) (int64, error) {
	var n int64
	err := s.reader(ctx).Model(&models.Task{}).Where("kind IN ? AND closed_at IS NULL", kinds).Count(&n).Error
	return n, translate(err)
}

// TasksOfApplication lists the tasks about an application that no order took over.
func (s *Store) TasksOfApplication(ctx context.Context, applicationID int64) ([]TaskRow, error) {
	var list []TaskRow
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		var tasks []models.Task
		err := tx.Where("application_id = ? AND order_id IS NULL", applicationID).Order("id").Find(&tasks).Error
		if err == nil {
			list, err = taskRows(tx, tasks)
		}
		return err
	})
	return list, err
}

// tasksOfResend lists the tasks about mails to the person who asked for a resend.
// Those about the delivery's own mails stand with the order.
func tasksOfResend(tx *gorm.DB, resendID int64) ([]TaskRow, error) {
	return tasksOfMails(tx, "resend_id = ?", resendID)
}

// TasksOfContract lists the tasks about mails to contacts of a contract.
func (s *Store) TasksOfContract(ctx context.Context, contractID int64) ([]TaskRow, error) {
	var list []TaskRow
	err := s.snapshot(ctx, func(tx *gorm.DB) (err error) {
		list, err = tasksOfMails(tx, "contract_change_id IN (SELECT id FROM contract_changes WHERE contract_id = ?)", contractID)
		return err
	})
	return list, err
}

// tasksOfMails lists the tasks about mails of a record, but those that stand with an order.
func tasksOfMails(tx *gorm.DB, which string, id int64) ([]TaskRow, error) {
	var tasks []models.Task
	err := tx.Where("order_id IS NULL AND mail_id IN (?)", tx.Model(&models.Mail{}).Select("id").Where(which, id)).
		Order("id").Find(&tasks).Error
	if err != nil {
		return nil, err
	}
	return taskRows(tx, tasks)
}

// taskRows reads what the tasks are about, with a query for each kind of record.
func taskRows(tx *gorm.DB, tasks []models.Task) ([]TaskRow, error) {
	var mailIDs, orderIDs, applicationIDs []int64
	for _, t := range tasks {
		mailIDs, orderIDs, applicationIDs = append(mailIDs, given(t.MailID)...), append(orderIDs, given(t.OrderID)...), append(applicationIDs, given(t.ApplicationID)...)
	}
	var mails []models.Mail
	if err := tx.Where("id IN ?", mailIDs).Find(&mails).Error; err != nil {
		return nil, err
	}
	numbers, err := orderNumbers(tx, orderIDs)
	if err != nil {
		return nil, err
	}
	receipts, err := receiptNumbers(tx, applicationIDs)
	if err != nil {
		return nil, err
	}
	byID := map[int64]models.Mail{}
	var resendIDs, changeIDs, contactIDs, activationIDs []int64
	for _, m := range mails {
		byID[m.ID] = m
		resendIDs, changeIDs = append(resendIDs, given(m.ResendID)...), append(changeIDs, given(m.NameChangeID)...)
		contactIDs, activationIDs = append(contactIDs, given(m.ContractChangeID)...), append(activationIDs, given(m.ActivationRequestID)...)
	}
	resends, err := resendNumbers(tx, resendIDs)
	if err != nil {
		return nil, err
	}
	changes, err := nameChangeNumbers(tx, changeIDs)
	if err != nil {
		return nil, err
	}
	licenses, err := licensesOfChanges(tx, contactIDs)
	if err != nil {
		return nil, err
	}
	activations, err := activationNumbers(tx, activationIDs)
	if err != nil {
		return nil, err
	}
	list := make([]TaskRow, len(tasks))
	for i, t := range tasks {
		list[i] = TaskRow{Task: t}
		if t.MailID != nil {
			list[i].Mail = byID[*t.MailID]
		}
		switch resend, change := list[i].Mail.ResendID, list[i].Mail.NameChangeID; {
		case t.OrderID != nil:
			list[i].OrderNumber = numbers[*t.OrderID]
		case t.ApplicationID != nil:
			list[i].ReceiptNumber = receipts[*t.ApplicationID]
		case resend != nil:
			list[i].ResendNumber = resends[*resend]
		case change != nil:
			list[i].NameChange = changes[*change]
		case list[i].Mail.ActivationRequestID != nil:
			list[i].Activation = activations[*list[i].Mail.ActivationRequestID]
		case list[i].Mail.ContractChangeID != nil:
			list[i].License = licenses[*list[i].Mail.ContractChangeID]
		}
	}
	return list, nil
}

func given(id *int64) []int64 {
	if id == nil {
		return nil
	}
	return []int64{*id}
}
