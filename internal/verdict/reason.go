package verdict

// ReasonKind says what a [Reason] is about.
type ReasonKind string

// The kinds of reasons. The words faster and slower need none.
const (
	// WithinMargin: the whole interval lies within Margin of zero.
	WithinMargin ReasonKind = "within-margin"
	// NeedsSamples: the percentile takes Needs samples of each side, and the
	// smaller side has Has.
	NeedsSamples ReasonKind = "needs-samples"
	// NeedsClusters, NeedsRounds and NeedsBlocks: values depend on each other within
	// clusters, within rounds or over time, it takes Needs of those, and a side has Has.
	NeedsClusters ReasonKind = "needs-clusters"
	NeedsRounds   ReasonKind = "needs-rounds"
	NeedsBlocks   ReasonKind = "needs-blocks"
	// WorthTooFew: the percentile takes Needs independent values of each side, and
	// those of one side are worth Has.
	WorthTooFew ReasonKind = "worth-too-few"
	// NeedsRuns: a difference between runs takes Needs runs of each side, and there
	// are Has.
	NeedsRuns ReasonKind = "needs-runs"
	// Drifts: the difference changed over the whole time, which is too short to
	// average over that.
	Drifts ReasonKind = "drifts"
	// NoSuchInterval: no number of samples bears this percentile at Confidence.
	NoSuchInterval ReasonKind = "no-such-interval"
	// MoreSamples: if the true difference is the one that was seen, More further samples
	// of each side decide in half of all cases, and Most in those of [Power].
	MoreSamples ReasonKind = "more-samples"
	// MoreRuns: the same of further runs of each side.
	MoreRuns ReasonKind = "more-runs"
	// TooClose: it would take more than Times the samples, or runs, that there are.
	TooClose ReasonKind = "too-close"
	// Unanswered: requests without an answer hide on which side the percentile is.
	Unanswered ReasonKind = "unanswered"
	// MayBeChance: among Comparisons, a difference like this one may be chance.
	MayBeChance ReasonKind = "may-be-chance"
	// NoValues: of a side only a summary is there, which bears no interval.
	NoValues ReasonKind = "no-values"
	// PlacesDisagree: by the places of the same ranking the other side is the faster one.
	// Where modes cross, the smaller median may belong to what is slower more often than not.
	PlacesDisagree ReasonKind = "places-disagree"
	// NoRatio: a side has values of zero or less, which have no ratio.
	NoRatio ReasonKind = "no-ratio"
)

// Reason says why a judgement is same or undecided. Its zero value is none. Which
// of the numbers are set depends on the kind.
type Reason struct {
	Kind ReasonKind `json:"kind"`
	// Margin is the difference that does not matter, in the unit of the values; 0
	// where none was given.
	Margin      float64 `json:"margin,omitempty"`
	Needs       int64   `json:"needs,omitempty"`
	Has         int64   `json:"has,omitempty"`
	Confidence  float64 `json:"confidence,omitempty"`
	More        int64   `json:"more,omitempty"`
	Most        int64   `json:"most,omitempty"`
	Times       int64   `json:"times,omitempty"`
	Comparisons int     `json:"comparisons,omitempty"`
}
