package collect_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
)

// TestSnapshot: the init phases behind a snapshot come from the log of the time before the
// first invocation, and a log that has none, or cannot be read, ends nothing.
func TestSnapshot(t *testing.T) {
	line := func(message string, at time.Time) workflowtest.LogEvent {
		return workflowtest.LogEvent{ID: message, Stream: "2026/11/25/[1]another", Message: message + "\n", Timestamp: at}
	}
	for _, row := range []struct {
		name   string
		edit   func([]workflowtest.LogEvent) []workflowtest.LogEvent
		denied bool
		want   []float64
	}{
		{name: "one init", want: []float64{300}},
		{
			name: "two inits, and the function's own lines", want: []float64{300, 412.5},
			edit: func(all []workflowtest.LogEvent) []workflowtest.LogEvent {
				at := all[0].Timestamp.Add(time.Second)
				return append(all, line("INIT_REPORT Init Duration: 412.50 ms", at), line("INIT_REPORT of my own", at), line("loading", at))
			},
		},
		{
			name: "an init after the first invocation", want: []float64{300},
			edit: func(all []workflowtest.LogEvent) []workflowtest.LogEvent {
				return append(all, line("INIT_REPORT Init Duration: 412.50 ms\tPhase: invoke\tStatus: error", all[0].Timestamp.Add(time.Hour)))
			},
		},
		{
			name: "no init in the log",
			edit: func(all []workflowtest.LogEvent) []workflowtest.LogEvent {
				return slices.DeleteFunc(all, func(e workflowtest.LogEvent) bool { return e.Message[:4] == "INIT" })
			},
		},
		{name: "a log that may not be read", denied: true},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				latencies := workflowtest.Usual()
				latencies.Iteration = time.Microsecond
				cloud := workflowtest.NewCloud(latencies, workflowtest.SnapStartVariants(1)...)
				b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 1, Warm: 1}, Seed: 1})
				if row.edit != nil {
					cloud.EditLog(cloud.Functions()[0].LogGroup, row.edit)
				}
				if row.denied {
					cloud.Refuse = func(call, _ string) error {
						if call == "FilterLogEvents" {
							return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no", Fault: smithy.FaultClient}
						}
						return nil
					}
				}
				b.collect(t)
				all, err := b.table.VariantsOf(t.Context(), "run-1")
				if err != nil || len(all) != 1 || all[0].Status != results.Measured || all[0].Reason != "" {
					t.Fatalf("%d cells, the first %s: %s (%v)", len(all), all[0].Status, all[0].Reason, err)
				}
				s := all[0].Snapshot
				if s == nil || s.Version != "1" || s.Published.IsZero() || !slices.Equal(s.InitMs, row.want) {
					t.Errorf("the snapshot is %+v, want inits of %v ms", s, row.want)
				}
			})
		})
	}
}
