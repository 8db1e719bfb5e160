package stack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

// TestResources compares every resource of a stage, with all its properties,
// to a file that is reviewed like code.
func TestResources(t *testing.T) {
	resources, _ := define(t, "dev", nil)
	var text strings.Builder
	for _, r := range resources {
		r.write(&text)
	}
	golden.Compare(t, "dev.golden", text.String())
}

func (r recorded) write(w *strings.Builder) {
	fmt.Fprintf(w, "%s %s\n", short(r.typ), r.name)
	for _, key := range slices.Sorted(maps.Keys(r.inputs)) {
		if key == "code" || key == "source" {
			continue // the artefact's path
		}
		text, ok := r.inputs[key].(string)
		if !ok {
			data, err := json.Marshal(r.inputs[key])
			if err != nil {
				panic(err)
			}
			text = string(data)
		}
		var document bytes.Buffer
		isDocument := key == "content" || strings.Contains(text, `"Statement"`)
		if isDocument && json.Indent(&document, []byte(text), "    ", "  ") == nil {
			text = document.String()
		}
		fmt.Fprintf(w, "    %s: %s\n", key, text)
	}
	if len(r.ignoreChanges) > 0 {
		fmt.Fprintf(w, "    (ignores changes of %s)\n", strings.Join(r.ignoreChanges, ", "))
	}
	if len(r.after) > 0 {
		fmt.Fprintf(w, "    (after %s)\n", strings.Join(r.after, ", "))
	}
}

func TestCounts(t *testing.T) {
	for _, row := range []struct {
		name, typ string
		values    map[string]string
		want      int
	}{
		{"one size", "lambda/Function", nil, 19},
		{"prod", "lambda/Function", map[string]string{"memoryMB": "[128, 512, 1769]"}, 47},
		{"a log group each, and the workflow's", "cloudwatch/LogGroup", map[string]string{"memoryMB": "[128, 512, 1769]"}, 48},
		{"a language left out", "lambda/Function", map[string]string{"exclude": "java"}, 17},
		{"a shared runtime left out never touches the modules", "lambda/Function", map[string]string{"exclude": "nodejs22.x"}, 17},
		{"a language left out never touches the harness", "lambda/Function", map[string]string{"exclude": "go"}, 17},
		{"nothing to benchmark needs no role for it", "iam/Role", map[string]string{"exclude": "nodejs,python,dotnet,java,go,rust"}, 7},
		{"provisioned", "lambda/ProvisionedConcurrencyConfig", nil, 2},
		{"runtimes that the provider takes", "lambda/Function", map[string]string{"include": "current"}, 25},
		{"and those that it refuses have log groups too", "cloudwatch/LogGroup", map[string]string{"include": "current"}, 34},
		{"and the workflow is told of them", "dynamodb/TableItem", map[string]string{"include": "current"}, 28},
		{"by one stack for one size", "cloudformation/Stack", map[string]string{"include": "current"}, 1},
		{"by one for each", "cloudformation/Stack", map[string]string{"include": "current", "memoryMB": "[128, 512, 1769]"}, 3},
		{"by none if there is none of them", "cloudformation/Stack", map[string]string{"include": "python3.12"}, 0},
		{"nor a bucket", "s3/BucketV2", nil, 0},
		{"not provisioned", "lambda/ProvisionedConcurrencyConfig", map[string]string{"provisionedConcurrency": "0"}, 0},
		{"the workflow is told of every benchmarked function", "dynamodb/TableItem", nil, 14},
		{"and of those that exist", "dynamodb/TableItem", map[string]string{"functions": `[{"arn": "` + existingARN + `"}]`}, 15},
		{"a secret of our own", "secretsmanager/Secret", nil, 1},
		{"a secret of somebody else", "secretsmanager/Secret", map[string]string{"apiKeySecret": "theirs"}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			resources, _ := define(t, "dev", row.values)
			n := 0
			for _, r := range resources {
				if short(r.typ) == row.typ {
					n++
				}
			}
			if n != row.want {
				t.Errorf("%d of %s, want %d", n, row.typ, row.want)
			}
		})
	}
}

// everywhere are the actions that AWS has no resource-level permissions for.
var everywhere = []string{
	"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
	"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
}

