package report

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// OthersCPUText says in words what other programs took of the machine's processors.
func OthersCPUText(o results.OthersCPU) string {
	return fmt.Sprintf("other programs took more than %s %% of the processor time during %s of %s (median %s %%, at most %s %%)",
		percent(results.MaxOthersCPU), grouped(int64(o.Disturbed)), counted(int64(o.Samples), "sample"), percent(o.Median), percent(o.Max))
}

func percent(share float64) string { return fmt.Sprintf("%.3g", 100*share) }

// othersCPUFinding is the doubt about starts that were taken beside other programs.
func othersCPUFinding(o results.OthersCPU) finding {
	return finding{
		Subject: "The starts are NOT VALID", Doubt: true,
		Text: OthersCPUText(o) + ", which could explain what is said of cold starts and warm invocations; end them and measure again",
	}
}
