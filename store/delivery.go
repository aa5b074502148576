package store

import (
	"context"

	"github.com/todoke/todoke/models"
)

// ShipmentByOrder finds what was delivered for an order.
func (s *Store) ShipmentByOrder(ctx context.Context, orderID int64) (models.Shipment, error) {
	return take[models.Shipment](s.reader(ctx).Where("order_id = ?", orderID), "shipment")
}
