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
	failure error
	gone    int // wanted samples that were taken or given up
	before  int // those of the turns that are over
	// environments are the execution environments that have answered.
	environments map[string]bool
}

// errSink marks that the run's own output failed, which is no variant's fault.
var errSink = errors.New("keep sample")

// wrongAnswerError ends a variant: other work is not compared.
type wrongAnswerError struct{ err error }

func (e wrongAnswerError) Error() string { return e.err.Error() }
func (e wrongAnswerError) Unwrap() error { return e.err }

// play takes a turn's samples until it is over.
func (s *subject) play(ctx context.Context, t *turn) error {
	for !t.over() {
		if err := s.step(ctx, t); err != nil {
			return err
		}
	}
	return s.close(t)
}

// close ends a turn that is over.
func (s *subject) close(t *turn) error {
	s.before += t.cold + t.warm
	s.gone = s.before
	return t.err()
}

// step takes the turn's next sample, or a burst of them.
func (s *subject) step(ctx context.Context, t *turn) error {
	n := t.coldLeft()
	switch {
	case n == 0:
		sample, phase := t.nextWarm()
		_, err := s.take(ctx, t, phase, sample)
		return err
	case t.burst:
		return s.takeBurst(ctx, t, n)
	}
	if err := s.report(s, PhaseUpdate, nil); err != nil {
		return err
	}
	if err := s.forcer.force(ctx); err != nil {
		return err
	}
	_, err := s.take(ctx, t, PhaseCold, results.Sample{Event: t.event, Wanted: results.Cold})
	return err
}

// take sends one invocation and keeps the sample.
func (s *subject) take(ctx context.Context, t *turn, phase Phase, sample results.Sample) (results.Sample, error) {
	if err := s.send(ctx, &sample); err != nil {
		return sample, err
	}
	return s.keep(t, phase, sample)
}

// send sends one invocation. Several may be sent at once.
func (s *subject) send(ctx context.Context, sample *results.Sample) error {
	sample.Run, sample.Platform, sample.Round = s.options.Run, s.options.Platform, s.round+1
	sample.Variant = s.fn.Variant
	return s.invoker.invoke(ctx, sample, s.forcer.timeout)
}

// keep verifies the sample's answer, tells the turn of it, and hands it over.
func (s *subject) keep(t *turn, phase Phase, sample results.Sample) (results.Sample, error) {
	var wrong error
	if sample.Answer != nil && s.fn.Contract() == functions.ContractHello {
		if wrong = Verify(s.fn.Variant, sample.Event, *sample.Answer); wrong != nil {
			sample.Error = wrong.Error()
		}
	}
	if sample.Wanted == results.Warm && sample.Answer != nil {
		// Another environment may have answered than the one that was warmed up:
		// its own count decides what the invocation was.
		if n := sample.Answer.Invocation; n > 1 && n <= 1+s.options.WarmUp {
			sample.Wanted, sample.WarmUp, phase = "", true, PhaseWarmUp
		}
	}
	s.learn(sample)
	if t != nil {
		t.saw(sample)
		s.gone = s.before + t.gone()
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

// learn remembers which environments there are.
func (s *subject) learn(sample results.Sample) {
	if sample.Answer == nil {
		return
	}
	if s.environments == nil {
		s.environments = map[string]bool{}
	}
	s.environments[sample.Answer.EnvironmentID] = true
}

// failed is a failure of the visit under the workload that had it.
func (s *subject) failed(e functions.Event, err error) error {
	return fmt.Errorf("round %d, %s: %w", s.round+1, e.Workload, err)
}
