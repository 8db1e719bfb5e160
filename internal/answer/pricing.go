package answer

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Pricing is what invocations cost, and by which prices.
type Pricing struct {
	Region string `json:"region"`
	// Checked is the day on which the prices were looked up.
	Checked string `json:"checked"`
	// AsIf says that AWS did not bill these durations: they were measured on one
	// machine, and are priced as if it had.
	AsIf bool `json:"asIf,omitempty"`
	// Request and APIGateway are a million requests: Lambda's price, which is part of
	// every cost here, and API Gateway's, which is part of none.
	Request    cost.Amount `json:"request"`
	APIGateway cost.Amount `json:"apiGateway"`
	// ColdShares are those of [CellCost.Curve], from 0.01 % to 10 % in equal steps of
	// their logarithm.
	ColdShares []float64   `json:"coldShares"`
	Cells      []CellCost  `json:"cells"`
	BreakEvens []BreakEven `json:"breakEvens,omitempty"`
}

// CellCost is what invocations of one cell cost, in dollars for a million, the request
// included.
type CellCost struct {
	Variant matrix.Variant `json:"variant"`
	// Cold and Warm are a million cold starts and a million warm invocations, from the
	// mean billed duration of each, which includes init. With SnapStart, Cold includes the
	// price of a restore.
	Cold float64 `json:"coldUSD"`
	Warm float64 `json:"warmUSD"`
	// Curve is the cost at each of [Pricing.ColdShares].
	Curve []float64 `json:"curveUSD"`
	// Confidence is that of the least sure price.
	Confidence cost.Confidence `json:"confidence"`
	// SnapshotPerMonth is what one published version with SnapStart costs besides, however
	// many invocations it has; nil where that is nothing.
	SnapshotPerMonth *cost.Amount `json:"snapshotPerMonth,omitempty"`
	// provisioned is a million warm invocations in provisioned environments, without the
	// price by the hour, and warmSeconds how long one of them lasts.
	provisioned cost.Amount
	warmSeconds float64
}

// At is the cost at a share of cold starts from 0 to 1: a straight line.
func (c CellCost) At(coldShare float64) float64 {
	return coldShare*c.Cold + (1-coldShare)*c.Warm
}

// The range of cold shares and the steps of a curve.
const (
	leastColdShare = 0.0001
	mostColdShare  = 0.1
	curveSteps     = 12
)

// coldShares are those of a curve.
func coldShares() []float64 {
	all := make([]float64, curveSteps+1)
	for i := range all {
		all[i] = leastColdShare * math.Pow(mostColdShare/leastColdShare, float64(i)/curveSteps)
	}
	all[curveSteps] = mostColdShare
	return all
}

const million = 1e6

// CellBilled is what invocations of one cell are billed, whatever a GB-second costs.
type CellBilled struct {
	Variant matrix.Variant `json:"variant"`
	// Cold and Warm are the GB-seconds of a million cold starts and of a million warm
	// invocations, from the mean billed duration of each, which includes init.
	Cold float64 `json:"coldGBSeconds"`
	Warm float64 `json:"warmGBSeconds"`
}

// At is what a million are billed at a share of cold starts from 0 to 1.
func (b CellBilled) At(coldShare float64) float64 {
	return coldShare*b.Cold + (1-coldShare)*b.Warm
}

// pricing prices the cells that have cold starts and warm invocations, and says what they
// are billed; the former is nil where the region's prices are not known, or nothing was
// billed.
func (c cells) pricing() (*Pricing, []CellBilled) {
	billed := c.billed()
	list, ok := cost.PricesIn(c.run.Manifest.Region)
	if !ok || len(billed) == 0 {
		return nil, billed
	}
	p := &Pricing{
		Region: list.Region, Checked: list.Checked, AsIf: c.run.Platform() != deployed.AWS,
		Request: list.Requests(million), APIGateway: list.APIGateway(million), ColdShares: coldShares(),
	}
	bills := c.bills(list)
	for _, one := range billed {
		v, b := one.Variant, bills[one.Variant]
		cell := CellCost{
			Variant: v, Cold: b.cold.mean().USD, Warm: b.warm.mean().USD, Confidence: cost.Least(b.cold.confidence, b.warm.confidence),
			provisioned: b.provisioned.mean(), warmSeconds: b.warmSeconds / b.warm.n,
		}
		if snapshot := list.Snapshot(v, cost.Month); snapshot.USD > 0 {
			cell.SnapshotPerMonth = &snapshot
		}
		for _, share := range p.ColdShares {
			cell.Curve = append(cell.Curve, cell.At(share))
		}
		p.Cells = append(p.Cells, cell)
	}
	p.BreakEvens = slices.Concat(p.byArchitecture(), p.byMemory(), p.byProvisioning(list))
	return p, billed
}

