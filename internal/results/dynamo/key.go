package dynamo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The names of the table's attributes that the stack has to know.
const (
	PartitionKey      = "pk"
	SortKey           = "sk"
	Index             = "gsi1"
	IndexPartitionKey = "gsi1pk"
	IndexSortKey      = "gsi1sk"
	// Expires is the time to live, in seconds since 1970.
	Expires = "expires"
)

// MaxRunID is the longest ID of a run in bytes. Step Functions allows 80
// characters; DynamoDB's keys would take 1,000 bytes.
const MaxRunID = 320

// key is the place of an item. Keys are written and never read.
type key struct{ pk, sk string }

// FunctionKey is where the stack puts a [deployed.Function] as JSON in the attribute [Data].
func FunctionKey(variantName string) (pk, sk string) { return functionsPartition, variantName }

const (
	functionsPartition = "FUNCTIONS"
	runsPartition      = "RUNS"
	cellsPartition     = "CELLS"
	loadsPartition     = "LOADS"

	samplePrefix  = "SAMPLE#"
	variantPrefix = "VARIANT#"
	cellPrefix    = "CELL#"
	seriesPrefix  = "SERIES#"
	valuesPrefix  = "VALUES#"
	rawPrefix     = "RAW#"
	keptPrefix    = "KEPT#"
	logPrefix     = "LOG#"
)

var leaseKey = key{"LEASE", "LEASE"}

func runPartition(run string) string { return "RUN#" + run }
func runKey(run string) key          { return key{runPartition(run), "RUN"} }
func keptKey(run, name string) key   { return key{runPartition(run), keptPrefix + name} }

func loadKey(run string) key { return key{runPartition(run), "LOAD"} }

// logKey is the place of the n-th histogram log of a run's load test.
func logKey(run string, n int) key {
	return key{runPartition(run), logPrefix + fmt.Sprintf("%04d", n)}
}

func sampleKey(s results.Sample) key {
	return key{runPartition(s.Run), samplePrefix + SampleCursor(s)}
}

// SampleCursor says where a sample is among those of its run, in the order of
// [Store.SamplesFrom].
func SampleCursor(s results.Sample) string { return s.Variant.Name() + "#" + s.Key() }

// variantKey is the place of a variant's summary without its series.
func variantKey(run string, v matrix.Variant) key {
	return key{runPartition(run), variantPrefix + v.Name()}
}

// cellName identifies a cell within a run, in keys.
func cellName(v matrix.Variant, e functions.Event) string {
	return v.Name() + "#" + string(e.Workload) + "#" + strconv.Itoa(e.Iterations)
}

func cellKey(run string, s results.Series) key {
	return key{runPartition(run), cellPrefix + cellName(s.Variant, s.Event)}
}

// seriesName identifies a series within a run, in keys.
func seriesName(s results.Series) string {
	return cellName(s.Variant, s.Event) + "#" + string(s.Temperature)
}

func seriesKey(run string, s results.Series) key {
	return key{runPartition(run), seriesPrefix + seriesName(s)}
}

func valuesKey(run string, s results.Series) key {
	return key{runPartition(run), valuesPrefix + seriesName(s)}
}

// historyPartition has what each run found in the series of a history, and dayPartition
// what each day's runs did.
func historyPartition(k results.HistoryKey) string { return "HISTORY#" + historyName(k) }
func dayPartition(k results.HistoryKey) string     { return "DAYS#" + historyName(k) }

func historyName(k results.HistoryKey) string {
	return string(k.Workload) + "#" + string(k.Temperature) + "#" + k.Metric
}

// moment writes a time so that the order of texts is the order of times.
// RFC3339Nano does not: the number of its decimals varies.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// runMoment orders the runs, and the cells of all runs, in the index.
func runMoment(started time.Time, run string) string { return moment(started) + "#" + run }
