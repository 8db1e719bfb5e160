package results

import "cmp"

// Run is one run of a table.
type Run struct {
	ID       string   `json:"id"`
	Manifest Manifest `json:"manifest"`
}

// CompareSamples orders samples by start time, then by key.
func CompareSamples(a, b Sample) int {
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Key(), b.Key()))
}
