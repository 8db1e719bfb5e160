package stack

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	env "github.com/lambda-benchmark/lambda-benchmark/internal/harness"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// TestWorkflow checks what the stack deploys: a definition that has the stage's
// input, and a schedule that overrides none of it.
func TestWorkflow(t *testing.T) {
	resources, _ := define(t, "dev", map[string]string{"cold": "7", "warm": "8", "rounds": "3", "mapConcurrency": "4", "scaleOut": "java"})
	seen := 0
	for _, r := range resources {
		switch short(r.typ) {
		case "sfn/StateMachine":
			seen++
			definition := []byte(r.inputs["definition"].(string))
			if _, err := states.Parse(definition); err != nil {
				t.Errorf("definition: %v", err)
			}
			var got struct {
				States struct {
					Begin struct {
						Parameters struct {
							Payload struct{ Defaults workflow.Input }
						}
					}
				}
			}
			if err := json.Unmarshal(definition, &got); err != nil {
				t.Fatal(err)
			}
			want := workflow.Input{Counts: results.Counts{Rounds: 3, Cold: 7, Warm: 8, WarmUp: 1, Iterations: 2000, Concurrency: 4, ScaleOut: []string{"java"}}}
			if diff := cmp.Diff(want, got.States.Begin.Parameters.Payload.Defaults); diff != "" {
				t.Errorf("input (-want +got):\n%s", diff)
			}
		case "scheduler/Schedule":
			seen++
			if input := r.inputs["target"].(map[string]any)["input"]; input != "{}" {
				t.Errorf("the schedule's input is %v", input)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d of state machine and schedule, want both", seen)
	}
}

// The functions of the harness know the version, and the table the hashes of what
// is measured. A measured function depends on neither: another commit does not
// deploy it again.
func TestVersionAndHashes(t *testing.T) {
	resources, _ := define(t, "dev", nil)
	versions, hashes := 0, 0
	for _, r := range resources {
		switch short(r.typ) {
		case "lambda/Function":
			variables, _ := r.inputs["environment"].(map[string]any)["variables"].(map[string]any)
			_, ok := variables[env.Version]
			if ok != (variables[env.TableName] != nil) {
				t.Errorf("%s has the variables %v", r.name, variables)
			}
			if ok {
				versions++
			}
		case "dynamodb/TableItem":
			var item struct{ Data struct{ S string } }
			var f deployed.Function
			if err := json.Unmarshal([]byte(r.inputs["item"].(string)), &item); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(item.Data.S), &f); err != nil {
				t.Fatal(err)
			}
			if f.SHA256 == "" {
				t.Errorf("the item of %s has no hash", f.Variant)
			}
			hashes++
		}
	}
	if versions != 3 || hashes == 0 {
		t.Errorf("%d functions with a version and %d items with a hash, want 3 and some", versions, hashes)
	}
}
