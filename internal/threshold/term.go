package threshold

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// term is one figure: of a target of the load test or of a class of its requests, or
// of cells. Without a name it is that of every target, or of every cell.
type term struct {
	// The figure of a load test.
	target string
	class  results.ClassKey // its Initialization may be left out
	clock  string

	// The figure of cells: those that have all the words.
	cell        []string
	workload    functions.Workload
	temperature results.Temperature // empty for a load test
	metric      string              // a [results.Metric]'s name; empty for the one by which cells are ranked

	// statistic is p99, mean, errors, ...
	statistic string
	// percentile is that of the statistic p99, and 0 for the others.
	percentile float64
}

var (
	// The target comes first and may hold dots; so do percentiles (p99.9).
	loadTerm = regexp.MustCompile(`^(?:(.+?)\.)??(?:(first|later)\.(?:(provisioned|on-demand|snap-start)\.)?)?(?:(latency|service|firstByte|connect)\.)?(p[0-9]+(?:\.[0-9]+)?|mean|min|max|errors|dropped)$`)
	cellTerm = regexp.MustCompile(`^(?:(.+?)\.)??(?:(hello|sha256)\.)?(cold|warm)\.(?:([A-Za-z]+)\.)?(p[0-9]+(?:\.[0-9]+)?|mean|min|max|errors|dropped)$`)
)

func isTerm(text string) bool { return loadTerm.MatchString(text) }

func parseTerm(text string) (term, error) {
	var t term
	var err error
	if parts := cellTerm.FindStringSubmatch(text); parts != nil {
		t, err = parseCells(parts)
	} else if parts := loadTerm.FindStringSubmatch(text); parts != nil {
		t, err = parseTarget(parts)
	} else {
		return term{}, fmt.Errorf("%q is no figure of a run (p50, p99, p99.9, mean, min, max, errors or dropped): %s", text, grammar)
	}
	if err != nil {
		return term{}, err
	}
	if t.statistic[0] == 'p' {
		p, err := strconv.ParseFloat(t.statistic[1:], 64)
		if err != nil || !(p > 0 && p < 100) {
			return term{}, fmt.Errorf("%s is not a percentile between 0 and 100", t.statistic)
		}
		t.percentile = p
	}
	return t, nil
}

func parseTarget(parts []string) (term, error) {
	t := term{target: parts[1], class: results.ClassKey{Environment: parts[2], Initialization: parts[3]}, clock: parts[4], statistic: parts[5]}
	if t.class.Initialization == "provisioned" {
		t.class.Initialization = string(functions.ProvisionedConcurrency)
	}
	switch {
	case !t.timed() && t.clock != "":
		return term{}, fmt.Errorf("%s has no clock %s", t.statistic, t.clock)
	case !t.timed() && t.class.Environment != "":
		return term{}, fmt.Errorf("which environment a request without an answer would have come to is not known: %s is of all requests", t.statistic)
	case t.class.Environment != "" && (t.clock == "firstByte" || t.clock == "connect"):
		return term{}, fmt.Errorf("%s is not kept of %s requests alone: latency and service are", t.clock, t.class.Environment)
	}
	return t, nil
}

func parseCells(parts []string) (term, error) {
	t := term{workload: functions.Workload(parts[2]), temperature: results.Temperature(parts[3]), statistic: parts[5]}
	t.workload = cmp.Or(t.workload, functions.WorkloadHello)
	if parts[1] != "" {
		t.cell = strings.Split(parts[1], "/")
	}
	if !t.timed() {
		return term{}, fmt.Errorf("%s is of a load test's requests, not of cells", t.statistic)
	}
	if parts[4] == "" {
		return t, nil
	}
	var known []string
	for _, m := range results.Metrics() {
		if name, ok := strings.CutSuffix(m.Name, "Ms"); ok {
			known = append(known, name)
			if name == parts[4] {
				t.metric = m.Name
			}
		}
	}
	if t.metric == "" {
		return term{}, fmt.Errorf("%s is no metric of a cell: choose from %s", parts[4], strings.Join(known, ", "))
	}
	if t.metric == results.Decisive(t.temperature) {
		t.metric = ""
	}
	return t, nil
}

// ofCells tells figures of cells from those of a load test.
func (t term) ofCells() bool { return t.temperature != "" }

// timed tells times from shares of requests.
func (t term) timed() bool { return t.statistic != "errors" && t.statistic != "dropped" }

// name is the figure for people: p99, or firstByte.p99.
func (t term) name() string {
	prefix := t.clock
	if t.clock == "latency" {
		prefix = ""
	}
	if t.ofCells() {
		prefix = strings.TrimSuffix(t.metric, "Ms")
	}
	if prefix == "" {
		return t.statistic
	}
	return prefix + "." + t.statistic
}

// metricName is the metric of the cells.
func (t term) metricName() string { return cmp.Or(t.metric, results.Decisive(t.temperature)) }

// names says whether the term is about the cell: each of its words is the cell's
// function, language, runtime, architecture or memory, or SnapStart if the cell has it.
func (t term) names(v matrix.Variant) bool {
	has := []string{v.Function, v.Language, v.Runtime, v.RuntimeLabel(), string(v.Architecture), strconv.Itoa(v.MemoryMB)}
	if v.SnapStart {
		has = append(has, matrix.SnapStart)
	}
	return !slices.ContainsFunc(t.cell, func(word string) bool { return !slices.Contains(has, word) })
}
