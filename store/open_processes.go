package store

import (
	"context"
	"slices"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// OpenProcesses lists the processes that have something left to do and were told
// so: what still waits in the outbox is not among them.
func (s *Store) OpenProcesses(ctx context.Context) ([]models.OpenProcess, error) {
	var list []models.OpenProcess
	err := s.snapshot(ctx, func(tx *gorm.DB) error {
		list = nil
		for _, open := range []func(*gorm.DB) ([]models.OpenProcess, error){openOrders, openApplications, openMails, openResends, openNameChanges, openActivations, openNews} {
			some, err := open(tx)
			if err != nil {
				return err
			}
			list = append(list, some...)
		}
		var untold []string
		if err := tx.Model(&models.OutboxEntry{}).Where("sent_at IS NULL").Pluck("workflow_id", &untold).Error; err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(p models.OpenProcess) bool { return slices.Contains(untold, p.WorkflowID) })
		return nil
	})
	return list, err
}

// unsent are the states of mails that somebody has to send yet.
var unsent = []models.MailStatus{models.MailQueued, models.MailSending}

// ownProcess narrows mails to those that have a process of their own, or have none.
const ownProcess = "id IN (SELECT subject_id FROM outbox WHERE workflow = 'MailQueued')"

// openOrders are those not over, and those over that somebody is to be told of.
func openOrders(tx *gorm.DB) ([]models.OpenProcess, error) {
	var orders []models.Order
	err := tx.Select("id", "order_number").Where("status NOT IN ? OR id IN (?)",
		[]models.OrderStatus{models.OrderDelivered, models.OrderCancelled},
		tx.Model(&models.Mail{}).Select("order_id").
			Where("order_id IS NOT NULL AND resend_id IS NULL AND status IN ? AND NOT ("+ownProcess+")", unsent)).
		Order("id").Find(&orders).Error
	list := make([]models.OpenProcess, len(orders))
	for i, o := range orders {
		list[i] = models.OpenProcess{Workflow: models.ProcessOrderIntake, WorkflowID: o.WorkflowID(), SubjectID: o.ID}
	}
	return list, err
}

func openApplications(tx *gorm.DB) ([]models.OpenProcess, error) {
	var ids []int64
	err := tx.Model(&models.Mail{}).Where("status IN ? AND kind = ?", unsent, models.MailReceiptNumber).Order("id").Pluck("application_id", &ids).Error
	list := make([]models.OpenProcess, len(ids))
	for i, id := range ids {
		list[i] = models.OpenProcess{Workflow: models.ProcessApplicationFiled, WorkflowID: models.Application{ID: id}.WorkflowID(), SubjectID: id}
	}
	return list, err
}

// openMails are those that have a process of their own.
func openMails(tx *gorm.DB) ([]models.OpenProcess, error) {
	var ids []int64
	err := tx.Model(&models.Mail{}).Where("status IN ? AND "+ownProcess, unsent).Order("id").Pluck("id", &ids).Error
	list := make([]models.OpenProcess, len(ids))
	for i, id := range ids {
		list[i] = models.OpenProcess{Workflow: models.ProcessMailQueued, WorkflowID: models.MailWorkflowID(id), SubjectID: id}
	}
	return list, err
}

// openResends are those not over, and those over that somebody is to be told of.
func openResends(tx *gorm.DB) ([]models.OpenProcess, error) {
	var resends []models.Resend
	err := tx.Select("id", "resend_number").Where("status NOT IN ? OR id IN (?)",
		[]models.ResendStatus{models.ResendSent, models.ResendRefused},
		tx.Model(&models.Mail{}).Select("resend_id").Where("resend_id IS NOT NULL AND status IN ?", unsent)).
		Order("id").Find(&resends).Error
	list := make([]models.OpenProcess, len(resends))
	for i, r := range resends {
		list[i] = models.OpenProcess{Workflow: models.ProcessDeliveryResend, WorkflowID: r.WorkflowID(), SubjectID: r.ID}
	}
	return list, err
}

// openNameChanges are those not over, and those over that somebody is to be told of.
func openNameChanges(tx *gorm.DB) ([]models.OpenProcess, error) {
	var changes []models.NameChange
	err := tx.Select("id", "number").Where("closed_at IS NULL OR id IN (?)",
		tx.Model(&models.Mail{}).Select("name_change_id").Where("name_change_id IS NOT NULL AND status IN ?", unsent)).
		Order("id").Find(&changes).Error
	list := make([]models.OpenProcess, len(changes))
	for i, c := range changes {
		list[i] = models.OpenProcess{Workflow: models.ProcessNameChange, WorkflowID: c.WorkflowID(), SubjectID: c.ID}
	}
	return list, err
}

// openActivations are those not over, and those over that somebody is to be told of.
func openActivations(tx *gorm.DB) ([]models.OpenProcess, error) {
	var requests []models.ActivationRequest
	err := tx.Select("id", "number").Where("closed_at IS NULL OR id IN (?)",
		tx.Model(&models.Mail{}).Select("activation_request_id").
			Where("activation_request_id IS NOT NULL AND status IN ? AND NOT ("+ownProcess+")", unsent)).
		Order("id").Find(&requests).Error
	list := make([]models.OpenProcess, len(requests))
	for i, r := range requests {
		list[i] = models.OpenProcess{Workflow: models.ProcessActivationIssue, WorkflowID: r.WorkflowID(), SubjectID: r.ID}
	}
	return list, err
}

// openNews are those that wait for their moment or are being sent, paused ones too, and
// cancelled ones that still have mails to withdraw.
func openNews(tx *gorm.DB) ([]models.OpenProcess, error) {
	var issues []models.NewsIssue
	err := tx.Select("id", "number").Where("status IN ? OR id IN (?)",
		[]models.NewsStatus{models.NewsScheduled, models.NewsSending, models.NewsPaused},
		tx.Model(&models.Mail{}).Select("news_issue_id").Where("kind = ? AND status IN ?", models.MailNews, unsent)).
		Order("id").Find(&issues).Error
	list := make([]models.OpenProcess, len(issues))
	for i, n := range issues {
		list[i] = models.OpenProcess{Workflow: models.ProcessNewsIssue, WorkflowID: n.WorkflowID(), SubjectID: n.ID}
	}
	return list, err
}
