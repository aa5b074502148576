package console

import (
	"slices"
	"strconv"

	"github.com/todoke/todoke/models"
	"github.com/todoke/todoke/store"
	"github.com/todoke/todoke/web/console/views"
)

// The filters behind the numbers: a count and the list that its link opens are
// made by the same one.
var (
	toCheck      = store.OrderFilter{Statuses: []models.OrderStatus{models.OrderChecking}, WaitingFor: models.WaitingForStaff, OldestFirst: true}
	sentBack     = store.OrderFilter{Statuses: []models.OrderStatus{models.OrderSentBack}, OldestFirst: true}
	sentBackLate = store.OrderFilter{Statuses: []models.OrderStatus{models.OrderSentBack}, Overdue: true, OldestFirst: true}
	mailsFailed  = store.OrderFilter{OpenTask: models.TaskDeliveryFailed, OldestFirst: true}

	mailsUnknown  = []models.TaskKind{models.TaskMailUnknown}
	noticesFailed = []models.TaskKind{models.TaskMailFailed}
)

// deliveredOn is the list behind the number of orders delivered on a day.
func deliveredOn(day models.Date) store.OrderFilter { return store.OrderFilter{DeliveredOn: day} }

// waiting counts what the menu shows.
func (v *visit) waiting() (views.Waiting, error) {
	var w views.Waiting
	for _, count := range []struct {
		filter store.OrderFilter
		into   *int64
	}{
		{toCheck, &w.ToCheck}, {sentBack, &w.SentBack}, {sentBackLate, &w.SentBackLate},
		{mailsFailed, &w.MailsFailed},
	} {
		n, err := v.Store.CountOrders(v.ctx(), v.actor(), count.filter)
		if err != nil {
			return w, err
		}
		*count.into = n
	}
	var err error
	if w.MailsUnknown, err = v.Store.CountOpenTasks(v.ctx(), mailsUnknown); err != nil {
		return w, err
	}
	if w.NoticesFailed, err = v.Store.CountOpenTasks(v.ctx(), noticesFailed); err != nil {
		return w, err
	}
	resends, err := v.Store.ResendCounts(v.ctx())
	if err != nil {
		return w, err
	}
	w.Resends, w.ResendsLate = resends.Waiting, resends.Overdue
	names, err := v.Store.NameChangeCounts(v.ctx())
	if err != nil {
		return w, err
	}
	w.NameChanges, w.NameChangesLate = names.Waiting, names.Overdue
	codes, err := v.Store.ActivationCounts(v.ctx())
	if err != nil {
		return w, err
	}
	w.Activations, w.ActivationsUnsent = codes.Waiting, codes.Unsent
	if w.Inquiries, err = v.Store.CountInquiries(v.ctx(), inquiriesOpen); err != nil {
		return w, err
	}
	w.InquiriesLate, err = v.Store.CountInquiries(v.ctx(), inquiriesLate)
	return w, err
}

// tiles are the queues as numbers.
func (v *visit) tiles(w views.Waiting) ([]views.Tile, error) {
	today := v.Store.Today()
	delivered, err := v.Store.CountOrders(v.ctx(), v.actor(), deliveredOn(today))
	if err != nil {
		return nil, err
	}
	tiles := []views.Tile{
		{Label: v.t("console.nav.to_check"), Count: w.ToCheck, URL: views.ToCheckURL},
		{Label: v.t("console.nav.sent_back"), Count: w.SentBack, URL: views.SentBackURL},
		{Label: v.t("console.nav.mails_failed"), Count: w.MailsFailed, URL: views.MailsFailedURL},
		{Label: v.t("console.nav.mails_unknown"), Count: w.MailsUnknown, URL: views.MailsUnknownURL},
		{Label: v.t("console.nav.notices_failed"), Count: w.NoticesFailed, URL: views.NoticesFailedURL},
		{Label: v.t("console.nav.resends"), Count: w.Resends, URL: views.ResendsURL},
		{Label: v.t("console.today.delivered"), Count: delivered, URL: views.DeliveredURL(today), Quiet: true},
	}
	inquiries := views.Tile{Label: v.t("console.nav.inquiries"), Count: w.Inquiries, URL: views.InquiriesURL}
	if w.InquiriesLate > 0 {
		inquiries.Late = v.t("console.today.late", "n", strconv.FormatInt(w.InquiriesLate, 10))
		inquiries.LateURL = views.InquiriesLateURL
	}
	tiles = slices.Insert(tiles, len(tiles)-1, v.nameChangeTile(w), inquiries)
	if w.SentBackLate > 0 {
		tiles[1].Late = v.t("console.today.late", "n", strconv.FormatInt(w.SentBackLate, 10))
		tiles[1].LateURL = views.SentBackLateURL
	}
	if w.ResendsLate > 0 {
		tiles[5].Late = v.t("console.today.late", "n", strconv.FormatInt(w.ResendsLate, 10))
		tiles[5].LateURL = views.ResendsLateURL
	}
	return tiles, nil
}

func (v *visit) nameChangeTile(w views.Waiting) views.Tile {
	tile := views.Tile{Label: v.t("console.nav.name_changes"), Count: w.NameChanges, URL: views.NameChangesURL}
	if w.NameChangesLate > 0 {
		tile.Late, tile.LateURL = v.t("console.today.late", "n", strconv.FormatInt(w.NameChangesLate, 10)), views.NameChangesLateURL
	}
	return tile
}
