package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// setSchedule says when requests are sent.
func (p *plan) setSchedule() error {
	o := &p.attack
	o.Schedule = pace.Schedule{Seed: p.seed, Process: pace.Process(p.arrivals), Targets: len(o.Targets)}
	switch {
	case p.rate == rateMax:
		o.Closed = &attack.Closed{Conns: p.conns, Duration: p.duration}
		o.Schedule.Process = ""
		return nil
	case p.trace != "":
		o.Schedule.Process = ""
		if err := p.readTrace(); err != nil {
			return err
		}
	case len(p.phases) > 0:
		o.Schedule.Phases = p.phases
	case p.test != nil && len(p.test.Phases) > 0:
		// The scenarios share the rate. Those that -only leaves keep theirs.
		o.Schedule.Shared = true
		kept := float64(len(o.Targets)) / float64(len(p.test.Requests))
		for _, phase := range p.test.Phases {
			phase.From, phase.To = phase.From*kept, phase.To*kept
			o.Schedule.Phases = append(o.Schedule.Phases, phase)
		}
		if !p.given["arrivals"] && !p.poisson {
			o.Schedule.Process = p.test.Process
		}
	default:
		rate, err := strconv.ParseFloat(p.rate, 64)
		if err != nil || !(rate > 0) || rate > 1e9 {
			return fmt.Errorf("-rate %q: want requests per second, or %s", p.rate, rateMax)
		}
		o.Schedule.Phases = pace.At(rate, p.duration)
	}
	return o.Schedule.Validate()
}

func (p *plan) readTrace() error {
	f, err := os.Open(p.trace)
	if err != nil {
		return fmt.Errorf("-trace: %w", err)
	}
	defer f.Close()
	if p.attack.Schedule.Trace, err = pace.ReadTrace(f); err != nil {
		return fmt.Errorf("-trace %s: %w", p.trace, err)
	}
	return nil
}
