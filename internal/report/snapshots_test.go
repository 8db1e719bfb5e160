package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// TestSnapshots: what cells with SnapStart were restored from is said apart, and their
// column of the environment's start has the restore.
func TestSnapshots(t *testing.T) {
	for _, row := range []struct {
		name string
		init []float64
		want string
	}{
		{"one init", []float64{2310}, "version 4, 3 to 4 minutes old at its cold starts, init of the snapshot 2310 ms"},
		{"several", []float64{2310, 1980.5, 2400}, "version 4, 3 to 4 minutes old at its cold starts, 3 inits of the snapshot, 1980 to 2400 ms"},
		{"a log without one", nil, "version 4, 3 to 4 minutes old at its cold starts, no init of the snapshot in the log"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := generations("us-east-1")
			for i, v := range r.Variants {
				if v.Snapshot != nil {
					r.Variants[i].Snapshot = &results.Snapshot{Version: v.Snapshot.Version, InitMs: row.init}
				}
			}
			want := "hello java21 x86_64 512 MB SnapStart: " + row.want
			if text := strings.Join(strings.Fields(text(t, r, console.Terminal{})), " "); !strings.Contains(text, want) {
				t.Errorf("the text lacks %q", want)
			}
			// The page keeps numbers and their units on one line.
			page := strings.ReplaceAll(html(t, r), "\u00a0", " ")
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
			for _, v := range r.Variants {
				if v.Variant.SnapStart && v.Variant.Runtime == "java21" && len(v.Series) > 0 {
					restore := *v.Find("sha256", results.Cold).Metrics[results.RestoreMs].P50
					if cell := fmt.Sprintf("<td>%.0f</td>", restore); !strings.Contains(page, cell) {
						t.Errorf("the page lacks the restore, %s", cell)
					}
				}
			}
		})
	}
}

// TestNoSnapshots: other runs have nothing of it.
func TestNoSnapshots(t *testing.T) {
	r := run(summary(30, 120), manifest())
	if text := text(t, r, console.Terminal{}); strings.Contains(text, "SnapStart") {
		t.Error("a run without SnapStart speaks of it")
	}
}
