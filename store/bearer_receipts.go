package store

import (
	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// A receipt is a bearer number: any reseller may quote it, but an answer never
// shows more of the application than the fields that differ (orders.md). So an
// API key is shown the rest only where its own reseller filed the application.

// ownApplications gives which of the orders' applications the actor may see whole.
func ownApplications(tx *gorm.DB, actor models.Actor, orders []models.Order) (map[int64]bool, error) {
	own := map[int64]bool{}
	ids := make([]int64, len(orders))
	for i, o := range orders {
		ids[i] = o.ApplicationID
	}
	var visible []int64
	err := visibleTo(tx.Model(&models.Application{}), actor).Where("id IN ?", ids).Pluck("id", &visible).Error
	for _, id := range visible {
		own[id] = true
	}
	return own, err
}

// withhold blanks what an order took over from an application that is not the actor's.
func withhold(actor models.Actor, o *models.Order, own map[int64]bool) {
	if actor.Kind == models.ActorAPIKey && !own[o.ApplicationID] {
		o.EndUserName, o.EndUserKey = "", ""
	}
}

// shown gives an order as the actor may see it.
func shown(tx *gorm.DB, actor models.Actor, o models.Order) (models.Order, error) {
	own, err := ownApplications(tx, actor, []models.Order{o})
	withhold(actor, &o, own)
	return o, err
}
