package report_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// raced is a variant that was measured warm only, with its median and place.
func raced(language string, memoryMB, n int, median float64, best int) results.VariantSummary {
	s := results.SeriesSummary{
		Workload: "hello", Temperature: results.Warm, N: n,
		Metrics: map[string]results.MetricSummary{results.DurationMs: {N: n, P50: &median}},
	}
	if best > 0 {
		s.Place = &results.Place{Best: best, Worst: best, Of: 9, Needs: 7}
	}
	return results.VariantSummary{
		Variant: matrix.Variant{Function: "hello", Language: language, Runtime: language, Architecture: functions.ARM64, MemoryMB: memoryMB},
		Status:  results.Measured, Series: []results.SeriesSummary{s},
	}
}

// said is the first paragraph of a text, each finding in one line.
func said(t *testing.T, s results.Summary, m results.Manifest) []string {
	t.Helper()
	var b strings.Builder
	if err := report.Text(&b, run(s, m), console.Terminal{}); err != nil {
		t.Fatal(err)
	}
	fits(t, b.String())
	title, rest, ok := strings.Cut(b.String(), "\n\n")
	if !ok || !strings.HasPrefix(title, "What this run says") {
		return nil
	}
	paragraph, _, _ := strings.Cut(rest, "\n\n")
	paragraph = strings.ReplaceAll(paragraph, "\n    ", " ")
	lines := []string{title}
	for line := range strings.SplitSeq(paragraph, "\n") {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func TestFindingsOfStarts(t *testing.T) {
	for _, test := range []struct {
		name     string
		variants []results.VariantSummary
		want     string
	}{
		{"nothing was measured", nil, ""},
		{"one cell has nobody to beat", []results.VariantSummary{raced("python", 512, 20, 2, 0)}, "only python (2.00 ms) was measured"},
		{"a clear first, whatever the order", []results.VariantSummary{raced("java", 512, 20, 3, 2), raced("python", 512, 20, 2, 1)},
			"python with a median of 2.00 ms, then java (3.00 ms)"},
		{"a shared first place", []results.VariantSummary{raced("java", 512, 20, 2.1, 1), raced("python", 512, 20, 2, 1), raced("ruby", 512, 20, 5, 2)},
			"python (2.00 ms), java (2.10 ms), which cannot be told apart, then ruby (5.00 ms)"},
		{"a crowd in the first place", []results.VariantSummary{
			raced("a", 512, 20, 1, 1), raced("b", 512, 20, 2, 1), raced("c", 512, 20, 3, 1), raced("d", 512, 20, 4, 1), raced("e", 512, 20, 5, 1), raced("f", 512, 20, 6, 2),
		}, "a (1.00 ms), b (2.00 ms), c (3.00 ms), d (4.00 ms), and 1 more, which cannot be told apart, then f (6.00 ms)"},
		{"no first place among enough samples", []results.VariantSummary{raced("java", 512, 20, 2.1, 1), raced("python", 512, 20, 2, 1)},
			"undecided, since none can be told apart from another; the smallest median is that of python (2.00 ms)"},
		{"too few samples", []results.VariantSummary{raced("java", 512, 5, 2.1, 1), raced("python", 512, 5, 2, 1)},
			"undecided, since it takes 7 of each to tell 9 apart and there are 5; the smallest median is that of python (2.00 ms)"},
		{"modes cross", []results.VariantSummary{raced("java", 512, 20, 2, 1), raced("python", 512, 20, 1, 2)},
			"java with a median of 2.00 ms, then python (1.00 ms), whose median is smaller but which is slower more often than not"},
		{"two sizes have their names", []results.VariantSummary{raced("java", 128, 20, 9, 2), raced("java", 512, 20, 2, 1)},
			"java arm64, 512 MB with a median of 2.00 ms, then java arm64, 128 MB (9.00 ms)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var want []string
			if test.want != "" {
				want = []string{"What this run says, of AWS in eu-central-1", "Fastest warm invocation of hello: " + test.want}
			}
			got := said(t, results.Summary{Variants: test.variants}, results.Manifest{Platform: "aws", Region: "eu-central-1"})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFindingsOfALoadTest(t *testing.T) {
	timing := func(n int64, p50 float64) latency.Timing {
		return latency.Timing{Percentiles: latency.Percentiles{N: n, P50: &p50}}
	}
	base := func() results.Load {
		var l results.Load
		for i, name := range []string{"esmodule", "commonjs"} {
			l.Targets = append(l.Targets, results.Target{
				Name: name, Sent: 500, Answered: 500, Latency: timing(500, 2),
				Classes: []results.Class{{ClassKey: results.ClassKey{Environment: "first", Initialization: "provisioned-concurrency"}, Latency: timing(20, float64(3+5*i))}},
			})
		}
		compare := func(environment string, percentile float64, word verdict.Word, difference float64) results.Comparison {
			var class results.ClassKey
			if environment != "" {
				class = results.ClassKey{Environment: environment, Initialization: "provisioned-concurrency"}
			}
			return results.Comparison{A: "esmodule", B: "commonjs", Class: class, Percentile: percentile, Verdict: word, DifferenceMs: &difference, IntervalMs: []float64{difference - 1, difference + 1}}
		}
		c := compare("", 99, "slower", 4)
		c.Others = []results.Comparison{
			compare("", 50, "undecided", 0), compare("", 90, "undecided", 0.5),
			compare("later", 50, "undecided", 0), compare("first", 50, "faster", -5),
		}
		l.Comparison, l.Generator.Valid = &c, true
		return l
	}
	const first = "First request of an environment, provisioned: "
	decided := []string{
		first + "esmodule is faster than commonjs: median 3.00 against 8.00 ms, lower by 5.00 ms (95 % interval 4.00 to 6.00)",
		"All requests: undecided at the median and p90, commonjs is faster at p99",
	}
	for _, test := range []struct {
		name   string
		change func(*results.Load)
		want   []string
	}{
		{"first requests before all", func(*results.Load) {}, decided},
		{"a generator that was late", func(l *results.Load) { l.Generator.Valid = false }, append(slices.Clone(decided),
			"The load test is NOT VALID: its generator's own delay may be part of the latencies, so take its answers as hints; its section has the reasons")},
		{"all three percentiles alike", func(l *results.Load) { l.Comparison.Verdict = "undecided" }, []string{decided[0], "All requests: undecided at the median, p90 and p99"}},
		{"nothing came back", func(l *results.Load) { l.Targets[1].Answered = 0 }, []string{"Load test: no verdict: nothing came back from commonjs"}},
		{"nothing was judged", func(l *results.Load) { l.Comparison = nil }, []string{
			first + "median 3.00 ms for esmodule (n = 20), 8.00 ms for commonjs (n = 20)",
		}},
		{"one target", func(l *results.Load) { l.Comparison, l.Targets = nil, l.Targets[:1] }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := base()
			test.change(&l)
			got := said(t, results.Summary{Variants: []results.VariantSummary{{Status: results.Skipped, Reason: "of no interest"}}, Load: &l}, results.Manifest{Platform: "local"})
			want := test.want
			if want != nil {
				want = append([]string{"What this run says, of this machine and not of AWS"}, want...)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
