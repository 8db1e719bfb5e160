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
	Region  string           `json:"region"`
	Checked string           `json:"checked"`
	Note    string           `json:"note"`
	Prices  map[string]Price `json:"prices"`
}

// Prices returns the list.
func Prices() PriceList {
	var l PriceList
	if err := json.Unmarshal(pricesJSON, &l); err != nil {
		panic(fmt.Sprintf("prices.json, which is part of this program, is broken: %v", err))
	}
	return l
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
func (l PriceList) USD(i Invocation) float64 {
	name := "lambda.duration."
	if i.Provisioned {
		name = "lambda.provisioned.duration."
	}
	return gigabyteSeconds(i.Billed, i.MemoryMB)*l.price(name+string(i.Architecture)).USD + l.price("lambda.request").USD
}

func gigabyteSeconds(d time.Duration, memoryMB int) float64 {
	return d.Seconds() * float64(memoryMB) / 1024
}

// units is how many begun units of a size something has.
func units(bytes, size float64) float64 { return math.Ceil(bytes / size) }
