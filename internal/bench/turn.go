package bench

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// maxTries bounds the tries for one wanted sample.
const maxTries = 4

// turn is one workload's part of a visit: cold samples, then warm ones in the
// environment that they made. It sends nothing and its state follows from samples
// alone. An interrupted visit therefore continues where it stopped once the stored
// samples are counted.
type turn struct {
	event functions.Event
	// cold and warm are how many samples are wanted. A burst takes its cold ones at once.
	cold, warm int
	burst      bool
	// anyTemperature counts every sample as wanted. It is for functions without a
	// contract, where nothing proves which temperature a sample has.
	anyTemperature bool

	warmUp       int
	recordsLater bool

	tries, failed, colds int
	invocation           int // the environment's own count at the last invocation
	// After the cold samples: invocations sent, warm samples taken, failures in a row.
	sent, warms, inARow int
	lastError           string
}

// turns are the parts of one round's visit of the function, in order. Rounds count
// from 1.
func (o Options) turns(fn deployed.Function, round int, workloads []functions.Event) []*turn {
	cold, warm := share(o.Cold, round-1, o.Rounds), share(o.Warm, round-1, o.Rounds)
	// The configuration of a published version does not change.
	burst := fn.Variant.SnapStart || o.ScaleOut != nil && o.ScaleOut(fn)
	foreign := fn.Contract() != functions.ContractHello
	if foreign && !fn.Reconfigure && !burst {
		cold = 0 // its owner allows no way to force a cold start
	}
	var all []*turn
	for _, e := range workloads {
		starts := max(1, cold)
		if burst {
			starts = 1
		}
		for i := range starts {
			all = append(all, &turn{
				event: e, burst: burst, anyTemperature: foreign,
				cold: share(cold, i, starts), warm: share(warm, i, starts),
				warmUp: o.WarmUp, recordsLater: o.RecordsLater,
			})
		}
	}
	return all
}

// share is how many of n belong to part i of parts; i counts from 0.
func share(n, i, parts int) int { return n*(i+1)/parts - n*i/parts }

// coldLeft is how many cold samples are still to be taken, or 0 when the rest is given up.
func (t *turn) coldLeft() int {
	return max(0, min(t.cold-t.colds, t.cold*maxTries-t.tries))
}

// over says that nothing is left to send.
func (t *turn) over() bool {
	if t.coldLeft() > 0 {
		return false
	}
	return t.err() != nil || t.warms >= t.warm || t.sent >= t.warmLimit()
}

// warmLimit bounds the invocations after the cold ones. A burst leaves many
// environments, and each has to be warmed up.
func (t *turn) warmLimit() int {
	return max(1, t.cold)*(1+t.warmUp) + t.warm*maxTries
}

// err is why the turn cannot continue, or nil.
func (t *turn) err() error {
	switch {
	case t.tries > 0 && t.failed == t.cold*maxTries:
		return fmt.Errorf("%d of %d tries failed, the last one: %s", t.failed, t.failed, t.lastError)
	case t.inARow >= maxTries && !t.anyTemperature:
		return fmt.Errorf("%d invocations in a row failed, the last one: %s", t.inARow, t.lastError)
	}
	return nil
}

// nextWarm is the sample to send after the cold ones.
func (t *turn) nextWarm() results.Sample {
	switch {
	case t.anyTemperature:
		return results.Sample{Event: t.event}
	case t.invocation > t.warmUp:
		return results.Sample{Event: t.event, Wanted: results.Warm}
	}
	return results.Sample{Event: t.event, WarmUp: true}
}

// count updates the turn by a sample, fresh or stored.
func (t *turn) count(s results.Sample) {
	if s.Event != t.event {
		return // it held an environment, and may have ended after the burst's cold starts
	}
	if s.Error != "" {
		t.lastError = s.Error
	}
	if t.coldLeft() > 0 {
		t.tries++
		if s.Error != "" && !t.anyTemperature {
			t.failed++
		}
		if t.isWanted(s) {
			t.colds++
		}
		if s.Answer != nil {
			t.invocation = s.Answer.Invocation
		}
		return
	}
	t.sent++
	if t.anyTemperature {
		t.warms++
		return
	}
	if s.Error != "" || s.Answer == nil {
		t.inARow++
		return
	}
	t.inARow, t.invocation = 0, s.Answer.Invocation
	if s.Wanted == results.Warm && t.isWanted(s) {
		t.warms++
	}
}

// isWanted says whether the sample is what it was sent for.
func (t *turn) isWanted(s results.Sample) bool {
	switch {
	case t.anyTemperature:
		return true
	case s.Error != "":
		return false
	case s.Record == nil && s.Answer != nil && t.recordsLater:
		// The answer's half of the proof; the record's half comes with the record.
		first := s.Answer.Invocation == 1
		onDemand := s.Answer.InitializationType != functions.ProvisionedConcurrency
		restored := s.Answer.InitializationType == functions.SnapStart
		return onDemand && (restored || !s.Variant.SnapStart) && first == (s.Wanted == results.Cold)
	}
	return s.Temperature() == s.Wanted
}
