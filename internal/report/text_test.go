package report_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
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
		s.Load = new(load(n))
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
	aws := manifest()
	aws.Platform, aws.Region, aws.Knobs = deployed.AWS, "eu-west-1", nil
	both := onBothArchitectures(samples(40, 160))
	for _, test := range []struct {
		name    string
		s       results.Summary
		m       results.Manifest
		samples []results.Sample
	}{
		{"full", withModules(summary(30, 120), 600), manifest(), samples(30, 120)},
		{"quick", withModules(summary(5, 20), 100), manifest(), samples(5, 20)},
		{"two-sizes", twoSizes, manifest(), inTwoSizes(samples(30, 120))},
		{"aws", summarised(both), aws, both},
		{"expired", summary(30, 120), manifest(), nil},
		{"interrupted", results.Summary{Variants: []results.VariantSummary{
			{Variant: cells()[0].variant, Status: results.Skipped, Reason: "the run ended before its turn came"},
		}}, interrupted, nil},
		{"nothing", results.Summary{}, results.Manifest{Platform: "aws", Region: "eu-west-1", Started: started.Add(time.Hour)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			r := run(test.s, test.m)
			r.Samples = test.samples
			if err := report.Text(&b, r, console.Terminal{}); err != nil {
				t.Fatal(err)
			}
			fits(t, b.String())
			golden.Compare(t, test.name+".txt", b.String())
		})
	}
}

// inTwoSizes has every sample again at a larger memory size.
func inTwoSizes(all []results.Sample) []results.Sample {
	for _, s := range all {
		s.Variant.MemoryMB, s.RequestID = 1769, s.RequestID+"-large"
		all = append(all, s)
	}
	return all
}

// onBothArchitectures has every sample again on arm64, a tenth faster, as AWS would have run it.
func onBothArchitectures(all []results.Sample) []results.Sample {
	for i := range all {
		all[i].Platform = deployed.AWS
	}
	for _, s := range all {
		s.Variant.Architecture, s.RequestID = functions.ARM64, s.RequestID+"-arm"
		record := *s.Record
		for _, d := range []**time.Duration{&record.Duration, &record.InitDuration, &record.BilledDuration} {
			if *d != nil {
				*d = new(**d * 9 / 10)
			}
		}
		s.Record = &record
		all = append(all, s)
	}
	return all
}

// summarised are the cells of samples.
func summarised(all []results.Sample) (s results.Summary) {
	for v, series := range results.Summarise(slices.Values(all)) {
		s.Variants = append(s.Variants, results.VariantSummary{Variant: v, Status: results.Measured, Series: series})
	}
	slices.SortFunc(s.Variants, func(a, b results.VariantSummary) int { return matrix.Compare(a.Variant, b.Variant) })
	results.SetPlaces(s.Variants, results.ValuesOf(slices.Values(all)), verdict.Options{})
	return s
}

func TestLoadText(t *testing.T) {
	trouble := load(600)
	trouble.Comparison = nil
	trouble.Generator.Valid, trouble.Generator.Faults = false, []results.Fault{{Kind: results.LateStarts, SlipMs: 4.1}, {Kind: results.OtherLoad}}
	one := &trouble.Targets[0]
	one.Planned, one.Sent, one.Answered, one.Dropped, one.Resent, one.OutOfRange = 1_234_567, 1_234_500, 1_234_000, 67, 3, 2
	one.Failed = map[string]int64{"timeout": 400, "status": 100, "dns": 0}
	one.Examples = map[string]string{"timeout": "context deadline exceeded"}
	one.Status = map[int]int64{200: 1_234_000, 502: 100}
	one.Classes, one.Service, one.FirstByte = nil, latency.Timing{}, latency.Timing{}
	trouble.Targets = trouble.Targets[:1]
	for _, test := range []struct {
		name       string
		l          results.Load
		m          results.Manifest
		thresholds []results.Threshold
	}{
		{"load", load(600), manifest(), nil},
		{"load-trouble", trouble, results.Manifest{}, nil},
		{"load-closed", closed(), manifest(), conditions()},
		{"load-timeouts", timeouts(), manifest(), timeoutCondition()},
		{"load-nothing", results.Load{Targets: []results.Target{{Name: "esmodule", URL: "http://127.0.0.1:1/esmodule", Planned: 10, Sent: 10, Failed: map[string]int64{"connect": 10}, Examples: map[string]string{"connect": "dial tcp 127.0.0.1:1: connect: connection refused"}}}, Generator: results.Generator{Engine: "portable", Valid: true}}, results.Manifest{}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			r := loadTest(test.l, test.m)
			r.Thresholds = test.thresholds
			if err := report.Text(&b, r, console.Terminal{}); err != nil {
				t.Fatal(err)
			}
			fits(t, b.String())
			golden.Compare(t, test.name+".txt", b.String())
		})
	}
}

