package bench

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Options say what is measured. They are saved with the run.
type Options struct {
	// Run is the ID that every sample carries.
	Run string `json:"run"`
	// Platform is where the functions are.
	Platform deployed.Platform `json:"platform"`
	// Seed draws the order of visits and the nonces.
	Seed uint64 `json:"seed"`
	// Cold is the number of cold starts of each variant and workload, one in each
	// round unless Rounds says otherwise.
	Cold int `json:"cold"`
	// Rounds is how often every variant is visited; 0 is once for each cold start.
	Rounds int `json:"rounds,omitempty"`
	// Warm is the number of warm invocations of each variant and workload, spread
	// over the rounds: they follow the round's cold start in its environment.
	Warm int `json:"warm"`
	// WarmUp is the number of invocations between an environment's first and the
	// warm ones that are measured.
	WarmUp int `json:"warmUp"`
	// Workloads are the events; none is [Workloads].
	Workloads []functions.Event `json:"workloads"`
	// Concurrency is how many variants are visited at once; 0 is 1. On one machine
	// more would measure each other.
	Concurrency int `json:"concurrency"`
	// MaxTries bounds the tries for one wanted sample; 0 is 4.
	MaxTries int `json:"maxTries"`
	// Patience is how long conflicts, throttles and updates are waited out; 0 is 2 minutes.
	Patience time.Duration `json:"patience"`
	// ScaleOut says whose cold starts are taken by scale-out, many invocations at
	// once, instead of by changing the configuration; nil is nobody's.
	ScaleOut func(deployed.Function) bool `json:"-"`
	// RecordsLater says that a record that the log's tail lacks will be supplied
	// afterwards: the sample then counts as what its answer says that it is.
	RecordsLater bool `json:"recordsLater,omitempty"`
	// Poll is the first pause while an update is in progress; later ones are longer.
	// 0 is 10 ms, which suits one machine; GetFunction has a quota on AWS.
	Poll time.Duration `json:"poll,omitempty"`
	// Progress is told of every step, by one goroutine at a time; it may be nil.
	Progress func(Progress) `json:"-"`
}

// Quick is a first look.
func Quick() Options { return Options{Cold: 5, Warm: 20, WarmUp: 1} }

// Full is enough for an interval of each median and a verdict on most pairs of runtimes.
func Full() Options { return Options{Cold: 30, Warm: 120, WarmUp: 1} }

// Iterations of the sha256 workload: some milliseconds of CPU in most languages.
const Iterations = 2000

// Workloads are the events that every variant is measured with.
func Workloads() []functions.Event {
	return []functions.Event{
		{Workload: functions.WorkloadHello},
		{Workload: functions.WorkloadSHA256, Iterations: Iterations},
	}
}

func (o Options) withDefaults() (Options, error) {
	if o.Cold < 0 || o.Warm < 0 || o.WarmUp < 0 || o.Rounds < 0 || o.Concurrency < 0 || o.MaxTries < 0 || o.Patience < 0 {
		return o, errors.New("bench: a negative number in the options")
	}
	if o.Platform != deployed.AWS && o.Platform != deployed.Local {
		return o, fmt.Errorf("bench: platform %q is neither %s nor %s", o.Platform, deployed.AWS, deployed.Local)
	}
	if len(o.Workloads) == 0 {
		o.Workloads = Workloads()
	}
	o.Concurrency = cmp.Or(o.Concurrency, 1)
	o.MaxTries = cmp.Or(o.MaxTries, 4)
	o.Patience = cmp.Or(o.Patience, 2*time.Minute)
	return o, nil
}

// rounds is one for each cold start, or one if there are only warm invocations,
// unless the options say how many.
func (o Options) rounds() int {
	if o.Rounds > 0 {
		return o.Rounds
	}
	if o.Cold == 0 && o.Warm > 0 {
		return 1
	}
	return o.Cold
}

// warmIn is a round's share of the warm invocations.
func (o Options) warmIn(round int) int { return share(o.Warm, round, o.rounds()) }

// coldIn is a round's share of the cold starts.
func (o Options) coldIn(round int) int { return share(o.Cold, round, o.rounds()) }

// perVariant is how many samples of each variant are wanted.
func (o Options) perVariant() int { return len(o.Workloads) * (o.Cold + o.Warm) }

// Phase is what is being done to a variant.
type Phase string

// The phases of a visit, and of the end of a run.
const (
	PhaseUpdate  Phase = "update"
	PhaseCold    Phase = "cold"
	PhaseWarmUp  Phase = "warm-up"
	PhaseWarm    Phase = "warm"
	PhaseRestore Phase = "restore"
	// PhaseFailed says that the variant is measured no further.
	PhaseFailed Phase = "failed"
)

// Progress is one step of a run.
type Progress struct {
	Variant matrix.Variant
	Phase   Phase
	// Round counts from 1 to Rounds.
	Round, Rounds int
	// Done of the Total of wanted samples are taken or given up.
	Done, Total int
	// Sample is the one just taken, if the step took one.
	Sample *results.Sample
	// Reason says why a variant failed.
	Reason string
}
