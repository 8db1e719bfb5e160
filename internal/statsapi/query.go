package statsapi

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

const (
	defaultLimit = 200
	maxLimit     = 1000

	minMemoryMB, maxMemoryMB = 128, 10240
)

// defaultDays is how far back a list reaches unless since says otherwise.
const defaultDays = 30

// query is what a caller asks of a list.
type query struct {
	dynamo.Filter
	since time.Time // zero is the default
	limit int
	// values asks for what is kept of a run's samples.
	values bool
	// temperature and metric are a history's; empty is the default.
	temperature results.Temperature
	metric      string
	// format and against are a run's; an empty format is JSON.
	format, against string
	from            *position // nil is the beginning
}

// These are the parameters that each path understands. A filter may be given several
// times.
var (
	filters            = []string{"runtime", "language", "architecture", "memory", "workload"}
	pageParameters     = []string{"limit", "nextToken"}
	runParameters      = append([]string{"format", "against"}, pageParameters...)
	variantsParameters = append([]string{"values"}, pageParameters...)
	runsParameters     = append([]string{"since"}, pageParameters...)
	statsParameters    = append(slices.Clone(filters), runsParameters...)
	historyParameters  = append(slices.Clone(filters), "temperature", "metric", "since")
)

// word is what AWS's identifiers and ours are made of.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// parseQuery reads the parameters that a path understands; any other is an error.
// of names what is listed, so that a token of one list is refused by another.
func parseQuery(values url.Values, known []string, of string) (query, error) {
	q := query{limit: defaultLimit}
	for _, name := range sorted(values) {
		if !slices.Contains(known, name) {
			return query{}, bad(name, "there is no parameter %.80q; there are %s", name, strings.Join(known, ", "))
		}
		for _, v := range values[name] {
			if err := q.set(name, v); err != nil {
				return query{}, err
			}
		}
		if len(values[name]) > 1 && !slices.Contains(filters, name) {
			return query{}, bad(name, "%s is given %d times, want once", name, len(values[name]))
		}
	}
	if slices.Contains(known, "workload") && len(q.Workloads) == 0 {
		// The origin's items have no workload: one that mixes them would chart two kinds
		// of work as one.
		q.Workloads = []functions.Workload{functions.WorkloadHello}
	}
	if q.against != "" && q.format != formatText {
		return query{}, bad("against", "against: two runs are compared in format=%s", formatText)
	}
	// A token belongs to one query: with other filters it would leave items out.
	if token := values.Get("nextToken"); values.Has("nextToken") {
		at, err := parseToken(token, q.fingerprint(of))
		if err != nil {
			return query{}, bad("nextToken", "nextToken: %v", err)
		}
		q.from = &at
	}
	return q, nil
}

// set reads one value of a parameter.
func (q *query) set(name, value string) error {
	switch name {
	case "runtime":
		if !word.MatchString(value) {
			return bad(name, "runtime: %.80q is neither a runtime nor a language; want one such as nodejs22.x or go", value)
		}
		q.Runtimes = add(q.Runtimes, value)
	case "language":
		if !word.MatchString(value) {
			return bad(name, "language: %.80q is no language; want one such as nodejs, python or rust", value)
		}
		q.Languages = add(q.Languages, value)
	case "architecture":
		a := functions.Architecture(value)
		if a != functions.ARM64 && a != functions.X8664 {
			return bad(name, "architecture: %.80q is neither %s nor %s", value, functions.ARM64, functions.X8664)
		}
		q.Architectures = add(q.Architectures, a)
	case "memory":
		mb, err := strconv.Atoi(value)
		if err != nil || mb < minMemoryMB || mb > maxMemoryMB {
			return bad(name, "memory: %.80q is no memory size; want MB, from %d to %d", value, minMemoryMB, maxMemoryMB)
		}
		q.MemoriesMB = add(q.MemoriesMB, mb)
	case "workload":
		w := functions.Workload(value)
		if w != functions.WorkloadHello && w != functions.WorkloadSHA256 {
			return bad(name, "workload: %.80q is neither %s nor %s", value, functions.WorkloadHello, functions.WorkloadSHA256)
		}
		q.Workloads = add(q.Workloads, w)
	case "since":
		t, ok := parseTime(value)
		if !ok {
			return bad(name, "since: %.80q is no time; want Unix seconds, 2026-03-04 or 2026-03-04T12:00:00Z", value)
		}
		q.since = t
	case "temperature":
		t := results.Temperature(value)
		if results.Decisive(t) == "" {
			return bad(name, "temperature: %.80q is neither %s nor %s", value, results.Cold, results.Warm)
		}
		q.temperature = t
	case "format":
		if value != formatJSON && value != formatHTML && value != formatText {
			return bad(name, "format: %.80q is none of %s, %s and %s", value, formatJSON, formatHTML, formatText)
		}
		q.format = value
	case "against":
		q.against = value
	case "metric":
		var names []string
		for _, m := range results.Metrics() {
			names = append(names, m.Name)
		}
		if !slices.Contains(names, value) {
			return bad(name, "metric: there is no %.80q; choose from %s", value, strings.Join(names, ", "))
		}
		q.metric = value
	case "values":
		on, err := strconv.ParseBool(value)
		if err != nil {
			return bad(name, "values: %.80q is neither true nor false", value)
		}
		q.values = on
	case "limit":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxLimit {
			return bad(name, "limit: %.80q is no number from 1 to %d", value, maxLimit)
		}
		q.limit = n
	}
	return nil
}

// parseTime reads Unix seconds, a date or an RFC 3339 time. An offset's + that was
// not escaped in the query has become a blank.
func parseTime(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		const year9999 = 253402300800
		return time.Unix(seconds, 0), seconds >= 0 && seconds < year9999
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, strings.Replace(text, " ", "+", 1)); err == nil {
			return t, t.Year() >= 1970
		}
	}
	return time.Time{}, false
}

// add adds a value that is not there yet.
func add[T comparable](all []T, v T) []T {
	if slices.Contains(all, v) {
		return all
	}
	return append(all, v)
}

// start is the time from which on runs are asked for.
func (q query) start(now time.Time) time.Time {
	if q.since.IsZero() {
		return now.AddDate(0, 0, -defaultDays)
	}
	return q.since
}

// fingerprint distinguishes queries that ask for different things. The limit is no
// part of it.
func (q query) fingerprint(of string) string {
	slices.Sort(q.Runtimes)
	slices.Sort(q.Languages)
	slices.Sort(q.Architectures)
	slices.Sort(q.MemoriesMB)
	slices.Sort(q.Workloads)
	return fmt.Sprintf("%q %q %q %q %d %q %d", of, q.Runtimes, q.Languages, q.Architectures, q.MemoriesMB, q.Workloads, q.since.UnixNano())
}

func bad(parameter, format string, args ...any) *failure {
	return &failure{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...), parameter: parameter}
}

func sorted(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
