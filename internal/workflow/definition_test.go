package workflow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// validatorVersion is the version of npm's asl-validator that the test asks.
const validatorVersion = "4.0.0"

// validator installs asl-validator once below .build and returns its command.
func validator(t *testing.T) string {
	t.Helper()
	build, err := filepath.Abs("../../.build/npm")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(build, "asl-validator-"+validatorVersion)
	command := filepath.Join(dir, "node_modules", ".bin", "asl-validator")
	if _, err := os.Stat(command); err == nil {
		return command
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("asl-validator is not asked: npm is not installed")
	}
	if err := os.MkdirAll(build, 0o777); err != nil {
		t.Fatal(err)
	}
	// Aside and renamed, so that a test that is ended leaves no half of it.
	aside, err := os.MkdirTemp(build, ".asl-validator")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(aside) })
	install := exec.CommandContext(t.Context(), npm, "install", "--prefix", aside, "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "asl-validator@"+validatorVersion)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("asl-validator is not asked: npm cannot install it: %v\n%s", err, out)
	}
	if err := os.Rename(aside, dir); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(command); there != nil {
			t.Fatal(err)
		}
	}
	return command
}

func TestAnIndependentValidatorAcceptsTheDefinition(t *testing.T) {
	command := validator(t)
	good := definition(t)
	for _, test := range []struct {
		name string
		text []byte
		ok   bool
	}{
		{"as it is", good, true},
		{"with a state that is not there", bytes.Replace(good, []byte(`"Next": "Busy?"`), []byte(`"Next": "Idle?"`), 1), false},
		{"with a field that is not there", bytes.Replace(good, []byte(`"MaxConcurrencyPath"`), []byte(`"MaxConcurrencyPaths"`), 1), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "workflow.asl.json")
			if err := os.WriteFile(file, test.text, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), command, "--json-path", file).CombinedOutput()
			if (err == nil) != test.ok {
				t.Errorf("error %v, want it valid: %v\n%s", err, test.ok, out)
			}
		})
	}
}

type stateJSON struct {
	Type, Resource string
	TimeoutSeconds int
	ResultPath     json.RawMessage
	ResultSelector map[string]any
	Retry          []struct {
		ErrorEquals    []string
		JitterStrategy string
		BackoffRate    float64
		MaxAttempts    int
	}
	ItemProcessor *struct{ States map[string]stateJSON }
}

// Every task is tried again when Lambda is short of capacity, gives up in finite
// time, and passes on no more than it has to.
func TestTasksAreRetriedAndBounded(t *testing.T) {
	var machine struct{ States map[string]stateJSON }
	if err := json.Unmarshal(definition(t), &machine); err != nil {
		t.Fatal(err)
	}
	tasks := 0
	var walk func(path string, states map[string]stateJSON)
	walk = func(path string, states map[string]stateJSON) {
		for name, s := range states {
			at := path + "/" + name
			if s.ItemProcessor != nil {
				if string(s.ResultPath) != "null" {
					t.Errorf("%s keeps the results of its iterations", at)
				}
				walk(at, s.ItemProcessor.States)
			}
			if s.Type != "Task" {
				continue
			}
			tasks++
			if len(s.Retry) != 2 {
				t.Errorf("%s: retry is %+v, want one for Lambda and one for the store", at, s.Retry)
				continue
			}
			for _, retry := range s.Retry {
				if retry.JitterStrategy != "FULL" || retry.BackoffRate <= 1 {
					t.Errorf("%s: retry is %+v, want backoff and jitter", at, retry)
				}
			}
			// The store has retried by itself. A store that is gone must end the run soon.
			if store := s.Retry[1]; !slices.Equal(store.ErrorEquals, []string{"StoreError"}) || store.MaxAttempts > 2 {
				t.Errorf("%s: the store's retry is %+v", at, store)
			}
			for _, name := range []string{"Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.SdkClientException", "Lambda.AWSLambdaException"} {
				if !slices.Contains(s.Retry[0].ErrorEquals, name) {
					t.Errorf("%s is not tried again after %s", at, name)
				}
			}
			if s.TimeoutSeconds == 0 {
				t.Errorf("%s may wait for ever", at)
			}
			if string(s.ResultPath) != "null" && len(s.ResultSelector) == 0 {
				t.Errorf("%s keeps all that Lambda answers", at)
			}
		}
	}
	walk("", machine.States)
	if tasks < 9 {
		t.Errorf("%d tasks were looked at", tasks)
	}
	if strings.Contains(string(definition(t)), "${") {
		t.Error("a placeholder was not filled in")
	}
}
