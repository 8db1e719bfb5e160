package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/lambda-benchmark/lambda-benchmark"

// imports is what the go command says of a package: its own imports, those of
// its tests left out.
type imports struct {
	ImportPath string
	Name       string
	Imports    []string
}

// TestImportsPointOneWay keeps the rules of CONTRIBUTING.md.
func TestImportsPointOneWay(t *testing.T) {
	packages := list(t)
	mains := map[string]bool{}
	for _, p := range packages {
		mains[inside(p.ImportPath)] = p.Name == "main"
	}
	for _, p := range packages {
		for _, imported := range p.Imports {
			if why := forbidden(inside(p.ImportPath), inside(imported), mains[inside(imported)]); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

// forbidden says why a package must not import another, or "". Paths of this
// module are without the module's.
func forbidden(from, to string, toMain bool) string {
	switch {
	case within(to, "github.com/pulumi"):
		if from != "." && from != "stack" && from != "local/deploy" {
			return "only main.go, stack and local/deploy know Pulumi"
		}
	case !isOurs(to):
		return ""
	case to == "internal/golden":
		return "only tests import package golden: it has a flag of the command line"
	case toMain:
		return "a main is not imported"
	case from == "functions":
		return "package functions is data and imports nothing of ours"
	case from == "internal/matrix" && to != "functions":
		return "package matrix imports functions only"
	case within(from, "functions/harness") && !within(to, "internal") && to != "functions" && to != "loadgen/attack":
		return "the mains of functions/harness import internal and loadgen/attack only"
	case within(from, "internal") && !within(to, "internal") && to != "functions":
		return "internal is what the others share, and imports none of them"
	case within(to, "internal") && layerOf(from) < layerOf(to):
		return "imports point from the steps of a run to its record, and from the record to the leaves"
	case within(from, "loadgen") && (within(to, "stack") || within(to, "local")):
		return "loadgen runs without stack and local"
	case from == "report" && !within(to, "internal"):
		return "report shows and judges what is there: it imports internal only"
	case within(from, "stack") && (within(to, "local") || within(to, "loadgen")):
		return "stack is what is deployed, wherever that is"
	}
	return ""
}

// layers are the packages of internal that are no leaves. A package imports none
// of a higher layer than its own.
var layers = map[string]int{
	"internal/results": 1, "internal/results/dynamo": 1, "internal/results/resultstest": 1,
	"internal/bench": 2, "internal/workflow": 2, "internal/workflow/workflowtest": 2, "internal/collect": 2,
	"internal/answer": 2, "internal/stage": 2, "internal/threshold": 2, "internal/pair": 2, "internal/report": 2, "internal/harness": 2,
	"internal/statsapi": 3, "internal/statsapi/client": 3, "internal/baseline": 3,
}

// layerOf is 0 for the leaves, and above every layer of internal for all that is not in it.
func layerOf(path string) int {
	if !within(path, "internal") {
		return math.MaxInt
	}
	return layers[path]
}

// isOurs tells this module's packages from all others. The standard library's
// internal folder cannot be imported, so it cannot be taken for ours.
func isOurs(path string) bool {
	for _, folder := range []string{".", "functions", "internal", "local", "loadgen", "report", "stack"} {
		if within(path, folder) {
			return true
		}
	}
	return false
}

// within says whether a path is a folder or in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// inside is a package's path inside this module, "." for the root; other
// modules' packages keep theirs.
func inside(path string) string {
	if path == module {
		return "."
	}
	return strings.TrimPrefix(path, module+"/")
}

func list(t *testing.T) []imports {
	t.Helper()
	// -e, because what does not compile is for the compiler to say.
	out, err := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Imports", "./...").Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, failed.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var packages []imports
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p imports
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 2 {
		t.Fatalf("go list names %d packages, want the whole module", len(packages))
	}
	return packages
}

func TestForbidden(t *testing.T) {
	for _, row := range []struct {
		name, from, to string
		toMain         bool
		want           bool
	}{
		{name: "functions and the standard library", from: "functions", to: "encoding/json"},
		{name: "functions and ours", from: "functions", to: "internal/matrix", want: true},
		{name: "matrix and functions", from: "internal/matrix", to: "functions"},
		{name: "matrix and another", from: "internal/matrix", to: "internal/results", want: true},
		{name: "main and Pulumi", from: ".", to: "github.com/pulumi/pulumi/sdk/v3/go/pulumi"},
		{name: "local/deploy and Pulumi", from: "local/deploy", to: "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"},
		{name: "local and Pulumi", from: "local", to: "github.com/pulumi/pulumi/sdk/v3/go/pulumi", want: true},
		{name: "golden outside of tests", from: "internal/report", to: "internal/golden", want: true},
		{name: "a main", from: "local", to: "loadgen", toMain: true, want: true},
		{name: "loadgen and local", from: "loadgen/attack", to: "local/gateway", want: true},
		{name: "loadgen and stack", from: "loadgen", to: "stack", want: true},
		{name: "loadgen and internal", from: "loadgen/attack", to: "internal/latency"},
		{name: "local and loadgen", from: "local", to: "loadgen/attack"},
		{name: "internal and local", from: "internal/bench", to: "local/lambda", want: true},
		{name: "internal and functions", from: "internal/artifact", to: "functions"},
		{name: "a leaf and the record", from: "internal/latency", to: "internal/results", want: true},
		{name: "the record and a leaf", from: "internal/results", to: "internal/latency"},
		{name: "the record and a step", from: "internal/results", to: "internal/report", want: true},
		{name: "report and internal", from: "report", to: "internal/pair"},
		{name: "report and loadgen", from: "report", to: "loadgen/attack", want: true},
		{name: "stack and local", from: "stack", to: "local/iam", want: true},
		{name: "harness and internal", from: "functions/harness/runner", to: "internal/bench"},
		{name: "harness and attack", from: "functions/harness/loadworker", to: "loadgen/attack"},
		{name: "harness and stack", from: "functions/harness/runner", to: "stack", want: true},
		{name: "others", from: "internal/results", to: "golang.org/x/sync/errgroup"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if why := forbidden(row.from, row.to, row.toMain); (why != "") != row.want {
				t.Errorf("forbidden(%s, %s) = %q, want a reason: %v", row.from, row.to, why, row.want)
			}
		})
	}
}
