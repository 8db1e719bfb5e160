package dynamo

import (
	"strconv"
	"time"

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

// key is the place of an item. Keys are written and never read.
type key struct{ pk, sk string }

// FunctionKey is where the stack puts a [deployed.Function] as JSON in the attribute [Data].
func FunctionKey(variantName string) (pk, sk string) { return functionsPartition, variantName }

const (
	functionsPartition = "FUNCTIONS"
	runsPartition      = "RUNS"

	samplePrefix = "SAMPLE#"
	seriesPrefix = "SERIES#"
	rawPrefix    = "RAW#"
	keptPrefix   = "KEPT#"
)

var leaseKey = key{"LEASE", "LEASE"}

func runPartition(run string) string { return "RUN#" + run }
func runKey(run string) key          { return key{runPartition(run), "RUN"} }
func keptKey(run, name string) key   { return key{runPartition(run), keptPrefix + name} }

func sampleKey(s results.Sample) key {
	return key{runPartition(s.Run), samplePrefix + s.Variant.Name() + "#" + s.Key()}
}

// seriesName is the sort key of a series in a run, and its partition in the index.
func seriesName(s results.Series) string {
	return seriesPrefix + s.Variant.Name() + "#" + string(s.Event.Workload) + "#" +
		strconv.Itoa(s.Event.Iterations) + "#" + string(s.Temperature)
}

// moment writes a time such that the order of texts is that of times, which
// RFC3339Nano, with its varying decimals, does not.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// runMoment is a run's place among the runs, and among the records of a series.
func runMoment(started time.Time, run string) string { return moment(started) + "#" + run }
