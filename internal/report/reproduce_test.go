package report

import (
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

func TestCommandOfARunLikeIt(t *testing.T) {
	for _, test := range []struct {
		name     string
		manifest results.Manifest
		want     string
	}{
		{
			"local", results.Manifest{Tool: "local", Stage: "dev", Seed: 7, Settings: results.Settings{Only: []string{"go", "nodejs22.x"}, SSMLatencyMs: new(20.0)}},
			"go run ./local -stage dev -seed 7 -only go,nodejs22.x -ssm-latency 20ms",
		},
		{
			"loadgen", results.Manifest{Tool: "loadgen", Seed: 7, Targets: []string{"esmodule", "commonjs"}, Settings: results.Settings{URL: "https://api.example/dev?a=1&b=2", Phases: []string{"60s@10"}, Method: "GET", Arrivals: "poisson", TimeoutMs: 10000}},
			"go run ./loadgen -url 'https://api.example/dev?a=1&b=2' -targets /esmodule,/commonjs -seed 7 -phase 60s@10 -method GET -arrivals poisson -timeout 10000ms",
		},
		{
			"a closed loop", results.Manifest{Tool: "loadgen", Seed: 7, Targets: []string{"x"}, Settings: results.Settings{URL: "http://127.0.0.1:1", Conns: 8, DurationSeconds: 5}},
			"go run ./loadgen -url http://127.0.0.1:1 -targets /x -seed 7 -rate max -conns 8 -duration 5s",
		},
		{
			"a body that is not recorded", results.Manifest{Tool: "loadgen", Seed: 7, Targets: []string{"x"}, Settings: results.Settings{URL: "http://127.0.0.1:1", BodyBytes: 12}},
			"",
		},
		{
			"the workflow on AWS", results.Manifest{Tool: "workflow", Platform: deployed.AWS, Stage: "prod", Seed: 7, Counts: &results.Counts{Cold: 30, Warm: 120, Rounds: 10}},
			`aws stepfunctions start-execution --state-machine-arn "$(pulumi stack output workflowArn --stack prod)" --input '{"cold":30,"warm":120,"rounds":10,"seed":7}'`,
		},
		{"nothing is known", results.Manifest{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := command(test.manifest); got != test.want {
				t.Errorf("the command is\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestQuoted(t *testing.T) {
	for word, want := range map[string]string{"": "''", "60s@10": "60s@10", "a b": "'a b'", "it's": `'it'\''s'`, "$(rm)": "'$(rm)'"} {
		if got := quoted(word); got != want {
			t.Errorf("%q is %s, want %s", word, got, want)
		}
	}
}
