package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// setSchedule says when requests are sent.
func (lt *loadTest) setSchedule() error {
	o := &lt.attack
	o.Schedule = pace.Schedule{Seed: lt.seed, Process: pace.Process(lt.arrivals), Targets: len(o.Targets)}
	switch {
	case lt.rate == rateMax:
		o.Closed = &attack.Closed{Conns: lt.conns, Duration: lt.duration}
		o.Schedule.Process = ""
		return nil
	case lt.trace != "":
		o.Schedule.Process = ""
		if err := lt.readTrace(); err != nil {
			return err
		}
	case len(lt.phases) > 0:
		o.Schedule.Phases = lt.phases
	case lt.test != nil && len(lt.test.Phases) > 0:
		// The scenarios share the rate. Those that -only leaves keep theirs.
		o.Schedule.Shared = true
		kept := float64(len(o.Targets)) / float64(len(lt.test.Requests))
		for _, phase := range lt.test.Phases {
			phase.From, phase.To = phase.From*kept, phase.To*kept
			o.Schedule.Phases = append(o.Schedule.Phases, phase)
		}
		if !lt.given["arrivals"] && !lt.poisson {
			o.Schedule.Process = lt.test.Process
		}
	default:
		rate, err := strconv.ParseFloat(lt.rate, 64)
		if err != nil || !(rate > 0) || rate > 1e9 {
			return fmt.Errorf("-rate %q: want requests per second, or %s", lt.rate, rateMax)
		}
		o.Schedule.Phases = pace.At(rate, lt.duration)
	}
	return o.Schedule.Validate()
}

func (lt *loadTest) readTrace() error {
	f, err := os.Open(lt.trace)
	if err != nil {
		return fmt.Errorf("-trace: %w", err)
	}
	defer f.Close()
	if lt.attack.Schedule.Trace, err = pace.ReadTrace(f); err != nil {
		return fmt.Errorf("-trace %s: %w", lt.trace, err)
	}
	return nil
}
