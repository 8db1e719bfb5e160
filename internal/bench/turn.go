package bench

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// turn is one workload's start in a visit: cold samples, then warm ones in the
// environment that they made. It sends nothing and learns from samples alone, so
// a visit that was interrupted goes on where it stopped once its turns have been
// told what is stored.
type turn struct {
	event functions.Event
	// cold and warm are how many samples are wanted. A burst takes its cold ones at once.
	cold, warm int
	burst      bool
	// asTheyCome is for functions without a contract: nothing proves what a sample is.
	asTheyCome bool

	warmUp, maxTries int
	recordsLater     bool

	tries, failed, colds int
	position             int // in its environment, of the last invocation
	sent, warms, inARow  int // after the cold ones; inARow failed
	last                 string
}

// turns are what a visit of the function consists of.
func (o Options) turns(fn deployed.Function, round int, workloads []functions.Event) []*turn {
	cold, warm := o.coldIn(round), o.warmIn(round)
	burst := o.ScaleOut != nil && o.ScaleOut(fn)
	foreign := fn.Contract() != functions.ContractHello
	if foreign && !fn.Reconfigure && !burst {
		cold = 0 // nobody has said how it may be made to start
	}
	var all []*turn
	for _, e := range workloads {
		starts := max(1, cold)
		if burst {
			starts = 1
		}
		for i := range starts {
			all = append(all, &turn{
				event: e, burst: burst, asTheyCome: foreign,
				cold: share(cold, i, starts), warm: share(warm, i, starts),
				warmUp: o.WarmUp, maxTries: o.MaxTries, recordsLater: o.RecordsLater,
			})
		}
	}
	return all
}

// share is the part of n that belongs to the i-th of parts.
func share(n, i, parts int) int { return n*(i+1)/parts - n*i/parts }

// coldLeft is how many cold samples are to be sent now, or 0 when all are taken or given up.
func (t *turn) coldLeft() int {
	return max(0, min(t.cold-t.colds, t.cold*t.maxTries-t.tries))
}

// over says that nothing is left to send.
func (t *turn) over() bool {
	if t.coldLeft() > 0 {
		return false
	}
	return t.err() != nil || t.warms >= t.warm || t.sent >= t.mostWarm()
}

// mostWarm bounds the invocations after the cold ones. A burst leaves many
// environments, and each has to be warmed up.
func (t *turn) mostWarm() int {
	return max(1, t.cold)*(1+t.warmUp) + t.warm*t.maxTries
}

// err says why the turn cannot go on, if so.
func (t *turn) err() error {
	switch {
	case t.tries > 0 && t.failed == t.cold*t.maxTries:
		return fmt.Errorf("%d of %d tries failed, the last one: %s", t.failed, t.failed, t.last)
	case t.inARow >= t.maxTries && !t.asTheyCome:
		return fmt.Errorf("%d invocations in a row failed, the last one: %s", t.inARow, t.last)
	}
	return nil
}

// nextWarm is the sample to send after the cold ones.
func (t *turn) nextWarm() (results.Sample, Phase) {
	switch {
	case t.asTheyCome:
		return results.Sample{Event: t.event}, PhaseWarm
	case t.position > t.warmUp:
		return results.Sample{Event: t.event, Wanted: results.Warm}, PhaseWarm
	}
	return results.Sample{Event: t.event, WarmUp: true}, PhaseWarmUp
}

// saw learns from a sample, fresh or stored.
func (t *turn) saw(s results.Sample) {
	if s.Error != "" {
		t.last = s.Error
	}
	if t.coldLeft() > 0 {
		if s.Wanted != results.Cold {
			return // it held an environment
		}
		t.tries++
		if s.Error != "" && !t.asTheyCome {
			t.failed++
		}
		if t.counts(s) {
			t.colds++
		}
		if s.Answer != nil {
			t.position = s.Answer.Invocation
		}
		return
	}
	t.sent++
	if t.asTheyCome {
		t.warms++
		return
	}
	if s.Error != "" || s.Answer == nil {
		t.inARow++
		return
	}
	t.inARow, t.position = 0, s.Answer.Invocation
	if s.Wanted == results.Warm && t.counts(s) {
		t.warms++
	}
}

// counts says whether the sample is what it was sent for.
func (t *turn) counts(s results.Sample) bool {
	switch {
	case t.asTheyCome:
		return true
	case s.Error != "":
		return false
	case s.Record == nil && s.Answer != nil && t.recordsLater:
		// The answer's half of the proof; the record's half comes with the record.
		first := s.Answer.Invocation == 1
		onDemand := s.Answer.InitializationType != functions.ProvisionedConcurrency
		return onDemand && first == (s.Wanted == results.Cold)
	}
	return s.Temperature() == s.Wanted
}

// gone is how many of the wanted samples are taken or given up.
func (t *turn) gone() int {
	switch {
	case t.over():
		return t.cold + t.warm
	case t.coldLeft() > 0:
		return t.colds
	}
	return t.cold + t.warms
}
