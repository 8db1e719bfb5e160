package differential

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
)

// The interpreter that ours is compared with.
const (
	referenceName    = "aws-local-stepfunctions"
	referenceVersion = "3.0.0"
)

// tooOld is how the driver ends where Node.js cannot run the reference.
const tooOld = 75

//go:embed testdata/driver.mjs
var driver []byte

// execution is what both interpreters are asked to do.
type execution struct {
	Name       string          `json:"-"`
	Definition json.RawMessage `json:"definition"`
	Input      any             `json:"input"`
	// Tasks are the answers to the calls of each key, in their order; the last one
	// answers all that follow.
	Tasks map[string][]answer `json:"tasks,omitempty"`
	// Waits names the Wait states that the reference does not wait in: its clock is
	// the real one, ours is synctest's.
	Waits   []string `json:"waits,omitempty"`
	Context any      `json:"context"`
	// Unchecked leaves out asl-validator, which the reference asks first: it takes
	// longer than the execution.
	Unchecked bool `json:"unchecked,omitempty"`
	// Racing says that work goes on beside a failure, so that the calls made are chance.
	Racing bool `json:"-"`
}

// answer is what one call of a task comes to.
type answer struct {
	Result any    `json:"result"`
	Error  string `json:"error,omitempty"`
	Cause  string `json:"cause,omitempty"`
}

// outcome is what became of an execution.
type outcome struct {
	Output any `json:"output"`
	// Failed says that there is an error instead, which need not have a name.
	Failed bool   `json:"failed"`
	Error  string `json:"error,omitempty"`
	Cause  string `json:"cause,omitempty"`
	// Calls are the inputs of the tasks that were called, by key.
	Calls map[string][]any `json:"calls"`
}

// keyOf says what a call is known by in the script: the function's name, and
// what of the payload tells the workflow's calls apart.
func keyOf(input any) string {
	fields, _ := input.(map[string]any)
	payload, _ := fields["Payload"].(map[string]any)
	parts := []string{fmt.Sprint(fields["FunctionName"])}
	for _, name := range []string{"action", "round", "function"} {
		if part, ok := payload[name]; ok {
			parts = append(parts, fmt.Sprint(part))
		}
	}
	return strings.Join(parts, " ")
}

// reference executes all of it in one process of Node.js.
func reference(t *testing.T, all []execution) []outcome {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("%s is not compared with: node is not installed", referenceName)
	}
	folder := installed(t)
	cases, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "driver.mjs")
	if err := os.WriteFile(script, driver, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, node, script, folder)
	command.Stdin = bytes.NewReader(cases)
	var out, complaints bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil {
		if command.ProcessState != nil && command.ProcessState.ExitCode() == tooOld {
			t.Skipf("%s is not compared with: %s", referenceName, bytes.TrimSpace(complaints.Bytes()))
		}
		t.Fatalf("%s: %v\n%s", referenceName, err, complaints.Bytes())
	}
	var outcomes []outcome
	if err := json.Unmarshal(out.Bytes(), &outcomes); err != nil {
		t.Fatalf("%s: its outcomes: %v", referenceName, err)
	}
	if len(outcomes) != len(all) {
		t.Fatalf("%s: %d outcomes of %d executions", referenceName, len(outcomes), len(all))
	}
	return outcomes
}

// installed is the folder in which npm has installed the reference, once, below .build.
func installed(t *testing.T) string {
	t.Helper()
	build, err := filepath.Abs(filepath.Join("..", "..", "..", ".build", "npm"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(build, 0o777); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(build, referenceName+"-"+referenceVersion)
	lock, err := os.OpenFile(folder+".lock", os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	for {
		free, err := filelock.Try(lock)
		if err != nil {
			t.Fatal(err)
		}
		if free {
			break
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%s: another process installs it, and does not end", referenceName)
		case <-time.After(100 * time.Millisecond):
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", referenceName, "package.json")); err == nil {
		return folder
	} else if !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skipf("%s is not compared with: npm is not installed", referenceName)
	}
	// Aside and renamed, so that an installation that is ended leaves no half of it.
	aside, err := os.MkdirTemp(build, "."+referenceName)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(aside)
	install := exec.CommandContext(t.Context(), npm, "install", "--prefix", aside, "--ignore-scripts", "--no-save",
		"--no-audit", "--no-fund", "--silent", referenceName+"@"+referenceVersion)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("%s is not compared with: npm cannot install it: %v\n%s", referenceName, err, out)
	}
	if err := os.Rename(aside, folder); err != nil {
		t.Fatal(err)
	}
	return folder
}
