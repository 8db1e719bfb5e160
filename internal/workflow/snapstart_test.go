package workflow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
)

// snapStartCloud has so many functions with SnapStart. Invocations that hold an
// environment last.
func snapStartCloud(n int) *workflowtest.Cloud {
	l := workflowtest.Usual()
	l.Iteration = time.Microsecond
	return workflowtest.NewCloud(l, workflowtest.SnapStartVariants(n)...)
}

// twoOfARound has two cold starts of each workload in a round.
const twoOfARound = `{"cold":6,"warm":6,"rounds":3,"seed":7,"concurrency":2}`

// checkNoVersions says whether every version was deleted.
func (h *harness) checkNoVersions(t *testing.T) {
	t.Helper()
	for _, f := range h.cloud.Functions() {
		if left := h.cloud.Versions(f.ARN); len(left) > 0 {
			t.Errorf("%s still has the versions %q", f.Variant.Name(), left)
		}
	}
}

// TestSnapStart: a run publishes one version of each function, takes restores and warm
// invocations of it in every round, and leaves no version.
func TestSnapStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, snapStartCloud(4))
		if _, _, err := h.execute(t, "run-1", twoOfARound); err != nil {
			t.Fatal(err)
		}
		if m := h.manifest(t, "run-1"); m.Status != results.RunFinished || len(m.Notes) > 0 {
			t.Errorf("the run is %s, notes %q", m.Status, m.Notes)
		}
		h.checkRestored(t)
		h.checkNoVersions(t)
		calls := h.cloud.Calls()
		for call, want := range map[string]int{"PublishVersion": 4, "DeleteFunction": 4, "UpdateFunctionConfiguration": 2 * 4} {
			if calls[call] != want {
				t.Errorf("%d calls of %s, want %d", calls[call], call, want)
			}
		}
		samples := h.samples(t)
		want := map[string]int{"hello cold": 24, "hello warm": 24, "sha256 cold": 24, "sha256 warm": 24}
		if diff := cmp.Diff(want, inSeries(samples)); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		environments := map[string]bool{}
		for _, s := range samples {
			series, ok := s.Series()
			if !ok {
				continue
			}
			if s.Answer.FunctionVersion != "1" || s.Answer.InitializationType != functions.SnapStart || s.Published.IsZero() {
				t.Errorf("version %s, %s, published at %v", s.Answer.FunctionVersion, s.Answer.InitializationType, s.Published)
			}
			if age := s.Start.Sub(s.Published); age < workflowtest.Usual().Snapshot {
				t.Errorf("a sample of a version of %v, which was still Pending", age)
			}
			if series.Temperature != results.Cold {
				continue
			}
			if s.Record.RestoreDuration == nil || environments[s.Answer.EnvironmentID] {
				t.Errorf("a cold start without a restore, or in an environment of another one: %+v", s)
			}
			environments[s.Answer.EnvironmentID] = true
		}
		for _, row := range h.variants(t, "run-1") {
			s := row.Snapshot
			if s == nil || s.Version != "1" || s.Published.IsZero() || len(s.InitMs) != 1 || s.InitMs[0] != 300 {
				t.Errorf("%v: the snapshot is %+v, want one init of 300 ms", row.Variant, s)
			}
			age := row.Find("hello", results.Cold).Metrics[results.VersionAgeS]
			if age.N != 6 || *age.Min < 180 || *age.Max <= *age.Min {
				t.Errorf("%v: the version's age is %+v", row.Variant, age)
			}
		}
	})
}

