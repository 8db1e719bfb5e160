package collect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// event is one event of a log group.
type event struct {
	id, stream, message string
	timestamp           time.Time
}

// matched is what a window of a log says.
type matched struct {
	// reports are the invocations' records, with what the log says of the
	// environment's init in [lambdalog.Record.Extra].
	reports lambdalog.Reports
	// malformed are the lines that seem to be the platform's and cannot be read, up
	// to maxRaw of them.
	malformed []malformed
	counts    results.EventCounts
}

// malformed is a line that could not be read, and why.
type malformed struct {
	event
	err error
}

// The names in [lambdalog.Record.Extra] of an environment's first invocation, for
// what other lines say of the environment's init.
const (
	InitStartTime = "INIT_START Time"
	InitPhase     = "INIT_REPORT Phase"
	InitStatus    = "INIT_REPORT Status"
	InitErrorType = "INIT_REPORT Error Type"
	InitDuration  = "INIT_REPORT Init Duration"
)

// maxLine is the longest line that is read as the platform's, in bytes. Its lines
// have some hundred bytes.
const maxLine = 16 << 10

// maxRaw bounds the malformed lines that are stored for one function and pass. All
// of them are counted.
const maxRaw = 1000

// matcher puts the events of a log group together, in any order and however often
// each comes. A stream is one execution environment.
type matcher struct {
	matched
	seen  map[string]bool
	lines []line
}

func newMatcher() *matcher {
	return &matcher{matched: matched{reports: lambdalog.Reports{}}, seen: map[string]bool{}}
}

// add reads one event. The function's own lines are counted and dropped.
func (m *matcher) add(e event) {
	m.counts.Read++
	if m.seen[e.id] {
		m.counts.Duplicates++
		return
	}
	m.seen[e.id] = true
	record, err := lambdalog.Parse([]byte(e.message))
	if err == nil && len(e.message) > maxLine {
		err = fmt.Errorf("a line of %d bytes is longer than the platform's", len(e.message))
	}
	switch {
	case errors.Is(err, lambdalog.ErrNotRecord):
		m.counts.Own++
	case err != nil:
		m.counts.Malformed++
		if len(m.malformed) < maxRaw {
			m.malformed = append(m.malformed, malformed{e, err})
		}
	default:
		m.lines = append(m.lines, line{e, record})
	}
}

// match joins the lines that were added. They are read in the order of time, so
// that the last REPORT of a request counts: a line of that form which the function
// printed itself comes before the platform's.
func (m *matcher) match() matched {
	slices.SortFunc(m.lines, compareLines)
	streams := map[string]*environment{}
	for _, l := range m.lines {
		if streams[l.stream] == nil {
			streams[l.stream] = &environment{inits: map[string]map[string]string{}}
		}
		m.read(l, streams[l.stream])
	}
	return m.matched
}

type line struct {
	event
	record lambdalog.Record
}

// compareLines orders lines by time. The platform writes several lines of an
// environment within one millisecond, always in the same order.
func compareLines(a, b line) int {
	return cmp.Or(a.timestamp.Compare(b.timestamp), cmp.Compare(rank(a.record.Kind), rank(b.record.Kind)), cmp.Compare(a.id, b.id))
}

func rank(k lambdalog.Kind) int {
	return slices.Index([]lambdalog.Kind{
		lambdalog.InitStart, lambdalog.Restore, lambdalog.InitReport, lambdalog.RestoreReport, lambdalog.Start, lambdalog.End, lambdalog.Report,
	}, k)
}

// environment is what a stream has said so far of its environment's init.
type environment struct {
	// waiting belongs to the invocation that starts next.
	waiting map[string]string
	// running is the request between its START and its END, or empty.
	running string
	// inits are the inits that belong to each request.
	inits map[string]map[string]string
}

// note adds what a line says of the init: to the request that is running, because
// an init that ran out of time is repeated inside the invocation, or to the next.
func (e *environment) note(name, value string) {
	if value == "" {
		return
	}
	if e.running != "" {
		if e.inits[e.running] == nil {
			e.inits[e.running] = map[string]string{}
		}
		e.inits[e.running][name] = value
		return
	}
	if e.waiting == nil {
		e.waiting = map[string]string{}
	}
	e.waiting[name] = value
}

// claim gives what waits to a request.
func (e *environment) claim(requestID string) {
	if e.inits[requestID] == nil && e.waiting != nil {
		e.inits[requestID], e.waiting = e.waiting, nil
	}
}

// read reads one line of a stream.
func (m *matcher) read(l line, e *environment) {
	r := l.record
	switch r.Kind {
	case lambdalog.Report:
		e.claim(r.RequestID) // its START may be malformed or outside of the window
		for name, value := range e.inits[r.RequestID] {
			if r.Extra == nil {
				r.Extra = map[string]string{}
			}
			r.Extra[name] = value
		}
		if _, replaced := m.reports.Add(r); replaced {
			m.counts.Duplicates++
		} else {
			m.counts.Reports++
		}
		return
	case lambdalog.Start:
		e.running = r.RequestID
		e.claim(r.RequestID)
	case lambdalog.End:
		e.running = ""
	case lambdalog.InitStart, lambdalog.Restore:
		e.note(InitStartTime, l.timestamp.UTC().Format(time.RFC3339Nano))
		for _, name := range []string{lambdalog.RuntimeVersion, lambdalog.RuntimeVersionARN} {
			e.note(name, r.Extra[name])
		}
	case lambdalog.InitReport:
		if r.InitDuration != nil {
			e.note(InitDuration, r.InitDuration.String())
		}
		e.note(InitPhase, r.Phase)
		e.note(InitStatus, r.Status)
		e.note(InitErrorType, r.ErrorType)
	}
	m.counts.Phases++
}

// mentions says whether a malformed report names the request.
func (m matched) mentions(requestID string) bool {
	return slices.ContainsFunc(m.malformed, func(l malformed) bool {
		report := strings.HasPrefix(l.message, string(lambdalog.Report)) || strings.Contains(l.message, `"platform.report"`)
		return report && strings.Contains(l.message, requestID)
	})
}