// TestLeastPrivilege walks every policy: a resource is "*" only where AWS has
// no resource-level permissions, and all else is this stage's own, or a
// function that the stage names.
func TestLeastPrivilege(t *testing.T) {
	resources, _ := define(t, "dev", map[string]string{"include": "current", "functions": `[{"arn": "` + existingARN + `", "reconfigure": true}]`})
	var roles []string
	for _, r := range resources {
		if short(r.typ) != "iam/RolePolicy" {
			continue
		}
		roles = append(roles, r.name)
		policy, err := iam.ParsePolicy([]byte(r.inputs["policy"].(string)))
		if err != nil {
			t.Fatalf("policy of %s: %v", r.name, err)
		}
		for _, s := range policy.Statements {
			if s.Sid == "" {
				t.Errorf("role %s: a statement that says nothing about itself: %v", r.name, s.Actions)
			}
			for _, a := range s.Actions {
				passes := a == "iam:PassRole" && !slices.Equal(s.Resources, []string{"arn:aws:iam/Role:us-east-1:123456789012:lambda-benchmark-dev-hello"})
				if strings.Contains(a, "*") || a == "logs:CreateLogGroup" || passes {
					t.Errorf("role %s may %s", r.name, a)
				}
			}
			for _, on := range s.Resources {
				switch {
				case on == "*":
					for _, a := range s.Actions {
						if !slices.Contains(everywhere, a) {
							t.Errorf("role %s may %s on every resource", r.name, a)
						}
					}
				case !ownOrNamed(on):
					t.Errorf("role %s may %v on %s, which is not only this stage's", r.name, s.Actions, on)
				}
			}
		}
	}
	if diff := cmp.Diff([]string{"cloudformation", "collector", "commonjs", "esmodule", "hello", "runner", "schedule", "statsapi", "workflow"}, roles); diff != "" {
		t.Errorf("roles with a policy (-want +got):\n%s", diff)
	}
}

// TestTrust lets the services that act for a resource of this stage assume its
// roles, and the same services for other resources not.
func TestTrust(t *testing.T) {
	const account, workflow = "123456789012", "arn:aws:states:us-east-1:123456789012:stateMachine:lambda-benchmark-dev-workflow"
	resources, _ := define(t, "dev", map[string]string{"include": "java25"})
	for _, row := range []struct {
		name, role, service string
		from                iam.Source
		want                bool
	}{
		{"the workflow", "workflow", "states.amazonaws.com", iam.Source{AccountID: account, ARN: workflow}, true},
		{"a child of the workflow's map", "workflow", "states.amazonaws.com", iam.Source{AccountID: account, ARN: workflow + "/Functions"}, true},
		{"another workflow", "workflow", "states.amazonaws.com", iam.Source{AccountID: account, ARN: workflow + "2"}, false},
		{"another account's", "workflow", "states.amazonaws.com", iam.Source{AccountID: "210987654321", ARN: workflow}, false},
		{"the schedule", "schedule", "scheduler.amazonaws.com", iam.Source{AccountID: account, ARN: "arn:aws:scheduler:us-east-1:123456789012:schedule-group/default"}, true},
		{"another group of schedules", "schedule", "scheduler.amazonaws.com", iam.Source{AccountID: account, ARN: "arn:aws:scheduler:us-east-1:123456789012:schedule-group/mine"}, false},
		{"another account's schedule", "schedule", "scheduler.amazonaws.com", iam.Source{AccountID: "210987654321", ARN: "arn:aws:scheduler:us-east-1:210987654321:schedule-group/default"}, false},
		{"a CloudFormation stack", "cloudformation", "cloudformation.amazonaws.com", iam.Source{AccountID: account, ARN: "arn:aws:cloudformation:us-east-1:123456789012:stack/lambda-benchmark-dev-functions-512/1"}, true},
		{"a CloudFormation stack without the account", "cloudformation", "cloudformation.amazonaws.com", iam.Source{ARN: "arn:aws:cloudformation:us-east-1:123456789012:stack/lambda-benchmark-dev-functions-512/1"}, true},
		{"another CloudFormation stack", "cloudformation", "cloudformation.amazonaws.com", iam.Source{AccountID: account, ARN: "arn:aws:cloudformation:us-east-1:123456789012:stack/theirs/1"}, false},
		{"another account's", "cloudformation", "cloudformation.amazonaws.com", iam.Source{AccountID: "210987654321", ARN: "arn:aws:cloudformation:us-east-1:210987654321:stack/lambda-benchmark-dev-functions-512/1"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			i := slices.IndexFunc(resources, func(r recorded) bool { return short(r.typ) == "iam/Role" && r.name == row.role })
			trust, err := iam.ParseTrust([]byte(resources[i].inputs["assumeRolePolicy"].(string)))
			if err != nil {
				t.Fatal(err)
			}
			if got := (iam.Role{Trust: trust}).Trusts(row.service, row.from); got != row.want {
				t.Errorf("trusted: %v, want %v", got, row.want)
			}
		})
	}
}

