package collect

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Event is one event of a log group.
type Event struct {
	ID, Stream, Message string
	Timestamp           time.Time
}

// Matched is what a window of a log says.
type Matched struct {
	// Reports are the invocations' records by request id, with what the log says of
	// the environment's init in [lambdalog.Record.Extra].
	Reports map[string]lambdalog.Record
	// Malformed are the lines that seem to be the platform's and cannot be read.
	Malformed []Malformed
	Counts    results.EventCounts
}

// Malformed is a line that could not be read, and why.
type Malformed struct {
	Event
	Err error
}

// The names in [lambdalog.Record.Extra] of what other lines say of the
// environment that an invocation was the first of.
const (
	InitStartTime = "INIT_START Time"
	InitPhase     = "INIT_REPORT Phase"
	InitStatus    = "INIT_REPORT Status"
	InitErrorType = "INIT_REPORT Error Type"
	InitDuration  = "INIT_REPORT Init Duration"
)

// Match puts the events of a log group together, in whatever order they are and
// however often. A stream is one execution environment, and what it logs before
// its first START belongs to that invocation.
func Match(events []Event) Matched {
	m := Matched{Reports: map[string]lambdalog.Record{}, Counts: results.EventCounts{Read: len(events)}}
	seen := map[string]bool{}
	streams := map[string][]line{}
	for _, e := range events {
		if seen[e.ID] {
			m.Counts.Duplicates++
			continue
		}
		seen[e.ID] = true
		record, err := lambdalog.Parse([]byte(e.Message))
		switch {
		case errors.Is(err, lambdalog.ErrNotRecord):
			m.Counts.Own++
		case err != nil:
			m.Counts.Malformed++
			m.Malformed = append(m.Malformed, Malformed{e, err})
		default:
			streams[e.Stream] = append(streams[e.Stream], line{e, record})
		}
	}
	for _, lines := range streams {
		slices.SortFunc(lines, compareLines)
		m.stream(lines)
	}
	return m
}

type line struct {
	Event
	record lambdalog.Record
}

// compareLines orders a stream's lines by time. The platform writes several
// within one millisecond, always in the same order.
func compareLines(a, b line) int {
	return cmp.Or(a.Timestamp.Compare(b.Timestamp), cmp.Compare(rank(a.record.Kind), rank(b.record.Kind)), cmp.Compare(a.ID, b.ID))
}

func rank(k lambdalog.Kind) int {
	return slices.Index([]lambdalog.Kind{
		lambdalog.InitStart, lambdalog.Restore, lambdalog.InitReport, lambdalog.RestoreReport, lambdalog.Start, lambdalog.End, lambdalog.Report,
	}, k)
}

// stream reads one environment's lines. What an init says waits for the
// invocation that comes after it; a timed-out init is followed by another one
// inside the invocation, whose report comes before that invocation's REPORT.
func (m *Matched) stream(lines []line) {
	waiting := map[string]string{}
	for _, l := range lines {
		r := l.record
		switch r.Kind {
		case lambdalog.Report:
			if _, there := m.Reports[r.RequestID]; there {
				m.Counts.Duplicates++
				continue
			}
			m.Counts.Reports++
			for name, value := range waiting {
				if r.Extra == nil {
					r.Extra = map[string]string{}
				}
				r.Extra[name] = value
			}
			clear(waiting)
			m.Reports[r.RequestID] = r
			continue
		case lambdalog.InitStart, lambdalog.Restore:
			waiting[InitStartTime] = l.Timestamp.UTC().Format(time.RFC3339Nano)
			for _, name := range []string{lambdalog.RuntimeVersion, lambdalog.RuntimeVersionARN} {
				if value, ok := r.Extra[name]; ok {
					waiting[name] = value
				}
			}
		case lambdalog.InitReport:
			waiting[InitDuration] = r.InitDuration.String()
			for name, value := range map[string]string{InitPhase: r.Phase, InitStatus: r.Status, InitErrorType: r.ErrorType} {
				if value != "" {
					waiting[name] = value
				}
			}
		}
		m.Counts.Phases++
	}
}

// mentions says whether a malformed report names the request.
func (m Matched) mentions(requestID string) bool {
	return slices.ContainsFunc(m.Malformed, func(l Malformed) bool {
		report := strings.HasPrefix(l.Message, string(lambdalog.Report)) || strings.Contains(l.Message, `"platform.report"`)
		return report && strings.Contains(l.Message, requestID)
	})
}
