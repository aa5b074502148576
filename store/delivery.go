package store

import (
	"context"

	"github.com/todoke/todoke/models"
)

// ShipmentByOrder finds what was delivered for an order.
func (s *Store) ShipmentByOrder(ctx context.Context, orderID int64) (models.Shipment, error) {
	var shipment models.Shipment
	return shipment, found(s.reader(ctx).Where("order_id = ?", orderID).Take(&shipment).Error, "shipment")
}