// billed are the cells that have cold starts and warm invocations, in their order.
func (c cells) billed() (all []CellBilled) {
	for _, v := range c.variants {
		cold, okCold := c.gigabyteSeconds(v, results.Cold)
		warm, okWarm := c.gigabyteSeconds(v, results.Warm)
		if okCold && okWarm {
			all = append(all, CellBilled{v, cold, warm})
		}
	}
	return all
}

// gigabyteSeconds is what a million invocations of a cell are billed.
func (c cells) gigabyteSeconds(v matrix.Variant, t results.Temperature) (float64, bool) {
	ms := c.values[results.Series{Variant: v, Event: c.event, Temperature: t}].Of(results.BilledMs)
	if len(ms) == 0 {
		return 0, false
	}
	return million * stat.Mean(ms, nil) / 1000 * float64(v.MemoryMB) / 1024, true
}

// setCosts sets what a level costs at [ColdShare], the mean over these cells of it, as far
// as that is known of all of them.
func (l *Level) setCosts(variants []matrix.Variant, costs Answers) {
	var usd total
	var billed, n float64
	for _, v := range variants {
		if i := slices.IndexFunc(costs.Billed, func(b CellBilled) bool { return b.Variant == v }); i >= 0 {
			billed, n = billed+costs.Billed[i].At(ColdShare), n+1
		}
		if p := costs.Pricing; p != nil {
			if i := slices.IndexFunc(p.Cells, func(c CellCost) bool { return c.Variant == v }); i >= 0 {
				usd.add(cost.Amount{USD: p.Cells[i].At(ColdShare), Confidence: p.Cells[i].Confidence})
			}
		}
	}
	if all := float64(len(variants)); all > 0 && n == all {
		l.GBSeconds = new(billed / n)
		if usd.n == all {
			l.PerMillion, l.Confidence = new(usd.usd/usd.n), usd.confidence
		}
	}
}

// bill is what the invocations of a cell cost.
type bill struct {
	cold, warm, provisioned total
	warmSeconds             float64
}

// total adds amounts up.
type total struct {
	usd, n     float64
	confidence cost.Confidence
}

func (t *total) add(a cost.Amount) {
	if t.n == 0 {
		t.confidence = a.Confidence
	}
	t.usd, t.n, t.confidence = t.usd+a.USD, t.n+1, cost.Least(t.confidence, a.Confidence)
}

// mean is that of a million.
func (t total) mean() cost.Amount {
	return cost.Amount{USD: million * t.usd / t.n, Confidence: t.confidence}
}

func (c cells) bills(list cost.PriceList) map[matrix.Variant]*bill {
	bills := map[matrix.Variant]*bill{}
	for _, v := range c.variants {
		bills[v] = &bill{}
	}
	for series, values := range c.values {
		b := bills[series.Variant]
		if b == nil || series.Event != c.event {
			continue
		}
		for _, ms := range values.Of(results.BilledMs) {
			i := cost.Invocation{Billed: time.Duration(ms * float64(time.Millisecond)), MemoryMB: series.Variant.MemoryMB, Architecture: series.Variant.Architecture}
			switch series.Temperature {
			case results.Cold:
				b.cold.add(list.USD(i).Plus(list.Restore(series.Variant)))
			case results.Warm:
				b.warm.add(list.USD(i))
				b.warmSeconds += i.Billed.Seconds()
				i.Provisioned = true
				b.provisioned.add(list.USD(i))
			}
		}
	}
	return bills
}