func (h *harness) variants(t *testing.T, run string) []results.VariantSummary {
	t.Helper()
	all, err := h.table.VariantsOf(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestSnapStartAfterAKill: whenever the runner is killed, no version is left behind, and
// none is published twice.
func TestSnapStartAfterAKill(t *testing.T) {
	for _, row := range []struct {
		name string
		kill func(h *harness, kill func())
		lost bool // the round's samples
	}{
		{name: "after the version was published", kill: func(h *harness, kill func()) { h.cloud.Published = kill }, lost: true},
		{name: "in the middle of a round", kill: func(h *harness, kill func()) {
			h.cloud.Alter = func(i *workflowtest.Invocation) {
				if i.Answer.Invocation == 3 {
					kill()
				}
			}
		}, lost: true},
		{name: "before the version is deleted", kill: func(h *harness, kill func()) {
			h.cloud.Refuse = func(call, _ string) error {
				if call == "DeleteFunction" {
					kill()
				}
				return nil
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHarness(t, snapStartCloud(1))
				once := false
				row.kill(h, func() {
					if !once {
						once = true
						panic(killed{})
					}
				})
				if _, _, err := h.execute(t, "run-1", twoOfARound); err != nil {
					t.Fatal(err)
				}
				if !once {
					t.Fatal("nothing was killed")
				}
				h.checkRestored(t)
				h.checkNoVersions(t)
				if n := h.cloud.Calls()["PublishVersion"]; n != 1 {
					t.Errorf("%d versions were published, want 1", n)
				}
				if m := h.manifest(t, "run-1"); (len(m.Notes) > 0) != row.lost {
					t.Errorf("notes %q", m.Notes)
				}
			})
		})
	}
}

// TestTheNextRunDeletesTheVersionOfAnAbortedOne: an execution that is stopped does nothing
// more, and its snapshot would cost by the hour.
func TestTheNextRunDeletesTheVersionOfAnAbortedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, in := begun(t, snapStartCloud(1), workflow.Input{Counts: results.Counts{Cold: 1, Warm: 1}, Seed: 1})
		if _, err := h.runner.Load().Handle(t.Context(), workflow.Request{Action: workflow.ActionVisit, Run: "run-1", Input: in, Round: 1, Function: h.cloud.Functions()[0].Variant.Name()}); err != nil {
			t.Fatal(err)
		}
		arn := h.cloud.Functions()[0].ARN
		if left := h.cloud.Versions(arn); !slices.Equal(left, []string{"1"}) {
			t.Fatalf("the aborted run has left the versions %q", left)
		}
		time.Sleep(2 * workflow.LeaseTime)
		if _, _, err := h.execute(t, "run-2", smallRun); err != nil {
			t.Fatal(err)
		}
		h.checkRestored(t)
		h.checkNoVersions(t)
		if n := h.cloud.Calls()["PublishVersion"]; n != 2 {
			t.Errorf("%d versions were published, want one of each run", n)
		}
	})
}

// TestAFailedRunDeletesItsVersions: a run that ends before the last round does not come to
// the restores of that.
func TestAFailedRunDeletesItsVersions(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not authorized to perform: lambda:DeleteFunction", Fault: smithy.FaultClient}
	for _, row := range []struct {
		name string
		deny error
		note string
		left int
	}{
		{name: "at its end"},
		{name: "unless it may not", deny: denied, note: "1 functions may have kept a version with SnapStart", left: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, in := begun(t, snapStartCloud(1), workflow.Input{Counts: results.Counts{Cold: 1, Warm: 1}, Seed: 1})
				h.cloud.Refuse = func(call, _ string) error {
					if call == "DeleteFunction" {
						return row.deny
					}
					return nil
				}
				fn := h.cloud.Functions()[0]
				if answer, _, err := h.visit(t, in, 1, "", 15*time.Minute); err != nil || answer.Done || answer.WaitSeconds != 90 {
					t.Errorf("the answer is %+v (%v), want to wait for 90 s", answer, err)
				}
				time.Sleep(workflowtest.Usual().Snapshot)
				if answer, _, err := h.visit(t, in, 1, "", 15*time.Minute); err != nil || !answer.Done || answer.WaitSeconds != 0 {
					t.Errorf("the answer is %+v (%v), want it done", answer, err)
				}
				if _, err := h.runner.Load().Handle(t.Context(), workflow.Request{Action: workflow.ActionFinish, Run: "run-1", Status: string(results.RunFailed)}); err != nil {
					t.Fatal(err)
				}
				if left := h.cloud.Versions(fn.ARN); len(left) != row.left {
					t.Errorf("the run has left the versions %q", left)
				}
				if notes := strings.Join(h.manifest(t, "run-1").Notes, "\n"); !strings.HasPrefix(notes, row.note) {
					t.Errorf("notes %q, want %q", notes, row.note)
				}
			})
		})
	}
}

func TestSnapStartRefuses(t *testing.T) {
	for _, row := range []struct {
		name    string
		prepare func(*workflowtest.Cloud)
		want    string
	}{
		{
			name: "environments that share an id", want: `wrong answer: two execution environments have the environmentId "shared"`,
			prepare: func(c *workflowtest.Cloud) {
				c.Alter = func(i *workflowtest.Invocation) { i.Answer.EnvironmentID = "shared" }
			},
		},
		{
			name: "a snapshot that is never there", want: "version 1: its state is Pending 15m",
			prepare: func(c *workflowtest.Cloud) { c.Latencies.Snapshot = time.Hour },
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := snapStartCloud(1)
				row.prepare(cloud)
				h, in := begun(t, cloud, workflow.Input{Counts: results.Counts{Cold: 4, Warm: 1, Rounds: 1}, Seed: 1})
				var err error
				for answer := (workflow.VisitResponse{}); err == nil && !answer.Done; {
					answer, _, err = h.visit(t, in, 1, answer.Cursor, 15*time.Minute)
					time.Sleep(time.Duration(answer.WaitSeconds) * time.Second)
				}
				if _, ok := errors.AsType[*workflow.MeasureError](err); !ok || !strings.Contains(err.Error(), row.want) {
					t.Errorf("error is %v, want %s", err, row.want)
				}
			})
		})
	}
}
