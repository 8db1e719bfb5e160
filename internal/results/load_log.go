package results

import (
	"fmt"
	"slices"
	"strings"
)

// maxLogBytes bounds a [TargetLog]. DynamoDB limits an item to 400 kB, and the text
// takes three quarters of its length there.
const maxLogBytes = 450_000

// TargetLog is the histogram log of a load test's target as it is kept outside of run
// directories. Where it would be too long, neighbouring intervals are put together;
// what all of them hold stays the same.
type TargetLog struct {
	Target string `json:"target"`
	Log    string `json:"log"`
}

// Logs are those of the targets whose answers are known.
func (l *Load) Logs() (logs []TargetLog, err error) {
	for _, t := range l.Targets {
		if len(t.Intervals) == 0 {
			continue
		}
		log, err := t.boundedLog(maxLogBytes)
		if err != nil {
			return nil, fmt.Errorf("write the log of target %s: %w", t.Name, err)
		}
		logs = append(logs, TargetLog{t.Name, log})
	}
	return logs, nil
}

// boundedLog is the target's log in most bytes, or of a single interval.
func (t Target) boundedLog(most int) (string, error) {
	for {
		var log strings.Builder
		if err := t.WriteLog(&log); err != nil {
			return "", err
		}
		if log.Len() <= most || len(t.Intervals) == 1 {
			return log.String(), nil
		}
		t.Intervals, t.Classes = halved(t.Intervals), slices.Clone(t.Classes)
		for i := range t.Classes {
			t.Classes[i].Intervals = halved(t.Classes[i].Intervals)
		}
	}
}

// AddLoad gives the run a load test with its logs: its own, or one of another run, which
// stands beside measured cells only.
func (r *Run) AddLoad(l *Load, logs []TargetLog) error {
	if l == nil || l.Run != "" && len(r.Variants) == 0 {
		return nil
	}
	for _, log := range logs {
		i := slices.IndexFunc(l.Targets, func(t Target) bool { return t.Name == log.Target })
		if i < 0 {
			return fmt.Errorf("read the log of target %.80q: the load test has no such target", log.Target)
		}
		if err := l.Targets[i].ReadLog(strings.NewReader(log.Log)); err != nil {
			return fmt.Errorf("read the log of target %s: %w", log.Target, err)
		}
	}
	r.Load = l
	return nil
}
