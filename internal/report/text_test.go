package report_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// fits checks what every terminal and pipe can show.
func fits(t *testing.T, text string) {
	t.Helper()
	for i, line := range strings.Split(text, "\n") {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("line %d has %d columns: %s", i+1, n, line)
		}
		if strings.TrimRight(line, " \t") != line {
			t.Errorf("line %d ends in space: %q", i+1, line)
		}
		for _, r := range line {
			if r < ' ' || r > '~' {
				t.Errorf("line %d has the character %q", i+1, r)
			}
		}
	}
	if strings.HasPrefix(text, "\n") || strings.Contains(text, "\n\n\n") {
		t.Error("there is an empty line too many")
	}
}

func TestText(t *testing.T) {
	withModules := func(s results.Summary, n int) results.Summary {
		s.Modules = new(load(n))
		return s
	}
	twoSizes := summary(30, 120)
	for _, v := range summary(30, 120).Variants {
		v.Variant.MemoryMB = 1769
		twoSizes.Variants = append(twoSizes.Variants, v)
	}
	interrupted := manifest()
	interrupted.Interrupted = true
	interrupted.Notes = []string{"restore the environment variable BENCH_NONCE of hello-go-x86-64-512: access denied"}
	for _, test := range []struct {
		name string
		s    results.Summary
		m    results.Manifest
	}{
		{"full", withModules(summary(30, 120), 600), manifest()},
		{"quick", withModules(summary(5, 20), 100), manifest()},
		{"two-sizes", twoSizes, manifest()},
		{"interrupted", results.Summary{Platform: "local", Variants: []results.VariantSummary{
			{Variant: cells()[0].variant, Status: results.Skipped, Reason: "the run ended before its turn came"},
		}}, interrupted},
		{"nothing", results.Summary{}, results.Manifest{Platform: "aws", Region: "eu-west-1", Started: started.Add(time.Hour)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := report.Text(&b, test.s, test.m); err != nil {
				t.Fatal(err)
			}
			fits(t, b.String())
			golden.Compare(t, test.name+".txt", b.String())
		})
	}
}

func TestLoadText(t *testing.T) {
	trouble := load(600)
	trouble.Comparison, trouble.Manifest = nil, results.Manifest{}
	trouble.Generator.Valid, trouble.Generator.Reasons = false, []string{"slip p99 is 4.1 ms, more than 10 % of the p50 of 12 ms: use fewer connections, or another machine"}
	one := &trouble.Targets[0]
	one.Planned, one.Sent, one.Answered, one.Dropped, one.Resent, one.OutOfRange = 1_234_567, 1_234_500, 1_234_000, 67, 3, 2
	one.Failed = map[string]int64{"timeout": 400, "status": 100, "dns": 0}
	one.Examples = map[string]string{"timeout": "context deadline exceeded"}
	one.Status = map[string]int64{"200": 1_234_000, "502": 100}
	one.Classes, one.ServiceMs, one.FirstByteMs = nil, nil, nil
	trouble.Targets = trouble.Targets[:1]
	for _, test := range []struct {
		name string
		l    results.Load
	}{
		{"load", load(600)},
		{"load-trouble", trouble},
		{"load-closed", closed()},
		{"load-nothing", results.Load{Targets: []results.Target{{Name: "esmodule", URL: "http://127.0.0.1:1/esmodule", Planned: 10, Sent: 10, Failed: map[string]int64{"connect": 10}, Examples: map[string]string{"connect": "dial tcp 127.0.0.1:1: connect: connection refused"}}}, Generator: results.Generator{Engine: "portable", Valid: true}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := report.LoadText(&b, test.l); err != nil {
				t.Fatal(err)
			}
			fits(t, b.String())
			golden.Compare(t, test.name+".txt", b.String())
		})
	}
}

func TestPairText(t *testing.T) {
	all := targets(600)
	side := func(label string, seed uint64) results.PairSide {
		m := manifest()
		m.Seed = seed
		return results.PairSide{Label: label, Manifest: m}
	}
	p := results.Pair{A: side("monday", 1), B: side("tuesday", 2)}
	o := verdict.Options{Seed: 1, MarginAbs: 1}
	t1 := results.PairTarget{Name: "esmodule", A: all[0].all.Percentiles(), B: all[1].all.Percentiles(), Comparison: results.Compare("monday", "tuesday", all[0].all, all[1].all, o, 99, 50, 90)}
	first := results.Compare("monday", "tuesday", all[0].classes["first"], all[1].classes["first"], o, 50)
	first.Class = results.ClassKey{Environment: "first", Initialization: "provisioned-concurrency"}
	t1.Comparison.Others = append(t1.Comparison.Others, first)
	p.Targets = []results.PairTarget{t1}
	same := p
	p.Differences = []results.SetupDifference{{What: "machine cpu", A: "AMD EPYC", B: "Intel Xeon"}, {What: "knob freeze", B: "cgroup v2"}}
	p.Doubts = []string{"tuesday was interrupted", "tuesday: 7 of 607 requests to esmodule have no answer, and no latency"}
	for _, test := range []struct {
		name string
		p    results.Pair
	}{{"pair", p}, {"pair-same", same}} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := report.PairText(&b, test.p); err != nil {
				t.Fatal(err)
			}
			fits(t, b.String())
			golden.Compare(t, test.name+".txt", b.String())
		})
	}
}

// closed is a closed loop, with a spillover and with conditions.
func closed() results.Load {
	l := load(600)
	l.Generator.OfferedRate, l.Generator.AchievedRate, l.Generator.Busy = nil, new(14_250.0), nil
	l.Manifest.Notes = []string{"closed loop: these latencies hide stalls"}
	l.Targets[1].Classes[1].Initialization = "on-demand"
	l.Thresholds = []results.Threshold{
		{Condition: "p99>300ms", Checks: []results.Check{
			{Left: results.Figure{Target: "esmodule", Name: "p99", Value: new(7.05), Unit: results.Milliseconds}},
			{Left: results.Figure{Target: "commonjs", Name: "p99", Value: new(32.9), Unit: results.Milliseconds}},
		}},
		{Condition: "errors>0.1%", Breached: true, Checks: []results.Check{
			{Left: results.Figure{Target: "esmodule", Name: "errors", Value: new(0.0), Unit: results.Percent, Of: 600}},
			{Breached: true, Left: results.Figure{Target: "commonjs", Name: "errors", Value: new(1.0), Unit: results.Percent, N: 6, Of: 600}},
		}},
	}
	return l
}
