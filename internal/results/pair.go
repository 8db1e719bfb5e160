package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/latency"

// Pair is two runs side by side, judged from what they left behind.
type Pair struct {
	A PairSide `json:"a"`
	B PairSide `json:"b"`
	// Differences are what was not the same about the two, before any number is believed.
	Differences []SetupDifference `json:"differences"`
	// Doubts are reasons not to trust one of the sides.
	Doubts []string `json:"doubts,omitempty"`
	// Targets are those that both runs have; or the only one of each, whatever it is called.
	Targets []PairTarget `json:"targets"`
}

// PairSide is one of the runs.
type PairSide struct {
	// Label is what the comparisons call it: the directory.
	Label    string   `json:"label"`
	Manifest Manifest `json:"manifest"`
}

// SetupDifference is one circumstance; a value that a side does not have is empty.
type SetupDifference struct {
	What string `json:"what"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// PairTarget is one target in both runs.
type PairTarget struct {
	Name       string               `json:"name"`
	A          *latency.Percentiles `json:"a,omitempty"`
	B          *latency.Percentiles `json:"b,omitempty"`
	Comparison Comparison           `json:"comparison"`
}
