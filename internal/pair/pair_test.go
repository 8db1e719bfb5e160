package pair_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// run writes the directory of a load test: its targets by name, with their median
// latencies in milliseconds.
func run(t *testing.T, name string, m results.Manifest, medians map[string]float64) string {
	t.Helper()
	m.Tool = "loadgen"
	return resultstest.Run{Manifest: m, Seed: uint64(len(name)), Targets: medians}.Write(t, name)
}

// judge judges the runs of two sides.
func judge(before, after []results.Run, o verdict.Options) (results.Pair, error) {
	return pair.Judge(pair.Side{Name: "before", Runs: before}, pair.Side{Name: "after", Runs: after}, o)
}

// judgeDirs reads two run directories and judges them, called by their names.
func judgeDirs(t *testing.T, a, b string, o verdict.Options) (results.Pair, error) {
	t.Helper()
	var runs [2]results.Run
	for i, dir := range []string{a, b} {
		var err error
		if runs[i], err = results.Read(dir); err != nil {
			t.Fatal(err)
		}
	}
	return judge(runs[:1], runs[1:], o)
}

func TestJudge(t *testing.T) {
	before := run(t, "before", results.Manifest{
		Platform: "aws", Seed: 1, Settings: results.Settings{URL: "https://a", Phases: []string{"1m0s@10"}, Margin: "5%"},
		Machine: map[string]string{"cpu": "one"},
	}, map[string]float64{"esmodule": 10, "v1/items": 20, "gone": 1})
	after := run(t, "after!", results.Manifest{
		Platform: "aws", Seed: 2, Settings: results.Settings{URL: "https://b", Phases: []string{"1m0s@10"}},
		Machine: map[string]string{"cpu": "two"}, Knobs: map[string]string{"freeze": "cgroup"},
	}, map[string]float64{"esmodule": 13, "v1/items": 20, "new": 1})
	p, err := judgeDirs(t, before, after, verdict.Options{MarginRel: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	want := []results.SetupDifference{
		{What: "knob freeze", After: "cgroup"}, {What: "machine cpu", Before: "one", After: "two"}, {What: "url", Before: "https://a", After: "https://b"},
	}
	if diff := cmp.Diff(want, p.Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	words := map[string]string{}
	for _, target := range p.Targets {
		for _, c := range append([]results.Comparison{target.Comparison}, target.Comparison.Others...) {
			if c.A != "after!" || c.B != "before" {
				t.Errorf("%s compares %s and %s", target.Name, c.A, c.B)
			}
			if c.Percentile == 50 {
				words[target.Name+" "+c.Class.Environment] = string(c.Verdict)
			}
		}
	}
	if diff := cmp.Diff(map[string]string{
		"esmodule ": "undecided", "esmodule first": "slower", // by 30 %, of which 10 % do not matter
		"v1/items ": "undecided", "v1/items first": "undecided",
	}, words); diff != "" {
		t.Errorf("verdicts (-want +got):\n%s", diff)
	}
	if want := (results.Doubt{Run: "before", Kind: results.Unanswered, Target: p.Doubts[0].Target, Requests: 10, Planned: 510}); len(p.Doubts) != 6 || p.Doubts[0] != want {
		t.Errorf("the doubts are %+v", p.Doubts)
	}
}

// Runs differ from each other by the base that they were made with.
func TestJudgeRuns(t *testing.T) {
	side := func(name string, bases ...float64) (runs []results.Run) {
		for i, base := range bases {
			dir := run(t, fmt.Sprint(name, i), results.Manifest{Version: name}, map[string]float64{"esmodule": base})
			r, err := results.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, r)
		}
		return runs
	}
	for _, row := range []struct {
		name string
		a, b []results.Run
		want verdict.Word
		why  verdict.ReasonKind
	}{
		{"apart by more than runs differ", side("a", 10, 11, 10, 11), side("b", 20, 21, 20, 21), verdict.Slower, ""},
		{"apart by less", side("a", 10, 18, 12, 15), side("b", 11, 19, 13, 16), verdict.Undecided, verdict.MoreRuns},
		{"three runs", side("a", 10, 11, 10), side("b", 20, 21, 20), verdict.Undecided, verdict.NeedsRuns},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := judge(row.a, row.b, verdict.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Targets) != 1 || len(p.Targets[0].Before) != len(row.a) || len(p.Before.Runs) != len(row.a) || p.Before.Label != "before" {
				t.Fatalf("got %+v", p)
			}
			for _, c := range p.Targets[0].Comparison.Others {
				if c.Percentile != 50 || c.Class != (results.ClassKey{}) {
					continue
				}
				if c.Verdict != row.want || row.why != "" && c.Reason.Kind != row.why || c.DifferenceMs == nil {
					t.Errorf("the median is judged %+v, want %s", c, row.want)
				}
			}
			if want := (results.SetupDifference{What: "version", Before: "a", After: "b"}); len(p.Differences) != 1 || p.Differences[0] != want {
				t.Errorf("differences are %+v", p.Differences)
			}
		})
	}
}

