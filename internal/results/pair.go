package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/latency"

// Pair is two runs side by side, judged from what they left behind.
type Pair struct {
	A PairSide `json:"a"`
	B PairSide `json:"b"`
	// Differences are what was not the same about the two, before any number is believed.
	Differences []SetupDifference `json:"differences"`
	// Doubts are reasons not to trust one of the sides.
	Doubts []Doubt `json:"doubts,omitempty"`
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

// DoubtKind says what a [Doubt] is about.
type DoubtKind string

// The kinds of doubts.
const (
	// WasInterrupted: the run was ended before its plan was.
	WasInterrupted DoubtKind = "interrupted"
	// WasKilled: the run has no summary.
	WasKilled DoubtKind = "killed"
	// NotValid: the generator has this Fault.
	NotValid DoubtKind = "not-valid"
	// Unanswered: Requests of Planned to Target have no answer, and no latency.
	Unanswered DoubtKind = "unanswered"
)

// Doubt is a reason not to trust one side of a pair.
type Doubt struct {
	Side     string    `json:"side"`
	Kind     DoubtKind `json:"kind"`
	Fault    *Fault    `json:"fault,omitempty"`
	Target   string    `json:"target,omitempty"`
	Requests int64     `json:"requests,omitempty"`
	Planned  int64     `json:"planned,omitempty"`
}

// PairTarget is one target in both runs.
type PairTarget struct {
	Name       string         `json:"name"`
	A          latency.Timing `json:"a,omitzero"`
	B          latency.Timing `json:"b,omitzero"`
	Comparison Comparison     `json:"comparison"`
}
