package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// subject is one variant during a run. It belongs to one goroutine at a time:
// the one that visits it.
type subject struct {
	fn      deployed.Function
	options Options
	invoker invoker
	forcer  forcer
	// report hands over a step and, if it took one, its sample; an error ends the run.
	report func(*subject, Phase, *results.Sample) error

	round   int
	samples []results.Sample
	missed  map[results.Temperature]int
	errors  int
	right   bool // an answer was right
	wrong   bool // an answer was wrong
	failure error
	gone    int // wanted samples that were taken or given up
}

// errSink marks that the run's own output failed, which is no variant's fault.
var errSink = errors.New("keep sample")

// wrongAnswerError ends a variant: other work is not compared.
type wrongAnswerError struct{ err error }

func (e wrongAnswerError) Error() string { return e.err.Error() }
func (e wrongAnswerError) Unwrap() error { return e.err }

// visit takes a round's samples of one workload: a cold one, then warm ones in
// the environment that it made.
func (s *subject) visit(ctx context.Context, e functions.Event) error {
	warm := s.options.warmIn(s.round)
	before := s.gone
	if s.fn.Contract() != functions.ContractHello {
		return s.takeAsTheyCome(ctx, e, warm)
	}
	position := 0
	if s.options.Cold > 0 {
		last, err := s.takeCold(ctx, e)
		if err != nil {
			return err
		}
		before++
		s.gone = before
		if last.Answer != nil {
			position = last.Answer.Invocation
		}
	}
	err := s.takeWarm(ctx, e, warm, position)
	s.gone = before + warm
	return err
}

// takeCold forces a cold start until a sample is one. It returns the last sample
// even if none was: the warm ones can follow it all the same.
func (s *subject) takeCold(ctx context.Context, e functions.Event) (last results.Sample, err error) {
	failed := 0
	for range s.options.MaxTries {
		if err := s.report(s, PhaseUpdate, nil); err != nil {
			return last, err
		}
		if err := s.forcer.force(ctx); err != nil {
			return last, err
		}
		last, err = s.take(ctx, PhaseCold, results.Sample{Event: e, Wanted: results.Cold})
		if err != nil {
			return last, err
		}
		if last.Error != "" {
			failed++
		}
		if last.Temperature() == results.Cold {
			return last, nil
		}
	}
	if failed == s.options.MaxTries {
		return last, fmt.Errorf("%d of %d tries failed, the last one: %s", failed, failed, last.Error)
	}
	return last, nil
}

// takeWarm takes warm samples from a position in an environment on, which is
// known from the last answer. Should the environment be replaced meanwhile, the
// new one is warmed up as the old one was.
func (s *subject) takeWarm(ctx context.Context, e functions.Event, want, position int) error {
	taken, failed := 0, 0
	for sent := 0; taken < want && sent < 1+s.options.WarmUp+want*s.options.MaxTries; sent++ {
		sample, phase := results.Sample{Event: e, WarmUp: true}, PhaseWarmUp
		if position > s.options.WarmUp {
			sample, phase = results.Sample{Event: e, Wanted: results.Warm}, PhaseWarm
		}
		sample, err := s.take(ctx, phase, sample)
		if err != nil {
			return err
		}
		if sample.Error != "" {
			if failed++; failed == s.options.MaxTries {
				return fmt.Errorf("%d invocations in a row failed, the last one: %s", failed, sample.Error)
			}
			continue
		}
		failed, position = 0, sample.Answer.Invocation
		if sample.Wanted == results.Warm && sample.Temperature() == results.Warm {
			taken++
		}
	}
	return nil
}

// takeAsTheyCome measures a function that is not ours as it is: it is not
// reconfigured, and what its samples are is not known.
func (s *subject) takeAsTheyCome(ctx context.Context, e functions.Event, want int) error {
	for range want {
		if _, err := s.take(ctx, PhaseWarm, results.Sample{Event: e}); err != nil {
			return err
		}
	}
	return nil
}

// take sends one invocation, verifies its answer, and keeps the sample.
func (s *subject) take(ctx context.Context, phase Phase, sample results.Sample) (results.Sample, error) {
	sample.Run, sample.Platform, sample.Round = s.options.Run, s.options.Platform, s.round+1
	sample.Variant = s.fn.Variant
	if err := s.invoker.invoke(ctx, &sample, s.forcer.timeout); err != nil {
		return sample, err
	}
	var wrong error
	if sample.Answer != nil && s.fn.Contract() == functions.ContractHello {
		if wrong = Verify(s.fn.Variant, sample.Event, *sample.Answer); wrong != nil {
			sample.Error, s.wrong = wrong.Error(), true
		} else {
			s.right = true
		}
	}
	switch t := sample.Temperature(); {
	case sample.Error != "":
		s.errors++
	case sample.WarmUp:
	case sample.Wanted == "" || sample.Wanted == t:
		s.gone++
	default:
		if s.missed == nil {
			s.missed = map[results.Temperature]int{}
		}
		s.missed[t]++
	}
	s.samples = append(s.samples, sample)
	if err := s.report(s, phase, &sample); err != nil {
		return sample, err
	}
	if wrong != nil {
		return sample, wrongAnswerError{wrong}
	}
	return sample, nil
}
