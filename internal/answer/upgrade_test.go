package answer_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// in is the cell as one of a language.
func (c cell) in(language string) cell { c.language = language; return c }

// TestUpgradesToSnapStart has steps to SnapStart, and from it to the next generation's.
func TestUpgradesToSnapStart(t *testing.T) {
	snap := func(c cell) cell { c.snapStart = true; return c }
	dotnet8, dotnet10 := hello("dotnet8", 300, 5).in("dotnet"), hello("dotnet10", 200, 5).in("dotnet")
	a := only(run(deployed.AWS, dotnet8, snap(dotnet8), dotnet10, snap(dotnet10), hello("provided.al2023", 10, 1).in("dotnet")))
	var steps []string
	for _, u := range a.Upgrades {
		steps = append(steps, u.From+" to "+u.To)
		if len(u.Ratios) != 2 || u.Ratios[0].Pairs != 1 {
			t.Errorf("%s to %s has the ratios %+v, want one of each measure", u.From, u.To, u.Ratios)
		}
	}
	if want := []string{
		"dotnet8 to dotnet8 SnapStart", "dotnet8 to dotnet10", "dotnet8 SnapStart to dotnet10 SnapStart", "dotnet10 to dotnet10 SnapStart", "dotnet10 to dotnet-aot",
	}; !slices.Equal(steps, want) {
		t.Errorf("steps are %q, want %q", steps, want)
	}
}

func TestUpgrades(t *testing.T) {
	r := run(deployed.AWS,
		hello("python3.11", 80, 2).in("python"), hello("python3.9", 100, 2).in("python").samples(900, 1500),
		hello("nodejs24.x", 90, 5).in("nodejs"), hello("nodejs18.x", 100, 5).in("nodejs"), hello("nodejs22.x", 130, 5).in("nodejs"),
		hello("nodejs24.x", 90, 5).in("nodejs").on(arm), hello("nodejs18.x", 100, 5).in("nodejs").on(arm), hello("nodejs22.x", 130, 5).in("nodejs").on(arm),
		hello("java21", 300, 5).in("java"), hello("java25", 200, 5).in("java").on(arm),
		hello("rust", 10, 1).in("rust"),
	)
	all := only(r).Upgrades
	var steps []string
	for _, u := range all {
		steps = append(steps, u.From+" to "+u.To)
	}
	if want := []string{"java21 to java25", "nodejs18.x to nodejs22.x", "nodejs22.x to nodejs24.x", "python3.9 to python3.11"}; !slices.Equal(steps, want) {
		t.Fatalf("steps are %q, want %q", steps, want)
	}
	for i, row := range []struct {
		pairs      int
		cold       verdict.Word
		deprecated string
	}{
		{pairs: 0}, // the two have no cell in common
		{pairs: 2, cold: verdict.Slower, deprecated: "2025-09-01"},
		{pairs: 2, cold: verdict.Faster},
		{pairs: 1, cold: verdict.Faster},
	} {
		t.Run(steps[i], func(t *testing.T) {
			u := all[i]
			if row.pairs == 0 {
				if len(u.Ratios) != 0 || len(u.Pairs) != 0 {
					t.Errorf("%+v, want no ratio", u)
				}
				return
			}
			if len(u.Ratios) != 2 || len(u.Pairs) != 2*row.pairs {
				t.Fatalf("%d ratios and %d pairs, want one of each measure and %d pairs", len(u.Ratios), len(u.Pairs), row.pairs)
			}
			for _, r := range u.Ratios {
				if r.A != u.To || r.B != u.From || r.Pairs != row.pairs {
					t.Errorf("%+v, want %s over %s", r, u.To, u.From)
				}
				if r.Measure.Temperature == results.Cold && r.Word != row.cold {
					t.Errorf("cold starts are %s: %+v, want %s", r.Word, r, row.cold)
				}
			}
			text, err := json.Marshal(u.Lifecycle)
			if err != nil {
				t.Fatal(err)
			}
			if deprecated := `"deprecated":"` + row.deprecated + `"`; row.deprecated != "" && !strings.Contains(string(text), deprecated) || row.deprecated == "" && u.Lifecycle != nil {
				t.Errorf("dates are %s, want %s", text, deprecated)
			}
		})
	}
}

// TestUpgradesSpeakLikeTheAnswer wants the words of an upgrade to be those of the answer
// about runtimes: one pair of levels has one word.
func TestUpgradesSpeakLikeTheAnswer(t *testing.T) {
	a := only(run(deployed.AWS, hello("nodejs18.x", 100, 5).in("nodejs"), hello("nodejs22.x", 104, 5.1).in("nodejs"), hello("nodejs24.x", 108, 5.2).in("nodejs"), hello("go", 10, 1).in("go")))
	for _, u := range a.Upgrades {
		for _, r := range u.Ratios {
			if !slices.ContainsFunc(find(t, a, answer.Runtime).Combined, func(c answer.Ratio) bool {
				return c.A == u.From && c.B == u.To && c.Measure == r.Measure && c.Reversed().Word == r.Word && *c.Ratio == 1 / *r.Ratio
			}) {
				t.Errorf("%+v is not among the answer's", r)
			}
			open := r.Word == verdict.Undecided && r.Reason.Kind == verdict.MoreSamples
			if needs := slices.ContainsFunc(u.Needs, func(n answer.Needs) bool { return n.Measure == r.Measure && n.Samples[0] > 0 && n.Cells == 2 }); needs != open {
				t.Errorf("%s, %s: %+v, and needs are %+v", u.From, r.Measure.Temperature, r.Reason, u.Needs)
			}
		}
	}
}
