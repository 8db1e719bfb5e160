package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Starts that were taken beside other programs are not valid where the findings stand,
// on the page and in the text; what others took is said in any case.
func TestStartsBesideOtherPrograms(t *testing.T) {
	for _, row := range []struct {
		name   string
		others *results.OthersCPU
		says   []string
		not    []string
	}{
		{"not measured", nil, nil, []string{"The starts are NOT VALID", "other programs took"}},
		{"quiet", &results.OthersCPU{Samples: 1200, Median: 0.004, Max: 0.03, Valid: true},
			[]string{"other programs took more than 10 % of the processor time during 0 of 1,200 samples (median 0.4 %, at most 3 %)"}, []string{"The starts are NOT VALID"}},
		{"beside another run", &results.OthersCPU{Samples: 200, Median: 0.4, Max: 0.52, Disturbed: 190},
			[]string{"The starts are NOT VALID", "other programs took more than 10 % of the processor time during 190 of 200 samples (median 40 %, at most 52 %)"}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := full()
			r.OthersCPU = row.others
			var text, page bytes.Buffer
			if err := report.Text(&text, r, console.Terminal{}); err != nil {
				t.Fatal(err)
			}
			if err := report.HTML(&page, r); err != nil {
				t.Fatal(err)
			}
			for name, output := range map[string]string{
				"text": strings.Join(strings.Fields(text.String()), " "),
				"page": strings.ReplaceAll(page.String(), "\u00a0", " "),
			} {
				for _, want := range row.says {
					if !strings.Contains(output, want) {
						t.Errorf("the %s does not say %q", name, want)
					}
				}
				if n := strings.Count(output, "The starts are NOT VALID"); n > 1 {
					t.Errorf("the %s says %d times that the starts are not valid", name, n)
				}
				for _, never := range row.not {
					if strings.Contains(output, never) {
						t.Errorf("the %s says %q", name, never)
					}
				}
			}
		})
	}
}
