package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
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
}

// PriceList is what AWS takes in one region.
type PriceList struct {
	Region string `json:"-"`
	// Checked is the day on which the prices were looked up.
	Checked string           `json:"checked"`
	Prices  map[string]Price `json:"prices"`
}

// Prices returns the list of us-east-1, which has every price that an estimate needs.
func Prices() PriceList {
	l, ok := PricesIn("us-east-1")
	if !ok {
		panic("prices.json, which is part of this program, lacks us-east-1")
	}
	return l
}

// PricesIn returns the prices of Lambda and API Gateway in a region; ok is false if they
// are not known.
func PricesIn(region string) (l PriceList, ok bool) {
	var file struct {
		Note    string
		Regions map[string]PriceList
	}
	if err := json.Unmarshal(pricesJSON, &file); err != nil {
		panic(fmt.Sprintf("prices.json, which is part of this program, is broken: %v", err))
	}
	l, ok = file.Regions[region]
	l.Region = region
	return l, ok
}

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
	return l.price(name + string(i.Architecture)).times(gigabyteSeconds(i.Billed, i.MemoryMB)).plus(l.Requests(1))
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

func (p Price) times(n float64) Amount { return Amount{n * p.USD, p.Confidence} }

func (a Amount) plus(b Amount) Amount {
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
