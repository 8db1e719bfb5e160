package answer

import (
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Pricing is what invocations cost, and by which prices.
type Pricing struct {
	Region string `json:"region"`
	// Checked is the day on which the prices were looked up.
	Checked string `json:"checked"`
	// Unconfirmed are the names of those prices used here that are not confirmed.
	Unconfirmed []string `json:"unconfirmed,omitempty"`
	// AsIf says that AWS did not bill these durations: they were measured on one
	// machine, and are priced as if it had.
	AsIf bool `json:"asIf,omitempty"`
	// Request and APIGateway are dollars for a million requests: Lambda's, which is part
	// of every cost here, and API Gateway's, which is part of none.
	Request    Amount `json:"request"`
	APIGateway Amount `json:"apiGateway"`
	// ColdShares are those of [CellCost.Curve], from 0.01 % to 10 % in equal steps of
	// their logarithm.
	ColdShares []float64   `json:"coldShares"`
	Cells      []CellCost  `json:"cells"`
	BreakEvens []BreakEven `json:"breakEvens"`
}

// Amount is dollars with how sure they are.
type Amount struct {
	USD        float64         `json:"usd"`
	Confidence cost.Confidence `json:"confidence"`
}

// CellCost is what invocations of one cell cost, in dollars for a million, the request
// included.
type CellCost struct {
	Variant matrix.Variant `json:"variant"`
	// Cold and Warm are a million cold starts and a million warm invocations, from the
	// mean billed duration of each, which includes init.
	Cold float64 `json:"coldUSD"`
	Warm float64 `json:"warmUSD"`
	// Curve is the cost at each of [Pricing.ColdShares].
	Curve []float64 `json:"curveUSD"`
	// Confidence is that of the least sure price.
	Confidence cost.Confidence `json:"confidence"`
}

// At is the cost at a share of cold starts from 0 to 1: a straight line.
func (c CellCost) At(coldShare float64) float64 {
	return coldShare*c.Cold + (1-coldShare)*c.Warm
}

// BreakEvenKind is what a [BreakEven] is between.
type BreakEvenKind string

// The kinds.
const (
	// ByArchitecture: arm64 against x86_64, over the share of cold starts.
	ByArchitecture BreakEvenKind = "architecture"
	// ByMemory: a memory size against the next larger one, over the share of cold starts.
	ByMemory BreakEvenKind = "memory"
	// Provisioned: one provisioned environment against on demand, over the calls that it
	// serves in an hour.
	Provisioned BreakEvenKind = "provisioned"
)

// BreakEven is where two ways to run the same function cost the same.
type BreakEven struct {
	Kind BreakEvenKind `json:"kind"`
	// A and B are the two cells; they are the same one for [Provisioned], where A is
	// provisioned and B is on demand.
	A matrix.Variant `json:"a"`
	B matrix.Variant `json:"b"`
	// At is the share of cold starts, or calls in an hour, at which both cost the same;
	// nil if there is none in range: between the first and the last of
	// [Pricing.ColdShares], and up to what one environment can serve.
	At *float64 `json:"at,omitempty"`
	// CheaperBelow says that A is the cheaper one below At, or everywhere in range if At is nil.
	CheaperBelow bool `json:"cheaperBelow"`
	// Confidence is that of the least sure price.
	Confidence cost.Confidence `json:"confidence"`
}
