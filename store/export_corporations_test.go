package store

import "context"

// LoadCorporations imports as a long file is imported, whatever its length: beside
// the directory on PostgreSQL.
func (s *Store) LoadCorporations(ctx context.Context, o CorporationImport) (ImportSummary, error) {
	o.Size = importLong
	return s.ImportCorporations(ctx, o)
}
