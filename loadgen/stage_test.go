package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

func TestStage(t *testing.T) {
	dir := pulumiDir(t)
	url := modules(t, 0)
	stack := `{"platform":"aws","region":"eu-west-1","stage":"dev","apiUrl":"` + url + `","functions":[]}`
	throttled := func(limit int) string {
		return `{"deployed":` + strings.Replace(stack, `"functions"`, fmt.Sprintf(`"apiRequestsPerSecond":%d,"functions"`, limit), 1) + `}`
	}
	quoted, err := json.Marshal(stack)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, path, outputs, stage string
		code                       int
		stderr                     string
	}{
		{"a stack", dir, `{"apiUrl":"` + url + `","deployed":` + string(quoted) + `}`, "dev", commandline.OK, ""},
		{"a stack that is described as an object", dir, `{"deployed":` + stack + `}`, "dev", commandline.OK, ""},
		{"as many requests as its API takes", dir, throttled(200), "dev", commandline.OK, ""},
		{"one more than its API takes", dir, throttled(199), "dev", commandline.Usage, "up to 200 requests/s are planned for its API, which takes 199 and answers 429 to the others: plan fewer (-rate is for each target), or raise the limit: pulumi config set moduleRequestsPerSecond 200 --stack dev && pulumi up --stack dev"},
		{"an empty stack", dir, `{}`, "dev", commandline.Usage, "no output apiUrl"},
		{"no JSON", dir, `x`, "dev", commandline.Usage, "read the stack's outputs"},
		{"another stage", dir, `{}`, "prod", commandline.Usage, "no stack named"},
		{"no pulumi", t.TempDir(), "", "dev", commandline.Usage, "pulumi is not on the PATH"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("PATH", row.path)
			t.Setenv(fakePulumi, row.outputs)
			code, stdout, stderr := command(t, with(short, "-stage", row.stage, "-format", "json")...)
			if code != row.code && !(code == commandline.NotValid && row.code == commandline.OK) || !strings.Contains(stderr, row.stderr) {
				t.Fatalf("exit code %d, want %d with %q:\n%s", code, row.code, row.stderr, stderr)
			}
			if row.code != commandline.OK {
				return
			}
			if m := conserved(t, stdout).Manifest; m.Platform != "aws" || m.Region != "eu-west-1" || m.Stage != "dev" {
				t.Errorf("the manifest is %+v", m)
			}
		})
	}
}

// TestThrottle compares the plan with what the stage's API takes.
func TestThrottle(t *testing.T) {
	const api, elsewhere = "https://api.example/dev", "https://other.example/x"
	for _, row := range []struct {
		name    string
		limit   int
		targets []string
		phases  []pace.Phase
		shared  bool
		refused string
	}{
		{"the limit is not known", 0, []string{api + "/a"}, pace.At(1e6, time.Second), false, ""},
		{"each target has the rate", 100, []string{api + "/a", api + "/b"}, pace.At(60, time.Second), false, "up to 120 requests/s"},
		{"the targets share the rate", 100, []string{api + "/a", api + "/b"}, pace.At(60, time.Second), true, ""},
		{"a target elsewhere", 100, []string{api + "/a", elsewhere}, pace.At(60, time.Second), false, ""},
		{"the top of a ramp", 100, []string{api + "/a"}, []pace.Phase{{Duration: time.Second, From: 1, To: 100.5}}, false, "moduleRequestsPerSecond 101 --stack dev"},
	} {
		t.Run(row.name, func(t *testing.T) {
			lt := &loadTest{settings: &settings{url: api, stage: "dev"}, stack: deployed.Stack{APIRequestsPerSecond: row.limit}}
			for _, url := range row.targets {
				lt.attack.Targets = append(lt.attack.Targets, attack.Target{URL: url})
			}
			lt.attack.Schedule = pace.Schedule{Targets: len(row.targets), Phases: row.phases, Shared: row.shared}
			err := lt.checkThrottle()
			if (err != nil) != (row.refused != "") || err != nil && !strings.Contains(err.Error(), row.refused) {
				t.Errorf("error is %v, want one with %q", err, row.refused)
			}
		})
	}
}
