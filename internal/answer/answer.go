package answer

import (
	"cmp"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Answers are what one run says about the four questions.
type Answers struct {
	// Event is the workload that runtime, architecture, memory and costs are about.
	Event functions.Event `json:"event"`
	// ColdShare is the share of invocations that are cold starts in every PerMillion.
	ColdShare float64 `json:"coldShare"`
	// Margin is the relative difference that does not matter.
	Margin float64 `json:"margin"`
	// Region is where the run was, as far as prices go; Pricing is nil where its prices
	// are not known.
	Region  string   `json:"region,omitempty"`
	Pricing *Pricing `json:"pricing,omitempty"`
	// Billed are the GB-seconds of every cell, which are known where no price is.
	Billed []CellBilled `json:"billed,omitempty"`
	// Answers are in the order runtime, architecture, memory, modules.
	Answers []Answer `json:"answers"`
	// Upgrades are the steps from each runtime to the one that follows it.
	Upgrades []Upgrade `json:"upgrades,omitempty"`
}

// Question is what an [Answer] is about.
type Question string

// The questions.
const (
	Runtime      Question = "runtime"
	Architecture Question = "architecture"
	Memory       Question = "memory"
	Modules      Question = "modules"
)

// Word is how far a question is answered.
type Word string

// The words.
const (
	// Clear: the pick is faster than every other level in one measure at least, and
	// slower in none, and all measures were judged (of a load test, one of them).
	Clear Word = "clear"
	// Tie: Pick and Against are the same within the margin, and the pick is the cheaper one.
	Tie Word = "tie"
	// Trade: each of Pick and Against is faster in one measure, and the pick is the
	// cheaper one.
	Trade Word = "trade-off"
	// Open: the samples do not tell Front apart. There is no pick.
	Open Word = "open"
	// NotAsked: the run did not measure two levels that could be compared.
	NotAsked Word = "not-asked"
)

// Answer is the answer to one question.
type Answer struct {
	Question Question `json:"question"`
	Word     Word     `json:"word"`
	// Missing says why a question was not asked.
	Missing Missing `json:"missing,omitempty"`
	// Origin is the run that answers the question, where it is not the one that is shown.
	Origin *Origin `json:"origin,omitempty"`
	// Pick is the name of a level; empty if the question is open or was not asked.
	Pick string `json:"pick,omitempty"`
	// Against is the level that Pick is compared with: the one that comes next.
	Against string `json:"against,omitempty"`
	// Front are the levels that no other one beats, the cheapest first.
	Front []string `json:"front,omitempty"`
	// Levels are all that were measured, in their natural order.
	Levels []Level `json:"levels,omitempty"`
	// Ratios are those of Pick to Against over all pairs, one for each measure. Where
	// the question is open they are those of the first two of Front.
	Ratios []Ratio `json:"ratios,omitempty"`
	// Combined are the ratios of all pairs of levels, over all pairs of cells.
	Combined []Ratio `json:"combined,omitempty"`
	// Pairs are the ratios of cells that differ in this question's level only.
	Pairs []Ratio `json:"pairs,omitempty"`
	// Needs is what would decide an open question; nil if no number of samples would.
	Needs *Needs `json:"needs,omitempty"`
}

// Origin names another run, whose load test stands beside the cells of the one that is shown.
type Origin struct {
	Run     string    `json:"run"`
	Started time.Time `json:"started"`
}

// Missing says why a question was not asked.
type Missing string

// The reasons.
const (
	// OneLevel: only one level was measured.
	OneLevel Missing = "one-level"
	// HostOnly: a local run measures the architecture of its host and no other.
	HostOnly Missing = "host-only"
	// NoPair: no two cells differ in nothing but the level.
	NoPair Missing = "no-pair"
	// NothingMeasured: no cell has a cold start or a warm invocation.
	NothingMeasured Missing = "nothing-measured"
	// NoLoad: there was no load test of the two module functions.
	NoLoad Missing = "no-load"
	// NoSamples: the run's samples are no longer known, and medians alone have no ratio
	// with an interval.
	NoSamples Missing = "no-samples"
	// NoAnswers: nothing came back from one of the two modules.
	NoAnswers Missing = "no-answers"
	// NotValid: the load test's generator was not valid.
	NotValid Missing = "not-valid"
)

// Level is one of the things that a question chooses between.
type Level struct {
	// Name is a runtime's label, an architecture, a memory size such as 512 MB, or a
	// target of the load test.
	Name string `json:"name"`
	// Cells is how many cells have it.
	Cells int `json:"cells,omitempty"`
	// Deprecated says that AWS no longer supports the runtime.
	Deprecated bool `json:"deprecated,omitempty"`
	// PerMillion is dollars for a million invocations at ColdShare, the mean over the
	// cells that all levels have; nil if it is not known. Confidence is that of the least
	// sure price.
	PerMillion *float64        `json:"perMillionUSD,omitempty"`
	Confidence cost.Confidence `json:"confidence,omitempty"`
	// GBSeconds is what a million are billed, likewise.
	GBSeconds *float64 `json:"perMillionGBSeconds,omitempty"`
}

// Measure is the number by which two sides are compared: a percentile of a metric.
type Measure struct {
	// Temperature is empty for a load test.
	Temperature results.Temperature `json:"temperature,omitempty"`
	// Metric is a [results.Metric]'s name, or latencyMs.
	Metric string `json:"metric"`
	// Class is the kind of start in a load test; its zero value is all requests.
	Class      results.ClassKey `json:"class,omitzero"`
	Percentile float64          `json:"percentile"`
}

// Within is what two cells of a pair have in common. The question's own field is zero.
type Within struct {
	Function     string                 `json:"function,omitempty"`
	Runtime      string                 `json:"runtime,omitempty"`
	Architecture functions.Architecture `json:"architecture,omitempty"`
	MemoryMB     int                    `json:"memoryMB,omitempty"`
	SnapStart    bool                   `json:"snapStart,omitempty"`
}

// Ratio is A's figure over B's: below 1, A is faster.
type Ratio struct {
	Measure Measure `json:"measure"`
	// A and B are the names of levels.
	A string `json:"a"`
	B string `json:"b"`
	// Within is the pair's; its zero value stands for all pairs together.
	Within Within `json:"within,omitzero"`
	// Pairs is how many pairs the ratio is of, and Judged how many of them had the
	// samples for one.
	Pairs  int `json:"pairs"`
	Judged int `json:"judged"`
	// Ratio and its Interval at [verdict.DefaultConfidence] are nil where nothing was judged.
	Ratio    *float64    `json:"ratio,omitempty"`
	Interval *[2]float64 `json:"interval,omitempty"`
	// Word speaks of A. Words of one question stand together: 5 % of all that are
	// found may be chance, and not 5 % of each. No word says the opposite of the run's places.
	Word   verdict.Word   `json:"word"`
	Reason verdict.Reason `json:"reason,omitzero"`
	// places are what the run's ranking says of the same cells.
	places placed
}

const (
	// ColdShare is the share of cold starts that costs are stated at. AWS says of
	// invocations in production that typically less than 1 % are cold.
	ColdShare = 0.01
	// Margin is the relative difference that does not matter.
	Margin = 0.05
)

// All answers the questions for every workload of a run, the one that decides first: see
// [Workloads]. A run of a load test alone has one set of answers, of which that about
// modules says something.
func All(r results.Run) []Answers {
	events := Workloads(r)
	if len(events) == 0 {
		events = []functions.Event{{}}
	}
	var all []Answers
	for _, e := range events {
		all = append(all, of(r, e))
	}
	return all
}

// Workloads are what anything was measured with. The one that does most work comes first
// and decides, since memory and architecture hardly show without.
func Workloads(r results.Run) []functions.Event {
	var all []functions.Event
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if e := s.Of(v.Variant).Event; !slices.Contains(all, e) {
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b functions.Event) int {
		return cmp.Or(cmp.Compare(b.Iterations, a.Iterations), cmp.Compare(a.Workload, b.Workload))
	})
	return all
}

