package store

import (
	"github.com/todoke/todoke/models"
	"gorm.io/gorm"
)

// renameHolder gives a contract the name that was approved, and keeps what it was
// in the contract's history.
func (s *Store) renameHolder(tx *gorm.DB, actor models.Actor, c models.NameChange, contract models.Contract) error {
	if contract.Void {
		return models.NewError(models.KindConflict, "contract_void")
	}
	to := contract.Contacts()
	to.Holder.CompanyName, to.Holder.CompanyKana, to.Holder.Department = c.New.CompanyName, c.New.CompanyKana, c.New.Department
	_, err := s.editContract(tx, &contract, to, contractEdit{actor: actor, name: actor.Name, kind: models.ChangeOfName, nameChangeID: &c.ID})
	return err
}
