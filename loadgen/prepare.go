package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/artillery"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// loadTest is a load test made ready to run.
type loadTest struct {
	*settings
	attack attack.Options
	// stack is what -stage found; its platform is empty without.
	stack deployed.Stack
	// authorization is the header's value that the user info of the base URL makes; empty without.
	authorization string
	// earlier is the run of -baseline, or nil.
	earlier *results.Run
	// test is what -artillery found, or nil.
	test *artillery.Test
}

// prepare turns settings into a load test, or says what cannot be used of them.
func prepare(ctx context.Context, s *settings) (*loadTest, error) {
	lt := &loadTest{settings: s}
	if s.seed == 0 {
		s.seed = rand.Uint64N(1 << 53) // JSON numbers are exact up to here
	}
	for _, step := range []func() error{
		s.check,
		func() error { return lt.findBase(ctx) },
		lt.setTargets,
		lt.setSchedule,
		lt.checkThrottle,
		lt.checkThresholds,
		lt.readBaseline,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	o := &lt.attack
	o.Timeout, o.MaxConns = s.timeout, s.maxConns
	o.Expect.BodyContains = s.expectBodyContains
	o.Engine, o.HTTP2, o.Insecure = s.engine, s.http2, s.insecure
	o.Pace, o.DNS = engine.Pace(s.pace), engine.DNS(s.dns)
	if s.given["expect-status"] {
		o.Expect.Status = s.expectStatus
	}
	if t := lt.test; t != nil {
		o.Insecure = o.Insecure || t.Insecure
		if t.Timeout > 0 && !s.given["timeout"] {
			o.Timeout = t.Timeout
		}
		if t.MaxConns > 0 && !s.given["max-conns"] {
			o.MaxConns = t.MaxConns
		}
	}
	return lt, nil
}

// check refuses flags that contradict each other, and words that mean nothing.
func (s *settings) check() error {
	for _, pair := range [][2]string{
		{"url", "stage"}, {"targets", "artillery"}, {"method", "artillery"}, {"body", "artillery"},
		{"phase", "rate"}, {"phase", "duration"},
		{"trace", "rate"}, {"trace", "duration"}, {"trace", "phase"}, {"trace", "arrivals"}, {"trace", "poisson"},
	} {
		if s.given[pair[0]] && s.given[pair[1]] {
			return fmt.Errorf("-%s and -%s exclude each other", pair[0], pair[1])
		}
	}
	if s.strict && len(s.failIf) == 0 {
		return errors.New("-strict is about the conditions of -fail-if, and there is none")
	}
	if s.poisson {
		if s.given["arrivals"] && s.arrivals != string(pace.Poisson) {
			return fmt.Errorf("-poisson and -arrivals %s exclude each other", s.arrivals)
		}
		s.arrivals = string(pace.Poisson)
	}
	switch {
	case s.provision < 0:
		return fmt.Errorf("-provision %d: want a number of environments", s.provision)
	case s.provision > 0 && s.stage == "":
		return errors.New("-provision needs -stage, which says whose provisioned concurrency it is")
	case s.artillery == "" && len(s.arguments) > 0 && (s.url != "" || s.stage != "" || s.given["targets"]):
		return fmt.Errorf("argument %q: the URLs of the targets are arguments, or they follow from -url, -stage and -targets; not both", wire.RedactURL(s.arguments[0]))
	case s.artillery != "" && s.given["duration"] && !s.given["rate"]:
		return errors.New("-duration without -rate: artillery's phases have lengths of their own; give both, or -phase")
	case s.given["conns"] && s.rate != rateMax:
		return errors.New("-conns needs -rate max: at a planned rate there are as many connections as it takes, up to -max-conns")
	case s.rate == rateMax && (s.poisson || s.given["arrivals"]):
		return errors.New("-rate max has no arrivals to space")
	case s.conns < 1 || s.maxConns < 1:
		return errors.New("-conns and -max-conns count connections, from 1")
	case s.timeout <= 0:
		return fmt.Errorf("-timeout %v: want more than nothing", s.timeout)
	case s.duration <= 0:
		return fmt.Errorf("-duration %v: want more than nothing", s.duration)
	}
	return nil
}

// checkThresholds refuses conditions about targets that are not there.
func (lt *loadTest) checkThresholds() error {
	for _, t := range lt.failIf {
		if err := t.Check(lt.names(), nil); err != nil {
			return fmt.Errorf("-fail-if %s: %w", t, err)
		}
	}
	return nil
}

// readBaseline reads the run of -baseline.
func (lt *loadTest) readBaseline() error {
	if lt.baseline == "" {
		return nil
	}
	r, err := baseline.Read(lt.baseline)
	lt.earlier = &r
	return err
}
