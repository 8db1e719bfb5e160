package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/latency"

// Pair is two sides of one or more runs each, judged from what they left behind.
type Pair struct {
	A PairSide `json:"a"`
	B PairSide `json:"b"`
	// Differences are what was not the same about all runs, before any number is believed.
	Differences []SetupDifference `json:"differences"`
	// Doubts are reasons not to trust one of the sides.
	Doubts []Doubt `json:"doubts,omitempty"`
	// Targets are those that every run has; or the only one of each, whatever it is called.
	Targets []PairTarget `json:"targets"`
}

// PairSide is the runs of one side.
type PairSide struct {
	// Label is what the comparisons call it: the ID of its only run, or A or B.
	Label string    `json:"label"`
	Runs  []PairRun `json:"runs"`
}

// PairRun is a run of a side.
type PairRun struct {
	ID       string   `json:"id"`
	Manifest Manifest `json:"manifest"`
}

// SetupDifference is one circumstance; a value that a side does not have is empty.
// Values of runs that differ within a side have " or " between them.
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

// Doubt is a reason not to trust a run of a pair.
type Doubt struct {
	Run      string    `json:"run"`
	Kind     DoubtKind `json:"kind"`
	Fault    *Fault    `json:"fault,omitempty"`
	Target   string    `json:"target,omitempty"`
	Requests int64     `json:"requests,omitempty"`
	Planned  int64     `json:"planned,omitempty"`
}

// PairTarget is one target in every run.
type PairTarget struct {
	Name string `json:"name"`
	// A and B are the latencies of each run of the side, in the order of its runs.
	A          []latency.Timing `json:"a"`
	B          []latency.Timing `json:"b"`
	Comparison Comparison       `json:"comparison"`
}
