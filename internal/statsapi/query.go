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
)

const (
	defaultLimit = 200
	maxLimit     = 1000

	minMemoryMB, maxMemoryMB = 128, 10240
)

// query is what a caller asks of a list. An empty list does not restrict.
type query struct {
	runtimes      []string
	languages     []string
	architectures []functions.Architecture
	memoriesMB    []int
	workloads     []functions.Workload
	since         time.Time
	limit         int
	from          *position // nil is the beginning
}

// statsParameters and runsParameters are what each list understands.
var (
	runsParameters  = []string{"since", "limit", "nextToken"}
	statsParameters = append([]string{"runtime", "language", "architecture", "memory", "workload"}, runsParameters...)
)

// word is what AWS's identifiers and ours are made of.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// parseQuery reads the parameters of which the list knows; any other is an error.
func parseQuery(values url.Values, known []string) (query, error) {
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
		if len(values[name]) > 1 && slices.Contains(runsParameters, name) {
			return query{}, bad(name, "%s is given %d times, want once", name, len(values[name]))
		}
	}
	// The token is of one query only: of another one it would leave items out.
	if token := values.Get("nextToken"); values.Has("nextToken") {
		at, err := parseToken(token, q.fingerprint())
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
			return bad(name, "runtime: %.80q is no runtime; want an identifier of AWS's such as nodejs22.x", value)
		}
		q.runtimes = append(q.runtimes, value)
	case "language":
		if !word.MatchString(value) {
			return bad(name, "language: %.80q is no language; want one such as nodejs, python or rust", value)
		}
		q.languages = append(q.languages, value)
	case "architecture":
		a := functions.Architecture(value)
		if a != functions.ARM64 && a != functions.X8664 {
			return bad(name, "architecture: %.80q is neither %s nor %s", value, functions.ARM64, functions.X8664)
		}
		q.architectures = append(q.architectures, a)
	case "memory":
		mb, err := strconv.Atoi(value)
		if err != nil || mb < minMemoryMB || mb > maxMemoryMB {
			return bad(name, "memory: %.80q is no memory size; want MB, from %d to %d", value, minMemoryMB, maxMemoryMB)
		}
		q.memoriesMB = append(q.memoriesMB, mb)
	case "workload":
		w := functions.Workload(value)
		if w != functions.WorkloadHello && w != functions.WorkloadSHA256 {
			return bad(name, "workload: %.80q is neither %s nor %s", value, functions.WorkloadHello, functions.WorkloadSHA256)
		}
		q.workloads = append(q.workloads, w)
	case "since":
		t, ok := parseTime(value)
		if !ok {
			return bad(name, "since: %.80q is no time; want Unix seconds, 2026-03-04 or 2026-03-04T12:00:00Z", value)
		}
		q.since = t
	case "limit":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxLimit {
			return bad(name, "limit: %.80q is no number from 1 to %d", value, maxLimit)
		}
		q.limit = n
	}
	return nil
}

// parseTime reads a time as items have it, or as people write it. In a query's
// text an unescaped + of an offset has become a blank.
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

// matches says whether the query asks for a series. The time is the run's matter.
func (q query) matches(s results.Series) bool {
	return allows(q.runtimes, s.Variant.Runtime) && allows(q.languages, s.Variant.Language) &&
		allows(q.architectures, s.Variant.Architecture) && allows(q.memoriesMB, s.Variant.MemoryMB) &&
		allows(q.workloads, s.Event.Workload)
}

func allows[T comparable](wanted []T, v T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, v)
}

// fingerprint tells queries apart that ask for different things. How many
// items are asked for at once does not matter.
func (q query) fingerprint() string {
	slices.Sort(q.runtimes)
	slices.Sort(q.languages)
	slices.Sort(q.architectures)
	slices.Sort(q.memoriesMB)
	slices.Sort(q.workloads)
	return fmt.Sprintf("%q %q %q %d %q %d", q.runtimes, q.languages, q.architectures, q.memoriesMB, q.workloads, q.since.UnixNano())
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
