package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The A/A test is in every report, and at its head where it failed.
func TestAA(t *testing.T) {
	finds := []results.Finds{{Temperature: results.Cold, Percentile: 50, Least: 0.041, Most: 0.123}, {Percentile: 99, Least: 0.2, Most: 0.2}}
	const found = "The smallest difference that this run finds in 80 % of all cases: cold starts, median: 4.1 to 12 %; load test, p99: 20 %."
	for _, row := range []struct {
		name  string
		aa    *results.AA
		doubt bool
		want  []string
	}{
		{"not made", nil, false, nil},
		{"passed", &results.AA{Comparisons: 56, Different: 2, Allowed: 7, Finds: finds}, false, []string{"2 of 56 comparisons were called different, and chance allows 7.", found}},
		{"failed", &results.AA{Comparisons: 56, Different: 8, Allowed: 7}, true, []string{"8 of 56 comparisons were called different"}},
		{"too small", &results.AA{Finds: finds}, false, []string{"no series is large enough", found}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := run(summary(30, 120), manifest())
			r.AA = row.aa
			var page bytes.Buffer
			if err := report.HTML(&page, r); err != nil {
				t.Fatal(err)
			}
			plain := strings.Join(strings.Fields(text(t, r, console.Terminal{})), " ")
			shown := strings.Join(strings.Fields(strings.ReplaceAll(page.String(), "\u00a0", " ")), " ")
			for format, got := range map[string]string{"text": plain, "HTML": shown} {
				for _, want := range row.want {
					if !strings.Contains(got, want) {
						t.Errorf("the %s lacks %q", format, want)
					}
				}
				if has := strings.Contains(got, "DOUBT: this run finds differences"); has != row.doubt {
					t.Errorf("the %s has a doubt: %v", format, has)
				}
			}
			if row.doubt != strings.HasPrefix(plain, "DOUBT") {
				t.Errorf("the text begins with %q", plain[:60])
			}
		})
	}
}
