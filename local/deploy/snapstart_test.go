package deploy

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// request is what a role has to allow.
type request struct{ action, resource string }

// watched is a Lambda that remembers what it was asked for, of functions whose names
// begin with prefix.
type watched struct {
	*workflowtest.Cloud
	prefix string

	mu       sync.Mutex
	requests map[request]bool
}

func (w *watched) note(call string, function, qualifier *string) {
	resource := w.prefix + (*function)[strings.LastIndexByte(*function, ':')+1:]
	if qualifier != nil {
		resource += ":" + *qualifier
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests[request{"lambda:" + call, resource}] = true
}

func (w *watched) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, o ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	w.note("GetFunction", in.FunctionName, in.Qualifier)
	return w.Cloud.GetFunction(ctx, in, o...)
}

func (w *watched) UpdateFunctionConfiguration(ctx context.Context, in *lambda.UpdateFunctionConfigurationInput, o ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error) {
	w.note("UpdateFunctionConfiguration", in.FunctionName, nil)
	return w.Cloud.UpdateFunctionConfiguration(ctx, in, o...)
}

func (w *watched) Invoke(ctx context.Context, in *lambda.InvokeInput, o ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	w.note("InvokeFunction", in.FunctionName, in.Qualifier)
	return w.Cloud.Invoke(ctx, in, o...)
}

func (w *watched) PublishVersion(ctx context.Context, in *lambda.PublishVersionInput, o ...func(*lambda.Options)) (*lambda.PublishVersionOutput, error) {
	w.note("PublishVersion", in.FunctionName, nil)
	return w.Cloud.PublishVersion(ctx, in, o...)
}

func (w *watched) ListVersionsByFunction(ctx context.Context, in *lambda.ListVersionsByFunctionInput, o ...func(*lambda.Options)) (*lambda.ListVersionsByFunctionOutput, error) {
	w.note("ListVersionsByFunction", in.FunctionName, nil)
	return w.Cloud.ListVersionsByFunction(ctx, in, o...)
}

func (w *watched) DeleteFunction(ctx context.Context, in *lambda.DeleteFunctionInput, o ...func(*lambda.Options)) (*lambda.DeleteFunctionOutput, error) {
	w.note("DeleteFunction", in.FunctionName, in.Qualifier)
	return w.Cloud.DeleteFunction(ctx, in, o...)
}

// snapStartRequests is what a run of one cell with SnapStart asks Lambda for.
func snapStartRequests(t *testing.T, prefix string) map[request]bool {
	t.Helper()
	cell := workflowtest.SnapStartVariants(1)[0]
	w := &watched{prefix: prefix, requests: map[request]bool{}}
	synctest.Test(t, func(t *testing.T) {
		w.Cloud = workflowtest.NewCloud(workflowtest.Usual(), cell)
		table := &workflowtest.Table{}
		if err := w.Fill(t.Context(), table); err != nil {
			t.Fatal(err)
		}
		runner := &workflow.Runner{Lambda: w, Store: table, Platform: deployed.AWS}
		handle := func(q workflow.Request) any {
			answer, err := runner.Handle(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		q := workflow.Request{Execution: "run", Run: "run", Round: 1, Function: cell.Name(), Input: workflow.Input{Counts: results.Counts{Cold: 1, Rounds: 1}, Seed: 1}}
		q.Defaults, q.Action = q.Input, workflow.ActionBegin
		q.Input = handle(q).(workflow.BeginResponse).Input
		for q.Action = workflow.ActionVisit; ; {
			answer := handle(q).(workflow.VisitResponse)
			if answer.Done {
				break
			}
			time.Sleep(time.Duration(answer.WaitSeconds) * time.Second)
		}
		q.Action = workflow.ActionRestore
		handle(q)
	})
	return w.requests
}

// TestTheRunnerMayMeasureSnapStart runs what no machine but AWS can run against the role
// that the stack makes: it allows all of it, and each statement about versions is needed.
func TestTheRunnerMayMeasureSnapStart(t *testing.T) {
	s := local(t, root, "dev")
	s.Config.Include = matrix.Selection{matrix.SnapStart}
	plan, err := Make(Options{Stage: s, Artifacts: zips(s.Config.All()...)})
	if err != nil {
		t.Fatal(err)
	}
	role := plan.Roles[slices.IndexFunc(plan.Roles, func(r iam.Role) bool { return strings.HasSuffix(r.Name, "-"+stage.Runner) })]
	prefix := ""
	for _, p := range role.Policies {
		for _, s := range p.Statements {
			if s.Sid == "Measure" {
				prefix = strings.TrimSuffix(s.Resources[0], "hello-*")
			}
		}
	}
	requests := snapStartRequests(t, prefix)
	for r := range requests {
		if !role.Allows(r.action, r.resource) {
			t.Errorf("the runner may not %s on %s", r.action, r.resource)
		}
	}
	function := prefix + workflowtest.SnapStartVariants(1)[0].Name()
	plain := prefix + workflowtest.SnapStartVariants(1)[0].WithoutSnapStart().Name()
	for _, denied := range []request{
		{"lambda:DeleteFunction", function},
		{"lambda:DeleteFunction", plain + ":1"},
		{"lambda:PublishVersion", plain},
	} {
		if role.Allows(denied.action, denied.resource) {
			t.Errorf("the runner may %s on %s", denied.action, denied.resource)
		}
	}
	for i, p := range role.Policies {
		for j, s := range p.Statements {
			if !strings.HasSuffix(s.Sid, "Versions") {
				continue
			}
			for k, action := range s.Actions {
				without := role
				without.Policies = slices.Clone(role.Policies)
				without.Policies[i].Statements = slices.Clone(p.Statements)
				without.Policies[i].Statements[j].Actions = slices.Delete(slices.Clone(s.Actions), k, k+1)
				needed := false
				for r := range requests {
					needed = needed || !without.Allows(r.action, r.resource)
				}
				if !needed {
					t.Errorf("statement %s: nothing needs %s", s.Sid, action)
				}
			}
		}
	}
}