func TestPairText(t *testing.T) {
	side := func(label string, seed uint64) results.PairSide {
		m := manifest()
		m.Seed = seed
		return results.PairSide{Label: label, Runs: []results.PairRun{{ID: label, Manifest: m}}}
	}
	p := results.Pair{Before: side("monday", 1), After: side("tuesday", 2)}
	a, b := &load(600).Targets[0], &load(600).Targets[1]
	a.Classes, b.Classes = a.Classes[:1], b.Classes[:1] // a log has the first requests only
	t1 := results.PairTarget{Name: "esmodule", Before: []latency.Timing{a.Latency}, After: []latency.Timing{b.Latency}, Comparison: results.CompareTargets("tuesday", "monday", b, a, options)}
	alone := func(c *results.Comparison) {
		c.Verdict, c.Reason = verdict.Undecided, verdict.Reason{Kind: verdict.NeedsRuns, Needs: verdict.MinRuns, Has: 1}
	}
	alone(&t1.Comparison)
	for i := range t1.Comparison.Others {
		alone(&t1.Comparison.Others[i])
	}
	p.Targets = []results.PairTarget{t1}
	same := p
	p.Series = pairSeries()
	p.Differences = []results.SetupDifference{{What: "machine cpu", Before: "AMD EPYC", After: "Intel Xeon"}, {What: "knob freeze", After: "cgroup v2"}}
	p.Doubts = []results.Doubt{
		{Run: "tuesday", Kind: results.WasInterrupted},
		{Run: "tuesday", Kind: results.Unanswered, Target: "esmodule", Requests: 7, Planned: 607},
	}
	for _, test := range []struct {
		name string
		p    results.Pair
	}{{"pair", p}, {"pair-same", same}} {
		t.Run(test.name, func(t *testing.T) {
			var b strings.Builder
			if err := report.PairText(&b, test.p, console.Terminal{}); err != nil {
				t.Fatal(err)
			}
			fits(t, b.String())
			golden.Compare(t, test.name+".txt", b.String())
		})
	}
}

// pairSeries are cells whose medians differ, with a word of each kind.
func pairSeries() (all []results.PairSeries) {
	summary := func(median float64) []results.MetricSummary { return []results.MetricSummary{{N: 30, P50: &median}} }
	words := []verdict.Word{verdict.Faster, verdict.Slower, verdict.Same, verdict.Undecided}
	for i, c := range cells()[:4] {
		metric := func(name string, before, after float64, word verdict.Word, r verdict.Reason) results.PairMetric {
			d := after - before
			return results.PairMetric{
				Metric: name, Before: summary(before), After: summary(after), Difference: &d, Interval: []float64{d - 0.5, d + 0.5}, Margin: 0.05 * before, Verdict: word, Reason: r,
			}
		}
		alone := verdict.Reason{Kind: verdict.NeedsRuns, Needs: verdict.MinRuns, Has: 1, Margin: 0.05 * c.init}
		one := results.PairSeries{Series: results.Series{Variant: c.variant, Event: functions.Event{Workload: functions.WorkloadHello}, Temperature: results.Cold}}
		one.Metrics = append(one.Metrics, metric(results.TotalMs, c.init, c.init+float64(i*i*4-3), words[i], alone), metric(results.MaxMemoryUsedMB, float64(c.memory), float64(c.memory+3*i-1), words[i], alone))
		all = append(all, one)
	}
	return all
}

// closed is a closed loop, with a spillover and with conditions.
func closed() results.Load {
	l := load(600)
	l.Generator.OfferedRate, l.Generator.AchievedRate, l.Generator.Busy = nil, new(14_250.0), nil
	l.ClosedLoop = true
	l.Targets[1].Classes[1].Initialization = "on-demand"
	return l
}

// conditions have every outcome.
func conditions() []results.Threshold {
	return []results.Threshold{
		{Condition: "p99>300ms", Outcome: results.Passed, Checks: []results.Check{
			{Outcome: results.Passed, Left: results.Figure{Target: "esmodule", Name: "p99", Value: new(7.05), Unit: results.Milliseconds, Low: new(6.9), High: new(7.3)}},
			{Outcome: results.Passed, Left: results.Figure{Target: "commonjs", Name: "p99", Value: new(32.9), Unit: results.Milliseconds, Low: new(30.2), High: new(33.5)}},
		}},
		{Condition: "p99>33ms", Outcome: results.NotDecided, Checks: []results.Check{
			{Outcome: results.Passed, Left: results.Figure{Target: "esmodule", Name: "p99", Value: new(7.05), Unit: results.Milliseconds, Low: new(6.9), High: new(7.3)}},
			{Outcome: results.NotDecided, Left: results.Figure{Target: "commonjs", Name: "p99", Value: new(32.9), Unit: results.Milliseconds, Low: new(30.2), Reason: verdict.Reason{Kind: verdict.WorthTooFew, Needs: 415, Has: 280}}},
		}},
		{Condition: "errors>0.1%", Outcome: results.Breached, Checks: []results.Check{
			{Outcome: results.Passed, Left: results.Figure{Target: "esmodule", Name: "errors", Value: new(0.0), Unit: results.Percent, Of: 600}},
			{Outcome: results.Breached, Left: results.Figure{Target: "commonjs", Name: "errors", Value: new(1.0), Unit: results.Percent, N: 6, Of: 600}},
		}},
	}
}

// timeouts is a load test of which every tenth request to one target timed out.
func timeouts() results.Load {
	l := load(600)
	one := &l.Targets[1]
	censored := latency.New()
	for range 60 {
		censored.Record(time.Second)
	}
	one.Planned, one.Sent, one.Failed = 660, 660, map[string]int64{"timeout": 60}
	one.Latency = latency.NewTiming(one.Latency.Histogram, censored)
	l.Judge(options)
	return l
}

// timeoutCondition is breached by requests without an answer.
func timeoutCondition() []results.Threshold {
	return []results.Threshold{{Condition: "p99>500ms", Outcome: results.Breached, Checks: []results.Check{
		{Outcome: results.Passed, Left: results.Figure{Target: "esmodule", Name: "p99", Value: new(7.05), Unit: results.Milliseconds, N: 600}},
		{Outcome: results.Breached, Left: results.Figure{Target: "commonjs", Name: "p99", Value: new(1000.0), AtLeast: true, Unanswered: 60, Unit: results.Milliseconds, N: 660}},
	}}}
}