// cells writes the directory of a run of two cells and reads it again. The first start
// of node takes initMs.
func cells(t *testing.T, name string, seed uint64, initMs float64, memory int) results.Run {
	t.Helper()
	cell := func(initMs float64, memory int, version string) resultstest.Cell {
		return resultstest.Cell{Starts: 30, Warm: 2, InitMs: initMs, FirstMs: 2, WarmMs: 1, MemoryMB: memory, Version: version}
	}
	r, err := results.Read(resultstest.Run{
		Seed: seed, Manifest: results.Manifest{Platform: deployed.AWS, Seed: seed, Artifacts: map[string]string{"nodejs": "sha"}},
		Cells: map[matrix.Variant]resultstest.Cell{
			resultstest.Variant("nodejs18.x"): cell(80, 60, "18.1"),
			resultstest.Variant("nodejs22.x"): cell(initMs, memory, fmt.Sprint("22.", memory)),
		},
	}.Write(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJudgeCells(t *testing.T) {
	base, same, slow := cells(t, "base", 1, 100, 70), cells(t, "same", 2, 100, 70), cells(t, "slow", 3, 150, 90)
	summaryOnly := slow
	summaryOnly.Samples = nil
	withoutCell := slow
	withoutCell.Variants = slow.Variants[:1]
	several := func(name string, from uint64, initMs float64) (runs []results.Run) {
		for i := range uint64(4) {
			runs = append(runs, cells(t, fmt.Sprint(name, i), from+i, initMs, 70))
		}
		return runs
	}
	one := func(r results.Run) []results.Run { return []results.Run{r} }
	for _, row := range []struct {
		name          string
		before, after []results.Run
		margin        verdict.Options
		series        int
		words         map[string]verdict.Word // of the metrics that are not undecided
		why           verdict.ReasonKind      // of the cold total of Node.js 22, if it is undecided
		slower        bool
	}{
		{"beyond the margin", one(base), one(slow), verdict.Options{MarginRel: 0.1}, 4, map[string]verdict.Word{"nodejs22.x cold totalMs": "slower", "nodejs22.x cold maxMemoryUsedMB": "slower", "nodejs22.x warm maxMemoryUsedMB": "slower"}, "", true},
		{"a margin that is a time says nothing of memory", one(base), one(slow), verdict.Options{MarginAbs: 10}, 4, map[string]verdict.Word{"nodejs22.x cold totalMs": "slower"}, "", true},
		{"the better way", one(slow), one(base), verdict.Options{MarginRel: 0.1}, 4, map[string]verdict.Word{"nodejs22.x cold totalMs": "faster", "nodejs22.x cold maxMemoryUsedMB": "faster", "nodejs22.x warm maxMemoryUsedMB": "faster"}, "", false},
		{"within the margin", one(base), one(slow), verdict.Options{MarginRel: 0.6}, 4, nil, verdict.NeedsRuns, false},
		{"without a margin", one(base), one(slow), verdict.Options{}, 4, nil, verdict.NeedsRuns, false},
		{"the samples have expired", one(base), one(summaryOnly), verdict.Options{MarginRel: 0.1}, 4, nil, verdict.NoValues, false},
		{"a cell that is not in both", one(base), one(withoutCell), verdict.Options{MarginRel: 0.1}, 2, nil, "", false},
		{"alike", one(base), one(same), verdict.Options{MarginRel: 0.1}, 4, nil, verdict.NeedsRuns, false},
		{"several runs", several("a", 10, 100), several("b", 20, 150), verdict.Options{}, 4, map[string]verdict.Word{"nodejs22.x cold totalMs": "slower"}, "", true},
		{"several runs with a margin", several("c", 30, 100), several("d", 40, 150), verdict.Options{MarginRel: 0.6}, 4, map[string]verdict.Word{
			"nodejs18.x cold totalMs": "same", "nodejs18.x cold maxMemoryUsedMB": "same", "nodejs18.x warm durationMs": "same", "nodejs18.x warm maxMemoryUsedMB": "same",
			"nodejs22.x cold totalMs": "same", "nodejs22.x cold maxMemoryUsedMB": "same", "nodejs22.x warm durationMs": "same", "nodejs22.x warm maxMemoryUsedMB": "same",
		}, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := judge(row.before, row.after, row.margin)
			if err != nil {
				t.Fatal(err)
			}
			var words map[string]verdict.Word
			for _, s := range p.Series {
				for _, m := range s.Metrics {
					if len(m.Before) != len(row.before) || len(m.After) != len(row.after) || m.Difference == nil {
						t.Errorf("%v: %+v", s.Series, m)
					}
					name := fmt.Sprint(s.Variant.Runtime, " ", s.Temperature, " ", m.Metric)
					if m.Verdict == verdict.Undecided {
						if name == "nodejs22.x cold totalMs" && m.Reason.Kind != row.why {
							t.Errorf("undecided because of %+v, want %s", m.Reason, row.why)
						}
						continue
					}
					if words == nil {
						words = map[string]verdict.Word{}
					}
					words[name] = m.Verdict
				}
			}
			if diff := cmp.Diff(row.words, words); diff != "" || len(p.Series) != row.series || p.Slower() != row.slower || !p.Valid() {
				t.Errorf("%d series, slower %v, valid %v, words (-want +got):\n%s", len(p.Series), p.Slower(), p.Valid(), diff)
			}
		})
	}
	p, err := judge(one(base), one(withoutCell), verdict.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []results.SetupDifference{
		{What: "cell hello nodejs22.x arm64 512 MB", Before: "measured"},
		{What: "runtime of hello nodejs22.x arm64 512 MB", Before: "22.70"},
	}
	if diff := cmp.Diff(want, p.Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

// A run whose starts others disturbed cannot be believed.
func TestJudgeDisturbed(t *testing.T) {
	base, disturbed := cells(t, "base", 1, 100, 70), cells(t, "disturbed", 2, 150, 70)
	disturbed.OthersCPU = &results.OthersCPU{Samples: 10, Disturbed: 9}
	p, err := judge([]results.Run{base}, []results.Run{disturbed}, verdict.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Doubts) != 1 || p.Doubts[0].Kind != results.Disturbed || p.Doubts[0].Run != "disturbed" || p.Valid() {
		t.Errorf("valid %v, doubts %+v", p.Valid(), p.Doubts)
	}
}

func TestOnlyTargetOfEach(t *testing.T) {
	esmodule := run(t, "one", results.Manifest{}, map[string]float64{"esmodule": 10})
	commonjs := run(t, "two", results.Manifest{}, map[string]float64{"commonjs": 20})
	p, err := judgeDirs(t, esmodule, commonjs, verdict.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Targets) != 1 || p.Targets[0].Name != "esmodule and commonjs" || p.Targets[0].Comparison.Verdict != "undecided" {
		t.Errorf("the targets are %+v", p.Targets)
	}
}

func TestJudgeRefuses(t *testing.T) {
	aws := run(t, "aws", results.Manifest{Platform: "aws"}, map[string]float64{"esmodule": 10, "commonjs": 10})
	local := run(t, "local", results.Manifest{Platform: deployed.Local}, map[string]float64{"esmodule": 10, "commonjs": 10})
	others := run(t, "others", results.Manifest{}, map[string]float64{"a": 10, "b": 10})
	for _, row := range []struct{ name, a, b, want string }{
		{"two platforms", aws, local, "never compared"},
		{"the other way", local, aws, "never compared"},
		{"no common target", aws, others, "no target and no measured cell in common"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := judgeDirs(t, row.a, row.b, verdict.Options{}); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

// A killed run has no summary; its logs are judged all the same.
func TestJudgeWithoutSummary(t *testing.T) {
	h := latency.New()
	for i := range 400 {
		h.Record(time.Duration(i) * time.Microsecond)
	}
	killed := results.Run{Summary: results.Summary{Load: &results.Load{LogsOnly: true, Targets: []results.Target{{Name: "a", Latency: latency.NewTiming(h, nil)}}}}}
	p, err := judge([]results.Run{killed}, []results.Run{killed}, verdict.Options{MarginAbs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Targets) != 1 || p.Targets[0].Comparison.Verdict != "undecided" || len(p.Doubts) != 2 {
		t.Errorf("got %+v", p)
	}
}