// TestReservedConcurrency limits the module functions, and no other, and only if asked to.
func TestReservedConcurrency(t *testing.T) {
	for _, row := range []struct {
		name   string
		values map[string]string
		want   []string
	}{
		{"no limit", nil, nil},
		{"25", map[string]string{"moduleReservedConcurrency": "25"}, []string{"commonjs-nodejs22-arm64-512 25", "esmodule-nodejs22-arm64-512 25"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			resources, _ := define(t, "dev", row.values)
			var got []string
			for _, r := range resources {
				if reserved, ok := r.inputs["reservedConcurrentExecutions"]; ok {
					got = append(got, fmt.Sprint(r.name, " ", reserved))
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, row.want) {
				t.Errorf("reserved concurrency is %q, want %q", got, row.want)
			}
		})
	}
}

func ownOrNamed(resource string) bool {
	for _, part := range []string{"lambda-benchmark-dev-", "/lambda-benchmark/dev/", existingARN, "log-group:/aws/lambda/theirs:"} {
		if strings.Contains(resource, part) {
			return true
		}
	}
	return false
}

func TestOutputs(t *testing.T) {
	_, outputs := define(t, "dev", map[string]string{"exclude": "nodejs,python,dotnet,java,rust", "moduleMemoryMB": "1024"})
	got := value(t, outputs.Deployed)
	entry := func(name, language, runtime, architecture string, memory int, qualifier string) deployed.Function {
		v := matrix.Variant{Function: name, Language: language, Runtime: runtime, MemoryMB: memory}
		v.Architecture = "arm64"
		if architecture != "" {
			v.Architecture = "x86_64"
		}
		physical := "lambda-benchmark-dev-" + v.Name()
		return deployed.Function{
			Variant: v, ARN: "arn:aws:lambda/Function:us-east-1:123456789012:" + physical,
			LogGroup: "/aws/lambda/" + physical, Qualifier: qualifier, Owned: true,
			SHA256: fmt.Sprintf("hash of %s-%s-%s.zip", name, language, v.Architecture),
		}
	}
	want := deployed.Stack{
		Platform: deployed.AWS, Region: "us-east-1", Stage: "dev", APIURL: "https://api.example/modules", APIRequestsPerSecond: 200,
		WorkflowARN: "arn:aws:sfn/StateMachine:us-east-1:123456789012:lambda-benchmark-dev-workflow", Table: "lambda-benchmark-dev-results",
		Functions: []deployed.Function{
			entry("hello", "go", "provided.al2023", "", 512, ""),
			entry("hello", "go", "provided.al2023", "x86_64", 512, ""),
			entry("commonjs", "nodejs", "nodejs22.x", "", 1024, "live"),
			entry("esmodule", "nodejs", "nodejs22.x", "", 1024, "live"),
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deployed (-want +got):\n%s", diff)
	}
}

// TestBenchmarkedAlone keeps the benchmarked functions where nothing else can be
// built.
func TestBenchmarkedAlone(t *testing.T) {
	c, err := stage.ParseConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	resources, outputs := defineArtifacts(t, "dev", c, zips(c.Benchmarked()))
	kinds := map[string]int{}
	for _, r := range resources {
		kinds[short(r.typ)]++
	}
	want := map[string]int{
		"cloudwatch/LogGroup": 14, "lambda/Function": 14, "iam/Role": 1, "iam/RolePolicy": 1,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	if got := value(t, outputs.Deployed); got.APIURL != "" || len(got.Functions) != 14 {
		t.Errorf("deployed has API %q and %d functions, want none and 14", got.APIURL, len(got.Functions))
	}
}

func TestDefineRefuses(t *testing.T) {
	c, err := stage.ParseConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	all := zips(c.All())
	withoutRunner := maps.Clone(all)
	maps.DeleteFunc(withoutRunner, func(v matrix.Variant, _ artifact.Artifact) bool { return v.Function == stage.Runner })
	withoutModule := maps.Clone(all)
	delete(withoutModule, c.Modules()[0])
	stranger := maps.Clone(all)
	stranger[matrix.Variant{Function: "hello", Language: "perl", Runtime: "perl5"}] = all[c.Modules()[0]]
	for _, row := range []struct {
		name, stage string
		artifacts   Artifacts
		want        string
	}{
		{"a stage with a dash", "dev-1", all, `stage "dev-1": a stage's name is made of small letters and digits`},
		{"a stage too long for AWS", "aratherlongnameforastage", all, "choose a shorter stage name"},
		{"one module function without an artefact", "dev", withoutModule, "commonjs nodejs22.x arm64 512 MB: no artefact"},
		{"one harness function without an artefact", "dev", withoutRunner, "runner go arm64 1769 MB: no artefact"},
		{"an artefact of a function that is not in the catalogue", "dev", stranger, "no row of functions.json"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := pulumi.RunErr(func(ctx *pulumi.Context) error {
				_, err := Define(ctx, c, row.artifacts)
				return err
			}, pulumi.WithMocks("lambda-benchmark", row.stage, &recorder{}))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error is %v, want one that says %q", err, row.want)
			}
		})
	}
}