// BreakEvenKind is what a [BreakEven] is between.
type BreakEvenKind string

// The kinds.
const (
	// ByArchitecture: arm64 against x86_64, over the share of cold starts.
	ByArchitecture BreakEvenKind = "architecture"
	// ByMemory: a memory size against the next larger one, over the share of cold starts.
	ByMemory BreakEvenKind = "memory"
	// ByProvisioning: one provisioned environment against on demand at [ColdShare], over
	// the calls that it serves in an hour.
	ByProvisioning BreakEvenKind = "provisioned"
)

// BreakEven is where two ways to run the same function cost the same.
type BreakEven struct {
	Kind BreakEvenKind `json:"kind"`
	// A and B are the two cells; they are the same one for [ByProvisioning], where A is
	// provisioned and B is on demand.
	A matrix.Variant `json:"a"`
	B matrix.Variant `json:"b"`
	// At is the share of cold starts, or the calls in an hour, at which both cost the
	// same; nil if there is none in Range.
	At *float64 `json:"at,omitempty"`
	// Range is where a break-even was looked for. An environment serves at most 10
	// requests a second, and one at a time.
	Range [2]float64 `json:"range"`
	// CheaperBelow says that A is the cheaper one below At, or everywhere in range if At is nil.
	CheaperBelow bool `json:"cheaperBelow"`
	// Confidence is that of the least sure price.
	Confidence cost.Confidence `json:"confidence"`
}

// crossing is where the costs of two cells meet: both are straight lines over the share
// of cold starts.
func crossing(kind BreakEvenKind, a, b CellCost) BreakEven {
	e := BreakEven{
		Kind: kind, A: a.Variant, B: b.Variant, Range: [2]float64{leastColdShare, mostColdShare},
		CheaperBelow: a.At(leastColdShare) < b.At(leastColdShare), Confidence: cost.Least(a.Confidence, b.Confidence),
	}
	steeper := (a.Cold - a.Warm) - (b.Cold - b.Warm)
	if at := (b.Warm - a.Warm) / steeper; steeper != 0 && at >= leastColdShare && at <= mostColdShare {
		e.At = &at
	}
	return e
}

func (p *Pricing) byArchitecture() (all []BreakEven) {
	for i, a := range p.Cells {
		for _, b := range p.Cells[i+1:] {
			other := b.Variant
			other.Architecture = a.Variant.Architecture
			if a.Variant == other { // matrix.Compare has arm64 before x86_64
				all = append(all, crossing(ByArchitecture, a, b))
			}
		}
	}
	return all
}

func (p *Pricing) byMemory() (all []BreakEven) {
	for _, a := range p.Cells {
		var next *CellCost
		for i, b := range p.Cells {
			other := b.Variant
			other.MemoryMB = a.Variant.MemoryMB
			larger := a.Variant == other && b.Variant.MemoryMB > a.Variant.MemoryMB
			if larger && (next == nil || b.Variant.MemoryMB < next.Variant.MemoryMB) {
				next = &p.Cells[i]
			}
		}
		if next != nil {
			all = append(all, crossing(ByMemory, a, *next))
		}
	}
	return all
}

// mostPerEnvironment is how many requests a second one environment serves at most.
const mostPerEnvironment = 10

func (p *Pricing) byProvisioning(list cost.PriceList) (all []BreakEven) {
	for _, c := range p.Cells {
		if c.Variant.SnapStart {
			continue // AWS offers one of the two for a version
		}
		hour := list.Provisioned(c.Variant.MemoryMB, c.Variant.Architecture, time.Hour)
		most := time.Hour.Seconds() * min(mostPerEnvironment, 1/c.warmSeconds)
		e := BreakEven{
			Kind: ByProvisioning, A: c.Variant, B: c.Variant, Range: [2]float64{0, most},
			Confidence: cost.Least(cost.Least(c.Confidence, c.provisioned.Confidence), hour.Confidence),
		}
		saved := (c.At(ColdShare) - c.provisioned.USD) / million // by each call
		if at := hour.USD / saved; saved > 0 && at <= most {
			e.At = &at
		}
		all = append(all, e)
	}
	return all
}