// of answers the questions for one workload.
func of(r results.Run, e functions.Event) Answers {
	a := Answers{Event: e, ColdShare: ColdShare, Margin: Margin, Region: r.Manifest.Region}
	m := measure(r, e)
	a.Pricing, a.Billed = m.pricing()
	for _, f := range factors() {
		a.Answers = append(a.Answers, m.answer(f, a))
	}
	a.Answers = append(a.Answers, modules(r.Load))
	a.Upgrades = m.upgrades(a.Answers[0])
	return a
}

// cells are a run's values by cell and temperature.
type cells struct {
	run      results.Run
	event    functions.Event
	variants []matrix.Variant
	values   map[results.Series]results.Values
	sides    map[results.Series]verdict.Side
	places   map[results.Series]results.Place
	paces    map[results.Temperature][2]time.Duration
}

func measure(r results.Run, e functions.Event) cells {
	c := cells{run: r, event: e, values: r.Values(), sides: r.Sides(), places: map[results.Series]results.Place{}, paces: paces(r.Samples)}
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if s.Place != nil {
				c.places[s.Of(v.Variant)] = *s.Place
			}
		}
	}
	for series := range c.sides {
		if series.Event == e && !slices.Contains(c.variants, series.Variant) {
			c.variants = append(c.variants, series.Variant)
		}
	}
	slices.SortFunc(c.variants, matrix.Compare)
	return c
}
