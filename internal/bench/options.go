package bench

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// Options say what a run measures and how.
type Options struct {
	// Run is the ID that every sample carries.
	Run string
	// Platform is where the functions are.
	Platform deployed.Platform
	// Seed draws the order of workloads in a visit, and the nonces.
	Seed uint64
	// Cold is the number of cold starts of each variant and workload, spread over
	// the rounds.
	Cold int
	// Rounds is how often every variant is visited. 0 is once for each cold start,
	// or once if there are only warm invocations.
	Rounds int
	// Warm is the number of warm invocations of each variant and workload, spread
	// over the rounds: they follow the round's cold start in its environment.
	Warm int
	// WarmUp is the number of invocations between an environment's first and the
	// warm ones that are measured.
	WarmUp int
	// Workloads are the events; none is [Workloads].
	Workloads []functions.Event
	// Patience is how long conflicts, throttles and updates are waited out; 0 is 2 minutes.
	Patience time.Duration
	// ScaleOut says whose cold starts are taken by scale-out, many invocations at
	// once, instead of by changing the configuration; nil is no function's.
	ScaleOut func(deployed.Function) bool
	// RecordsLater says that a record that the log's tail lacks will be supplied
	// afterwards: the sample then counts as what its answer says that it is.
	RecordsLater bool
	// Poll is the first pause while an update is in progress; later ones are longer.
	// 0 is 10 ms, which suits one machine; GetFunction has a quota on AWS.
	Poll time.Duration
}

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
	if o.Cold < 0 || o.Warm < 0 || o.WarmUp < 0 || o.Rounds < 0 || o.Patience < 0 {
		return o, errors.New("bench: a negative number in the options")
	}
	if o.Platform != deployed.AWS && o.Platform != deployed.Local {
		return o, fmt.Errorf("bench: platform %q is neither %s nor %s", o.Platform, deployed.AWS, deployed.Local)
	}
	if len(o.Workloads) == 0 {
		o.Workloads = Workloads()
	}
	if o.Rounds == 0 {
		o.Rounds = o.Cold
		if o.Cold == 0 && o.Warm > 0 {
			o.Rounds = 1
		}
	}
	o.Patience = cmp.Or(o.Patience, 2*time.Minute)
	return o, nil
}

// Wanted is how many cold and warm samples of a function the options ask for, of
// each workload.
func (o Options) Wanted(fn deployed.Function) (cold, warm int) {
	o, err := o.withDefaults()
	if err != nil {
		return 0, 0
	}
	for round := 1; round <= o.Rounds; round++ {
		for _, t := range o.turns(fn, round, o.Workloads[:1]) {
			cold += t.cold
			warm += t.warm
		}
	}
	return cold, warm
}
