package bench

import "time"

// Bounds on the directory of corporations, for as many as there are on PostgreSQL and for 100,000 on SQLite.
const (
	MaxSearch       = 30.0            // milliseconds, 99 % of searches drawn from the data
	MaxCommonSearch = 50.0            // milliseconds, 99 % of searches for the commonest pairs of characters
	MaxImport       = 3 * time.Minute // of the whole register
	MaxImportMemory = 500 << 20       // bytes resident of the program while it imports
)

// DirectoryFigures are those of the directory on one database.
type DirectoryFigures struct {
	Name         string      `json:"name"`
	Corporations int         `json:"corporations"`
	FileBytes    int64       `json:"file_bytes"`
	ImportTook   float64     `json:"import_seconds"`
	ImportMemory int64       `json:"import_memory_bytes"`
	AgainTook    float64     `json:"difference_seconds"` // a day's file of differences after it
	Differences  int         `json:"differences"`
	Stored       int64       `json:"stored_bytes"` // of tables and indexes
	Drawn        SearchTimes `json:"drawn"`
	Common       SearchTimes `json:"common"`
	Load         float64     `json:"load_before"` // processes that wanted to run in the minute before
}

// SearchTimes are how long searches took, in milliseconds.
type SearchTimes struct {
	Searches int     `json:"searches"`
	Hits     float64 `json:"hits_each"`
	P50      float64 `json:"p50_milliseconds"`
	P99      float64 `json:"p99_milliseconds"`
	Max      float64 `json:"max_milliseconds"`
}

// directoryChecks puts the directory's figures beside their bounds. Only the whole register has a bound on its import.
func directoryChecks(figures []DirectoryFigures, quick bool, atMost func(name string, value, bound float64)) {
	for i, d := range figures {
		atMost(d.Name+": search drawn from the data, p99 in ms", d.Drawn.P99, MaxSearch)
		atMost(d.Name+": search for the commonest pairs, p99 in ms", d.Common.P99, MaxCommonSearch)
		if i == 0 && !quick {
			atMost(d.Name+": import in seconds", d.ImportTook, MaxImport.Seconds())
			atMost(d.Name+": import, resident bytes", float64(d.ImportMemory), MaxImportMemory)
		}
	}
}
