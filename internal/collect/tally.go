package collect

import (
	"fmt"
	"maps"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The names of losses. A sample that came out at another temperature is lost
// under "came out " and that temperature.
const (
	LossNoRecord  = "no record in the logs"
	LossMalformed = "its record is malformed"
	// LossNoLog, LossLongLog and LossUnreadableLog are for functions whose whole log
	// cannot be read.
	LossNoLog         = "the log group does not exist"
	LossLongLog       = "the log is too long to read"
	LossUnreadableLog = "the log cannot be read"
	LossNoRequest     = "no request id"
	LossFailed        = "the invocation failed"
	LossNotTaken      = "not taken"
)

// count counts a function's samples in its tally. unrecorded names the losses of
// the samples without a record, by key.
func count(t *results.Tally, fn deployed.Function, o bench.Options, samples []results.Sample, unrecorded map[string]string) {
	type wanted struct {
		workload    string
		temperature results.Temperature
	}
	stored, missed := map[wanted]int{}, map[wanted]map[string]int{}
	for _, s := range samples {
		t.Invocations++
		why := unrecorded[s.Key()]
		if s.Record != nil {
			t.Records++
		} else {
			add(&t.Unrecorded, why, 1)
		}
		if s.WarmUp {
			continue
		}
		w := wanted{string(s.Event.Workload), s.Wanted}
		if fn.Owned {
			if s.Wanted == "" {
				continue
			}
			if series, ok := s.Series(); ok && series.Temperature == s.Wanted {
				stored[w]++
				continue
			}
			switch {
			case s.Error != "":
				why = LossFailed
			case s.Record != nil:
				why = "came out " + string(s.Temperature())
			}
		} else {
			if w.temperature == "" {
				w.temperature = results.Warm
			}
			if s.Record != nil {
				stored[w]++
				continue
			}
		}
		m := missed[w]
		add(&m, why, 1)
		missed[w] = m
	}
	cold, warm := o.Wanted(fn)
	for _, e := range o.Workloads {
		for temperature, asked := range map[results.Temperature]int{results.Cold: cold, results.Warm: warm} {
			w := wanted{string(e.Workload), temperature}
			have := min(asked, stored[w])
			t.Asked += asked
			t.Stored += have
			lost := asked - have
			// A sample whose second try succeeded is no loss. The samples that are short
			// are named after the tries that failed, and the rest was never sent.
			for _, name := range slices.Sorted(maps.Keys(missed[w])) {
				n := min(lost, missed[w][name])
				add(&t.Losses, name, n)
				lost -= n
			}
			add(&t.Losses, LossNotTaken, lost)
		}
	}
}

func add(m *map[string]int, name string, n int) {
	if n == 0 {
		return
	}
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[name] += n
}

// check is an error if the counts do not add up, which would be a bug of this program.
func check(t results.Tally) error {
	if sum := t.Stored + total(t.Losses); sum != t.Asked {
		return fmt.Errorf("tally of %s: %d samples were asked for, %d are stored or lost", t.Function, t.Asked, sum)
	}
	if sum := t.Records + total(t.Unrecorded); sum != t.Invocations {
		return fmt.Errorf("tally of %s: %d invocations, %d have a record or are lost", t.Function, t.Invocations, sum)
	}
	e := t.Events
	if sum := e.Reports + e.Phases + e.Own + e.Malformed + e.Duplicates; sum != e.Read {
		return fmt.Errorf("tally of %s: %d log events were read, %d are accounted for", t.Function, e.Read, sum)
	}
	return nil
}

func total(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

// Total sums tallies.
func Total(tallies []results.Tally) results.Tally {
	var sum results.Tally
	for _, t := range tallies {
		sum.Asked += t.Asked
		sum.Stored += t.Stored
		sum.Invocations += t.Invocations
		sum.Records += t.Records
		sum.Late += t.Late
		sum.Series += t.Series
		for name, n := range t.Losses {
			add(&sum.Losses, name, n)
		}
		for name, n := range t.Unrecorded {
			add(&sum.Unrecorded, name, n)
		}
		sum.Events.Read += t.Events.Read
		sum.Events.Reports += t.Events.Reports
		sum.Events.Phases += t.Events.Phases
		sum.Events.Own += t.Events.Own
		sum.Events.Malformed += t.Events.Malformed
		sum.Events.Duplicates += t.Events.Duplicates
	}
	return sum
}
