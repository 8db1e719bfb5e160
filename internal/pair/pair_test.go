package pair_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
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

// judge reads two run directories and judges them, called by their names.
func judge(t *testing.T, a, b string, o verdict.Options) (results.Pair, error) {
	t.Helper()
	var runs [2]results.Run
	for i, dir := range []string{a, b} {
		var err error
		if runs[i], err = results.Read(dir); err != nil {
			t.Fatal(err)
		}
	}
	return pair.Judge(runs[:1], runs[1:], o)
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
	p, err := judge(t, before, after, verdict.Options{MarginRel: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	want := []results.SetupDifference{
		{What: "knob freeze", B: "cgroup"}, {What: "machine cpu", A: "one", B: "two"}, {What: "url", A: "https://a", B: "https://b"},
	}
	if diff := cmp.Diff(want, p.Differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	words := map[string]string{}
	for _, target := range p.Targets {
		for _, c := range append([]results.Comparison{target.Comparison}, target.Comparison.Others...) {
			if c.A != "before" || c.B != "after!" {
				t.Errorf("%s compares %s and %s", target.Name, c.A, c.B)
			}
			if c.Percentile == 50 {
				words[target.Name+" "+c.Class.Environment] = string(c.Verdict)
			}
		}
	}
	if diff := cmp.Diff(map[string]string{
		"esmodule ": "undecided", "esmodule first": "undecided", "v1/items ": "undecided", "v1/items first": "undecided",
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
		{"apart by more than runs differ", side("a", 10, 11, 10, 11), side("b", 20, 21, 20, 21), verdict.Faster, ""},
		{"apart by less", side("a", 10, 18, 12, 15), side("b", 11, 19, 13, 16), verdict.Undecided, verdict.MoreRuns},
		{"three runs", side("a", 10, 11, 10), side("b", 20, 21, 20), verdict.Undecided, verdict.NeedsRuns},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, err := pair.Judge(row.a, row.b, verdict.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Targets) != 1 || len(p.Targets[0].A) != len(row.a) || len(p.A.Runs) != len(row.a) || p.A.Label != "A" {
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
			if want := (results.SetupDifference{What: "version", A: "a", B: "b"}); len(p.Differences) != 1 || p.Differences[0] != want {
				t.Errorf("differences are %+v", p.Differences)
			}
		})
	}
}

func TestOnlyTargetOfEach(t *testing.T) {
	esmodule := run(t, "one", results.Manifest{}, map[string]float64{"esmodule": 10})
	commonjs := run(t, "two", results.Manifest{}, map[string]float64{"commonjs": 20})
	p, err := judge(t, esmodule, commonjs, verdict.Options{})
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
		{"no common target", aws, others, "no target in common"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := judge(t, row.a, row.b, verdict.Options{}); err == nil || !strings.Contains(err.Error(), row.want) {
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
	p, err := pair.Judge([]results.Run{killed}, []results.Run{killed}, verdict.Options{MarginAbs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Targets) != 1 || p.Targets[0].Comparison.Verdict != "undecided" || len(p.Doubts) != 2 {
		t.Errorf("got %+v", p)
	}
}
