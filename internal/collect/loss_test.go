package collect_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/collect"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
)

// A record that never comes is lost by name, after the patience and no later.
func TestWhatNeverComesIsLostByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		latencies := workflowtest.Usual()
		latencies.Ingestion = 24 * time.Hour
		cloud := workflowtest.NewCloud(latencies, workflowtest.Variants(1)...)
		cloud.Alter = func(i *workflowtest.Invocation) { i.NoTail = i.N == 1 }
		b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 2, Warm: 2, WarmUp: 1}, Seed: 1})
		began := time.Now()
		passes := b.collect(t)
		if waited := time.Since(began); waited < collect.Patience-time.Minute || waited > collect.Patience+time.Minute || passes > 30 {
			t.Errorf("%d passes in %v", passes, waited)
		}
		sum := b.tally(t)
		if diff := cmp.Diff(map[string]int{collect.LossNoRecord: 1}, sum.Losses); diff != "" || sum.Stored != 7 {
			t.Errorf("%d stored, losses (-want +got):\n%s", sum.Stored, diff)
		}
		if _, err := b.collector.Handle(t.Context(), collect.Request{Action: collect.ActionAggregate, Run: "run-1"}); err != nil {
			t.Fatal(err)
		}
		run, _, err := b.table.Run(t.Context(), "run-1")
		want := []string{"hello-nodejs18-arm64-128: 1 of 8 samples are lost: 1 no record in the logs"}
		if diff := cmp.Diff(want, run.Manifest.Notes); diff != "" || err != nil {
			t.Errorf("error %v, notes (-want +got):\n%s", err, diff)
		}
	})
}

// Whatever is wrong with one function's log, the others are collected, and what the
// bad one loses has a name.
func TestABadFunctionIsALossOfItsOwn(t *testing.T) {
	const bad = "hello-nodejs18-arm64-128"
	refused := func(code string, fault smithy.ErrorFault) func(*workflowtest.Cloud) {
		return func(c *workflowtest.Cloud) {
			c.Refuse = func(call, of string) error {
				if call == "FilterLogEvents" && of == "/aws/lambda/"+bad {
					return &smithy.GenericAPIError{Code: code, Message: "no", Fault: fault}
				}
				return nil
			}
		}
	}
	// flood appends events to the bad function's log, beside its first one.
	flood := func(n int, message string) func(*workflowtest.Cloud) {
		return func(c *workflowtest.Cloud) {
			c.EditLog("/aws/lambda/"+bad, func(events []workflowtest.LogEvent) []workflowtest.LogEvent {
				var all []workflowtest.LogEvent
				for i := range n {
					e := events[0]
					e.ID, e.Message = fmt.Sprintf("flood-%d", i), message
					all = append(all, e)
				}
				return append(all, events...)
			})
		}
	}
	for _, test := range []struct {
		name string
		bad  func(*workflowtest.Cloud)
		loss string // empty if nothing is lost
		soon bool   // without waiting for records that cannot come
	}{
		{"its log group is gone", refused("ResourceNotFoundException", smithy.FaultClient), collect.LossNoLog, true},
		{"its log may not be read", refused("AccessDeniedException", smithy.FaultClient), collect.LossUnreadableLog, true},
		{"its log is throttled for good", refused("ThrottlingException", smithy.FaultClient), collect.LossUnreadableLog, false},
		{"the service fails for good", refused("ServiceUnavailableException", smithy.FaultServer), collect.LossUnreadableLog, false},
		{"its log has more than 200 pages", flood(100_001, "so much to say\n"), collect.LossLongLog, true},
		{"a malformed line of 68 kB", flood(1, "REPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: x"+strings.Repeat("\x00", 68_000)), "", true},
		{"more malformed lines than are stored", flood(1500, "REPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: x ms\n"), "", true},
		{"a record of 300 kB", flood(1, "REPORT RequestId: 00000000-0000-4000-8000-000000000000\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 1 MB\tMore: "+strings.Repeat("x", 300_000)+"\n"), "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := workflowtest.NewCloud(workflowtest.Usual(), workflowtest.Variants(3)...)
				cloud.Alter = func(i *workflowtest.Invocation) { i.NoTail = i.N%4 == 0 }
				b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 4, Warm: 8, WarmUp: 1}, Seed: 1})
				time.Sleep(time.Minute) // every line can be read
				test.bad(cloud)
				began := time.Now()
				b.collect(t)
				if waited := time.Since(began); test.soon && waited > 2*time.Minute || waited > 2*collect.Patience {
					t.Errorf("it took %v", waited)
				}
				all, err := collect.Tallies(t.Context(), b.table, "run-1")
				if err != nil || len(all) != 3 {
					t.Fatalf("%d tallies, error %v, want 3", len(all), err)
				}
				for _, tally := range all {
					if tally.Function != bad || test.loss == "" {
						if tally.Stored != 24 || tally.Late == 0 {
							t.Errorf("%s: %d of 24 samples stored, %d supplied", tally.Function, tally.Stored, tally.Late)
						}
						continue
					}
					if tally.Unrecorded[test.loss] == 0 || tally.Losses[test.loss] != 24-tally.Stored {
						t.Errorf("%s: %+v, want losses named %q", tally.Function, tally, test.loss)
					}
				}
				if n := len(b.table.Raw("run-1")); n > 1000 {
					t.Errorf("%d raw lines are stored", n)
				}
			})
		})
	}
}

// A line that the function prints itself does not replace the platform's REPORT.
func TestAFunctionsOwnReportDoesNotCount(t *testing.T) {
	for _, offset := range []time.Duration{0, time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			variants := workflowtest.Variants(1)
			cloud := workflowtest.NewCloud(workflowtest.Usual(), variants...)
			cloud.Alter = func(i *workflowtest.Invocation) { i.NoTail = true }
			b := sample(t, cloud, workflow.Input{Counts: results.Counts{Cold: 2, Warm: 4, WarmUp: 1}, Seed: 1})
			forged := 0
			cloud.EditLog("/aws/lambda/"+variants[0].Name(), func(events []workflowtest.LogEvent) []workflowtest.LogEvent {
				var all []workflowtest.LogEvent
				for i, e := range events {
					if strings.HasPrefix(e.Message, "REPORT") {
						id := strings.Fields(e.Message)[2]
						own := e
						// IDs grow with time, as CloudWatch Logs' do.
						own.ID, own.Timestamp = fmt.Sprintf("%06d-a", i), e.Timestamp.Add(-offset)
						own.Message = "REPORT RequestId: " + id + "\tDuration: 0.01 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 1 MB\t\n"
						all = append(all, own)
						forged++
					}
					e.ID = fmt.Sprintf("%06d-b", i)
					all = append(all, e)
				}
				return all
			})
			b.collect(t)
			for _, s := range b.samples(t) {
				if *s.Record.Duration < time.Millisecond {
					t.Errorf("offset %v: a sample has the function's own record %+v", offset, s.Record)
				}
				if first := s.Answer.Invocation == 1; first != (s.Record.Extra[collect.InitStartTime] != "") {
					t.Errorf("offset %v: invocation %d has the init %q", offset, s.Answer.Invocation, s.Record.Extra[collect.InitStartTime])
				}
			}
			if sum := b.tally(t); forged == 0 || sum.Events.Duplicates != forged || sum.Events.Reports != forged {
				t.Errorf("offset %v: %d lines were forged, and the log has %+v", offset, forged, sum.Events)
			}
		})
	}
}
