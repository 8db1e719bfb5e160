package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// full is a run with a load test, whose first target has a long name.
func full() results.Run {
	s := summary(30, 120)
	l := load(600)
	l.Targets[0].Name = "v1/customers/orders/positions/esmodule"
	l.Judge(options)
	s.Load, s.Thresholds = &l, conditions()
	return run(s, manifest())
}

func text(t *testing.T, r results.Run, terminal console.Terminal) string {
	t.Helper()
	var b strings.Builder
	if err := report.Text(&b, r, terminal); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Nothing is wider than the terminal from 80 columns on, and columns go in the stated order.
func TestTextFitsTheTerminal(t *testing.T) {
	for _, row := range []struct{ given, want int }{{80, 80}, {90, 90}, {100, 100}, {250, 100}, {40, 80}} {
		t.Run(fmt.Sprint(row.given), func(t *testing.T) {
			got := text(t, full(), console.Terminal{Width: row.given})
			widest := 0
			for line := range strings.Lines(got) {
				if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > row.want {
					t.Errorf("%d columns: %s", n, line)
				} else {
					widest = max(widest, n)
				}
			}
			if widest < row.want-10 {
				t.Errorf("no line has more than %d columns", widest)
			}
			if row.given == 80 {
				golden.Compare(t, "full-80.txt", got)
			}
		})
	}
}

var sequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestTextIsColouredOnATerminal(t *testing.T) {
	r := full()
	plain := text(t, r, console.Terminal{Width: 100})
	coloured := text(t, r, console.Terminal{Width: 100, Color: true})
	if got := sequence.ReplaceAllString(coloured, ""); got != plain {
		t.Errorf("without its colours the text is\n%s\nwant\n%s", got, plain)
	}
	for _, want := range []string{"is \x1b[32mfaster\x1b[0m than", "\x1b[1;31mBREACHED\x1b[0m", "\x1b[32mvalid\x1b[0m"} {
		if !strings.Contains(coloured, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if strings.ContainsAny(plain, "\x1b\x01\x02\x03\x04") {
		t.Error("a pipe gets colours or their marks")
	}
}

func TestEnding(t *testing.T) {
	one := load(600)
	one.Targets, one.Comparison = one.Targets[:1], nil
	single := loadTest(one, manifest())
	single.Thresholds = conditions()[2:]
	invalid := load(600)
	invalid.Generator.Valid = false
	for _, row := range []struct {
		name string
		r    results.Run
		page string
		want []string // lines
	}{
		{"a whole run", full(), "out/x/report.html", []string{
			"Fastest cold start of sha256, 2,000 iterations: rust with a median of 7.80 ms, then go (15.7 ms); it", "The load test is valid.", "report: out/x/report.html"}},
		{"one target", single, "", []string{
			"esmodule: p50 3.23 ms, p99 7.05 ms, 0 of 600 requests without an answer",
			"fail if errors>0.1%: BREACHED, errors of commonjs: 1 % (6 of 600)", "The load test is valid."}},
		{"not valid", loadTest(invalid, manifest()), "r.html", []string{"All requests: the same at the median and p90, undecided at p99", "report: r.html"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var b strings.Builder
			if err := report.Ending(&b, row.r, row.page, console.Terminal{}); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
			for _, want := range row.want {
				if !strings.Contains("\n"+b.String(), "\n"+want+"\n") {
					t.Errorf("there is no line %q in\n%s", want, b.String())
				}
			}
			if last := row.want[len(row.want)-1]; lines[len(lines)-1] != last {
				t.Errorf("the last line is %q, want %q", lines[len(lines)-1], last)
			}
			if valid := strings.Contains(b.String(), "is valid"); valid != row.r.Load.Generator.Valid {
				t.Errorf("it says that the load test is valid: %v", valid)
			}
		})
	}
}

// What a function, a server or a run directory says cannot steer the terminal.
func TestTextFromOutsideIsClean(t *testing.T) {
	const evil = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u009b31m\nPASS"
	r := full()
	m, l := &r.Manifest, r.Load
	m.Version, m.Region, m.Notes = evil, evil, []string{evil}
	m.Machine, m.Knobs = map[string]string{evil: evil}, map[string]string{evil: evil}
	for i := range r.Variants {
		r.Variants[i].Reason += evil
		if r.Variants[i].RanOn != nil {
			r.Variants[i].RanOn.Version += evil
		}
	}
	target := &l.Targets[0]
	target.Name, target.Failed, target.Examples = evil, map[string]int64{evil: 1}, map[string]string{evil: evil}
	target.Classes[0].Initialization = evil
	l.Generator.Engine, l.Comparison.A = evil, evil
	p := results.Pair{
		Before: results.PairSide{Label: evil, Runs: []results.PairRun{{ID: evil}}}, After: results.PairSide{Label: "b", Runs: []results.PairRun{{ID: "b"}}},
		Differences: []results.SetupDifference{{What: evil, Before: evil}}, Doubts: []results.Doubt{{Run: evil, Kind: results.WasKilled}},
		Targets: []results.PairTarget{{Name: evil, Comparison: *l.Comparison}},
	}
	var b strings.Builder
	for _, write := range []func() error{
		func() error { return report.Text(&b, r, console.Terminal{Color: true, Width: 90}) },
		func() error { return report.Ending(&b, r, evil, console.Terminal{}) },
		func() error { return report.HTML(&b, r) },
		func() error { return report.HGRM(&b, r) },
		func() error { return results.WriteJSON(&b, r) },
		func() error { return report.PairText(&b, p, console.Terminal{}) },
		func() error { return results.WriteJSON(&b, p) },
	} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
		got := sequence.ReplaceAllString(b.String(), "")
		if i := strings.IndexAny(got, "\x1b\x07\u202e\u009b"); i >= 0 || strings.Contains(got, "\nPASS") {
			t.Errorf("it can: %q", got[max(0, i-60):min(len(got), max(0, i)+60)])
		}
		b.Reset()
	}
	if r.Manifest.Version != evil {
		t.Error("the record itself was changed")
	}
}
