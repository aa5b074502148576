package store

import (
	"context"
	"errors"
	"strings"

	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// Landing says what became of a mail for an inquiry.
type Landing string

// A reply is kept, came before, or belongs to no inquiry; mails of our own are
// never kept.
const (
	LandingKept      Landing = "kept"
	LandingTwice     Landing = "twice"
	LandingUnmatched Landing = "unmatched"
	LandingOwn       Landing = "own"
)

// ReceiveInquiryReply puts a reply into its thread: the one whose signed address
// it was sent to, else the one that its subject names if the sender is the
// person who asked. A closed or answered inquiry waits for staff again. Nothing
// is ever mailed because of a reply, so mails cannot go round in circles.
func (s *Store) ReceiveInquiryReply(ctx context.Context, r models.InquiryReply, signed func(i models.Inquiry, signature string) bool) (landed Landing, err error) {
	err = s.transaction(ctx, func(tx *gorm.DB) error {
		own, err := s.ownMail(tx, r)
		if err != nil || own {
			landed = LandingOwn
			return err
		}
		i, by, err := s.inquiryOf(tx, r, signed)
		if err != nil || i == nil {
			landed = LandingUnmatched
			return err
		}
		twice, err := replyKnown(tx, i.ID, r)
		if err != nil || twice {
			landed = LandingTwice
			return err
		}
		landed = LandingKept
		return s.keepReply(tx, i, r, by)
	})
	return landed, err
}

// ownMail says whether the ledger knows the mail as one that was sent from here.
func (s *Store) ownMail(tx *gorm.DB, r models.InquiryReply) (bool, error) {
	if r.MessageID == "" {
		return false, nil
	}
	var n int64
	err := tx.Model(&models.Mail{}).Where("message_id = ?", r.MessageID).Count(&n).Error
	return n > 0, err
}

func (s *Store) inquiryOf(tx *gorm.DB, r models.InquiryReply, signed func(models.Inquiry, string) bool) (*models.Inquiry, models.InquiryMatch, error) {
	if r.Address != "" {
		i, err := s.lockedInquiry(tx, r.Address)
		if err == nil && signed(i, r.Signature) {
			return &i, models.MatchedByAddress, nil
		}
		if err != nil && !models.IsKind(err, models.KindNotFound) {
			return nil, "", err
		}
	}
	if r.Reference == "" {
		return nil, "", nil
	}
	i, err := s.lockedInquiry(tx, r.Reference)
	if models.IsKind(err, models.KindNotFound) || err == nil && !strings.EqualFold(i.Asker.Email, r.Sender) {
		return nil, "", nil
	}
	return &i, models.MatchedBySubject, err
}

// replyKnown says whether the thread has the reply already. A mailing list adds a
// footer to what it passes on, so there the Message-ID alone counts.
func replyKnown(tx *gorm.DB, inquiryID int64, r models.InquiryReply) (bool, error) {
	same := tx.Where("arrival_key = ?", r.ArrivalKey)
	if r.List && r.MessageID != "" {
		same = same.Or("message_id = ?", r.MessageID)
	}
	err := tx.Select("id").Where("inquiry_id = ?", inquiryID).Where(same).Take(&models.InquiryMessage{}).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (s *Store) keepReply(tx *gorm.DB, i *models.Inquiry, r models.InquiryReply, by models.InquiryMatch) error {
	message := models.InquiryMessage{
		InquiryID: i.ID, Kind: models.MessageReply, Text: models.HideCodes(r.Text), Quoted: models.HideCodes(r.Quoted),
		Sender: r.Sender, MessageID: r.MessageID, Attachments: strings.Join(r.Attachments, "\n"), Cut: r.Cut, MatchedBy: by,
		ArrivalKey: &r.ArrivalKey, CreatedAt: s.Now(),
	}
	if err := tx.Create(&message).Error; err != nil {
		return err
	}
	before := i.Status
	if err := s.moveInquiry(tx, i, models.InquiryOpen); err != nil {
		return err
	}
	return s.audit(tx, models.Process, "inquiry", i.ID, "inquiry_reply", map[string]any{"inquiry_status": before},
		map[string]any{"inquiry_status": i.Status, "version": i.Version, "message_id": message.ID, "matched_by": by})
}
