package cost

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

//go:embed prices.json
var pricesJSON []byte

// Confidence is how sure a price is.
type Confidence string

// The three degrees.
const (
	Seen        Confidence = "seen"
	SecondHand  Confidence = "second-hand"
	Unconfirmed Confidence = "unconfirmed"
)

// Price is the price of one unit.
type Price struct {
	USD        float64    `json:"usd"`
	Per        string     `json:"per"`
	Confidence Confidence `json:"confidence"`
	Source     string     `json:"source"`
	// standIn says that this is the price of us-east-1, in place of one that is not known.
	standIn bool
}

// PriceList is what AWS takes in one region.
type PriceList struct {
	Region string `json:"-"`
	// Checked is the day on which the prices were looked up.
	Checked string           `json:"checked"`
	Prices  map[string]Price `json:"prices"`
}

// complete is the region whose list has every price that an estimate needs.
const complete = "us-east-1"

// pricesFor returns every price that an estimate in a region needs. What is not known
// there is the price of us-east-1, which is marked and confirmed by nothing. A region
// of no name is us-east-1.
func pricesFor(region string) PriceList {
	east, ok := PricesIn(complete)
	if !ok {
		panic("prices.json, which is part of this program, lacks " + complete)
	}
	if region == "" || region == complete {
		return east
	}
	l, _ := PricesIn(region)
	l.Checked = cmp.Or(l.Checked, east.Checked)
	all := map[string]Price{}
	for name, p := range east.Prices {
		p.standIn, p.Confidence = true, Unconfirmed
		all[name] = p
	}
	maps.Copy(all, l.Prices)
	l.Prices = all
	return l
}

// PricesIn returns the prices that are known of a region, those of Lambda and API Gateway
// among them; ok is false if none are.
func PricesIn(region string) (l PriceList, ok bool) {
	l, ok = priceFile().Regions[region]
	l.Region = region
	return l, ok
}

// file is prices.json.
type file struct {
	Note      string
	SnapStart snapStartTerms
	Regions   map[string]PriceList
}

// priceFile is read once: it is shared and must not be changed.
var priceFile = sync.OnceValue(func() (f file) {
	if err := json.Unmarshal(pricesJSON, &f); err != nil {
		panic(fmt.Sprintf("prices.json, which is part of this program, is broken: %v", err))
	}
	return f
})

// price returns a price that the list is known to have.
func (l PriceList) price(name string) Price {
	p, ok := l.Prices[name]
	if !ok {
		panic("prices.json, which is part of this program, lacks " + name)
	}
	return p
}

// Invocation is one invocation as Lambda bills it.
type Invocation struct {
	// Billed is the record's billed duration, which includes the init phase where
	// AWS charges for it.
	Billed       time.Duration
	MemoryMB     int
	Architecture functions.Architecture
	// Provisioned says that it ran in a provisioned environment, whose price by
	// the hour is not a part of this.
	Provisioned bool
}

// USD is what the invocation costs, the request included.
func (l PriceList) USD(i Invocation) Amount {
	name := "lambda.duration."
	if i.Provisioned {
		name = "lambda.provisioned.duration."
	}
	return l.price(name + string(i.Architecture)).times(gigabyteSeconds(i.Billed, i.MemoryMB)).Plus(l.Requests(1))
}

// Requests is what Lambda takes for so many requests, without their duration.
func (l PriceList) Requests(n float64) Amount { return l.price("lambda.request").times(n) }

// APIGateway is what a REST API takes for so many requests.
func (l PriceList) APIGateway(n float64) Amount { return l.price("apigateway.request").times(n) }

// Provisioned is what it takes to keep one provisioned environment for a time.
func (l PriceList) Provisioned(memoryMB int, a functions.Architecture, d time.Duration) Amount {
	return l.price("lambda.provisioned." + string(a)).times(gigabyteSeconds(d, memoryMB))
}

// Amount is US dollars with how sure they are.
type Amount struct {
	USD float64 `json:"usd"`
	// Confidence is that of the least sure price.
	Confidence Confidence `json:"confidence"`
}

// String is the amount for people, with a mark if a price of it is not confirmed.
func (a Amount) String() string { return Marked(Dollars(a.USD), a.Confidence) }

// UnconfirmedMark stands behind dollars with a price that is not confirmed.
const UnconfirmedMark = "*"

// Marked is a text about dollars with the mark, if a price of them is not confirmed.
func Marked(text string, c Confidence) string {
	if c == Unconfirmed {
		return text + UnconfirmedMark
	}
	return text
}

func (p Price) times(n float64) Amount { return Amount{n * p.USD, p.Confidence} }

// Plus is both together, as sure as the less sure of them.
func (a Amount) Plus(b Amount) Amount {
	return Amount{a.USD + b.USD, Least(a.Confidence, b.Confidence)}
}

// Least is the least sure of two.
func Least(a, b Confidence) Confidence {
	for _, c := range []Confidence{Unconfirmed, SecondHand} {
		if a == c || b == c {
			return c
		}
	}
	return Seen
}

func gigabyteSeconds(d time.Duration, memoryMB int) float64 {
	return d.Seconds() * float64(memoryMB) / 1024
}

// units is how many begun units of a size something has.
func units(bytes, size float64) float64 { return math.Ceil(bytes / size) }
