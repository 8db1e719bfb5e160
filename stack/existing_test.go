package stack

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

const nothingBenchmarked = "nodejs,python,dotnet,java,go,rust"

// TestExistingFunction follows a function that the stack did not make to where
// it is measured.
func TestExistingFunction(t *testing.T) {
	resources, outputs := define(t, "dev", map[string]string{
		"exclude":   nothingBenchmarked,
		"functions": `[{"arn": "` + existingARN + `:live", "payload": {"n": 1}}]`,
	})
	want := deployed.Function{
		Variant: matrix.Variant{Function: "theirs", Language: "nodejs", Runtime: "nodejs20.x", Architecture: functions.X8664, MemoryMB: 256},
		ARN:     existingARN, Qualifier: "live", LogGroup: "/aws/lambda/theirs", Payload: json.RawMessage(`{"n": 1}`),
	}
	if diff := cmp.Diff(want, value(t, outputs.Deployed).Functions[0]); diff != "" {
		t.Errorf("deployed (-want +got):\n%s", diff)
	}
	for _, r := range resources {
		switch short(r.typ) + " " + r.name {
		case "dynamodb/TableItem existing-theirs-nodejs20-x86-64-256":
			var item struct{ Data struct{ S string } }
			if err := json.Unmarshal([]byte(r.inputs["item"].(string)), &item); err != nil {
				t.Fatal(err)
			}
			var got deployed.Function
			if err := json.Unmarshal([]byte(item.Data.S), &got); err != nil {
				t.Fatal(err)
			}
			if got.ARN != existingARN || got.Owned {
				t.Errorf("the workflow is told of %+v", got)
			}
		case "iam/RolePolicy runner":
			if policy := r.inputs["policy"].(string); !strings.Contains(policy, existingARN+`:*"`) || strings.Contains(policy, "ReconfigureExisting") {
				t.Errorf("the runner may not invoke the function through an alias, or may change it: %s", policy)
			}
		case "iam/RolePolicy collector":
			if policy := r.inputs["policy"].(string); !strings.Contains(policy, "log-group:/aws/lambda/theirs:*") {
				t.Errorf("the collector may not read the function's logs: %s", policy)
			}
		}
	}
}

func TestExistingRefuses(t *testing.T) {
	for _, row := range []struct{ name, arn, want string }{
		{"another region", "arn:aws:lambda:eu-central-1:123456789012:function:theirs", "functions of its own account and region only, whose ARNs begin with arn:aws:lambda:us-east-1:123456789012:function:"},
		{"a version of one that is there", existingARN + `:live"}, {"arn": "` + existingARN, "could not be told apart"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := stage.ParseConfig(map[string]string{"functions": `[{"arn": "` + row.arn + `"}]`})
			if err != nil {
				t.Fatal(err)
			}
			var r recorder
			err = pulumi.RunErr(func(ctx *pulumi.Context) error {
				_, err := Define(ctx, c, zips(c.All()))
				return err
			}, pulumi.WithMocks("lambda-benchmark", "dev", &r))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error is %v, want one that says %q", err, row.want)
			}
			if len(r.resources) > 0 {
				t.Errorf("%d resources were made before the refusal", len(r.resources))
			}
		})
	}
}

func TestLanguageOf(t *testing.T) {
	for runtime, want := range map[string]string{
		"nodejs22.x": "nodejs", "python3.11": "python", "java8.al2": "java", "dotnet8": "dotnet", "ruby3.4": "ruby", "provided.al2023": "provided", "provided": "provided",
	} {
		if got := languageOf(runtime); got != want {
			t.Errorf("languageOf(%s) = %s, want %s", runtime, got, want)
		}
	}
}
