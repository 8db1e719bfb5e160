package pace

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Process is the kind of arrival process.
type Process string

const (
	// Constant spaces arrivals evenly. In every window of as many arrivals as
	// there are targets, each target has one, in seeded random order; so all
	// targets get the same number and meet the same minute of the same machine.
	Constant Process = "constant"
	// Poisson has independent, exponentially distributed gaps, and every arrival
	// draws its target; so each target sees a Poisson process of its own, and
	// the targets' counts differ a little.
	Poisson Process = "poisson"
)

// Schedule describes the arrivals of one run. Rates are per target, unless Shared is set: two
// targets at 10/s make 20 arrivals a second.
type Schedule struct {
	Seed    uint64  `json:"seed"`
	Process Process `json:"process,omitempty"` // empty: Constant
	Phases  []Phase `json:"phases,omitempty"`
	// Trace replaces the phases: each target gets one arrival per entry (its
	// time from the start of the run, ascending). With several targets the
	// others of an entry follow evenly before the next one.
	Trace   []time.Duration `json:"trace,omitempty"`
	Targets int             `json:"targets"`
	// Shared says that the rates are those of all targets together. The number of arrivals then need
	// not be a multiple of the number of targets: in a constant process the last window may have fewer.
	Shared bool `json:"shared,omitempty"`
}

// Phase is a stretch of time in which the rate goes from From to To in a straight line.
type Phase struct {
	Duration time.Duration `json:"duration"`
	From     float64       `json:"from"`
	To       float64       `json:"to"`
}

// Arrival is one planned request.
type Arrival struct {
	// Index counts all arrivals of the schedule from 0.
	Index  int64
	At     time.Duration
	Target int
}

// At makes the schedule of a constant rate.
func At(rate float64, duration time.Duration) []Phase {
	return []Phase{{Duration: duration, From: rate, To: rate}}
}

// Validate says what is wrong with the schedule.
func (s Schedule) Validate() error {
	if s.Targets < 1 {
		return fmt.Errorf("schedule: %d targets", s.Targets)
	}
	switch s.Process {
	case "", Constant, Poisson:
	default:
		return fmt.Errorf("schedule: no process is called %q (there are %s and %s)", s.Process, Constant, Poisson)
	}
	if len(s.Trace) > 0 {
		if len(s.Phases) > 0 || s.Process == Poisson || s.Shared {
			return errors.New("schedule: a trace has its own times and takes neither phases, a process nor a shared rate")
		}
		if !slices.IsSorted(s.Trace) || s.Trace[0] < 0 {
			return errors.New("schedule: the times of the trace must ascend from 0")
		}
		return nil
	}
	if len(s.Phases) == 0 {
		return errors.New("schedule: neither a phase nor a trace")
	}
	for i, p := range s.Phases {
		switch {
		case p.Duration <= 0:
			return fmt.Errorf("schedule: phase %d lasts %v", i+1, p.Duration)
		case !(p.From >= 0) || !(p.To >= 0) || math.IsInf(p.From+p.To, 0):
			return fmt.Errorf("schedule: phase %d goes from %v/s to %v/s", i+1, p.From, p.To)
		}
	}
	if s.count() > math.MaxInt32*1000 {
		return fmt.Errorf("schedule: %.3g arrivals are more than a run can count", s.count())
	}
	if s.Expected() < 1 {
		return fmt.Errorf("schedule: less than one arrival in %v; raise the rate or the duration", s.Duration())
	}
	return nil
}

// Duration is the length of the schedule: the end of the last phase, or the trace's last time.
func (s Schedule) Duration() time.Duration {
	if len(s.Trace) > 0 {
		return s.Trace[len(s.Trace)-1]
	}
	var d time.Duration
	for _, p := range s.Phases {
		d += p.Duration
	}
	return d
}

// Expected is the number of arrivals over all targets: exact, but for Poisson the mean.
func (s Schedule) Expected() float64 {
	if s.Process == Poisson {
		return s.count() * s.perCount()
	}
	return float64(s.arrivals())
}

// PeakRate is the highest rate over all targets, in arrivals per second. For a
// trace it is the highest of any second.
func (s Schedule) PeakRate() float64 {
	var peak float64
	for _, p := range s.Phases {
		peak = max(peak, p.From, p.To)
	}
	first := 0
	for i, t := range s.Trace {
		for t-s.Trace[first] >= time.Second {
			first++
		}
		peak = max(peak, float64(i-first+1))
	}
	return peak * s.perCount()
}

// perCount is how many arrivals of the schedule each arrival that the phases count stands for.
func (s Schedule) perCount() float64 {
	if s.Shared {
		return 1
	}
	return float64(s.Targets)
}

// count is the mean number of arrivals that the phases or the trace count.
func (s Schedule) count() float64 {
	if len(s.Trace) > 0 {
		return float64(len(s.Trace))
	}
	var n float64
	for _, p := range s.Phases {
		n += p.count()
	}
	return n
}

// arrivals is the number of arrivals of a constant process or a trace.
func (s Schedule) arrivals() int64 {
	// 0.1/s for 30 s is 3 arrivals, whatever 0.1 is in binary.
	return int64(math.Floor(s.count()+1e-6)) * int64(s.perCount())
}

// count is how many arrivals the phase counts.
func (p Phase) count() float64 {
	return (p.From + p.To) / 2 * p.Duration.Seconds()
}

// offset is when, from the start of the phase, the count reaches n: the solution
// of From·x + (To-From)·x²/2D = n, in the form that does not subtract.
func (p Phase) offset(n float64) time.Duration {
	if n <= 0 {
		return 0
	}
	discriminant := p.From*p.From + 2*(p.To-p.From)*n/p.Duration.Seconds()
	x := 2 * n / (p.From + math.Sqrt(max(discriminant, 0)))
	return min(time.Duration(math.Round(x*float64(time.Second))), p.Duration)
}
