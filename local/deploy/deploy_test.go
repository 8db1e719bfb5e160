package deploy

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

const root = "../.."

// local reads a stage as a machine of x86_64 runs it.
func local(t *testing.T, root, name string) stage.Stage {
	t.Helper()
	s, err := stage.Read(root, name)
	if err != nil {
		t.Fatal(err)
	}
	s.Config = s.Config.Local(functions.X8664)
	return s
}

// zips names an artefact for each variant.
func zips(variants ...matrix.Variant) stack.Artifacts {
	artifacts := stack.Artifacts{}
	for _, v := range variants {
		path := fmt.Sprintf("%s-%s-%s.zip", v.Function, v.Language, v.Architecture)
		artifacts[v] = artifact.Artifact{Path: path, SHA256: hex.EncodeToString([]byte(path))}
	}
	return artifacts
}

func TestMake(t *testing.T) {
	s := local(t, root, "dev")
	var cells []matrix.Variant
	for _, v := range s.Config.Benchmarked() {
		if v.Language == "go" || v.Language == "nodejs" {
			cells = append(cells, v)
		}
	}
	plan, err := Make(Options{
		Stage: s, Cells: cells,
		Artifacts: zips(s.Config.All()...), APIKey: "the-key-of-the-stats-api",
	})
	if err != nil {
		t.Fatal(err)
	}
	got := present(t, plan)
	golden.Compare(t, "dev.golden.json", append(got, '\n'))
}

// present is a value as JSON without what is empty: a field that another
// package adds to its types says nothing about plans until one sets it.
func present(t *testing.T, value any) []byte {
	t.Helper()
	var prune func(any) any
	prune = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for key, inner := range v {
				if v[key] = prune(inner); v[key] == nil {
					delete(v, key)
				}
			}
			if len(v) == 0 {
				return nil
			}
			return v
		case []any:
			for i := range v {
				v[i] = prune(v[i])
			}
			return v
		case string, float64, bool:
			if reflect.ValueOf(v).IsZero() {
				return nil
			}
		}
		return v
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	if text, err = json.MarshalIndent(prune(tree), "", "  "); err != nil {
		t.Fatal(err)
	}
	return text
}

// TestMakeTellsUsersOfLocal keeps what users see apart from AWS's.
func TestMakeTellsUsersOfLocal(t *testing.T) {
	s := local(t, root, "dev")
	s.Region = "eu-central-1"
	plan, err := Make(Options{Stage: s, Artifacts: zips(s.Config.Modules()...)})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Deployed.Platform != deployed.Local || plan.Deployed.APIURL != "" || plan.Deployed.Region != "eu-central-1" {
		t.Errorf("deployed is %+v, want platform local, no URL yet, region eu-central-1", plan.Deployed)
	}
	if len(plan.Functions) != 2 {
		t.Errorf("%d functions, want the two modules when no cell is asked for", len(plan.Functions))
	}
}

func TestMakeWithoutModules(t *testing.T) {
	s := local(t, root, "dev")
	cell := s.Config.Benchmarked()[0]
	plan, err := Make(Options{Stage: s, Artifacts: zips(cell), Cells: []matrix.Variant{cell}})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Functions) != 1 || len(plan.APIs) != 0 || len(plan.Deployed.Functions) != 1 {
		t.Errorf("%d functions, %d APIs and %d deployed functions, want one cell and no API", len(plan.Functions), len(plan.APIs), len(plan.Deployed.Functions))
	}
}

// TestMakeKeepsToThisMachine leaves out what exists on AWS only, and puts a key of
// its own in the place of one that a secret on AWS holds.
func TestMakeKeepsToThisMachine(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Pulumi.yaml": "name: lambda-benchmark\n",
		"Pulumi.mine.yaml": "config:\n  lambda-benchmark:apiKeySecret: theirs\n  lambda-benchmark:functions:\n" +
			"    - arn: arn:aws:lambda:us-east-1:123456789012:function:theirs\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := local(t, dir, "mine")
	plan, err := Make(Options{Stage: s, Artifacts: zips(s.Config.Harness()...)})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Secrets) != 1 || plan.Secrets[0].Name != "theirs" || plan.APIKeySecret != "theirs" {
		t.Fatalf("secrets are %+v and the key is in %q, want theirs", plan.Secrets, plan.APIKeySecret)
	}
	if _, ok := plan.APIs[0].APIKeys[plan.Secrets[0].Value]; !ok {
		t.Errorf("the API admits %v, want the key in the secret", plan.APIs[0].APIKeys)
	}
	for _, f := range plan.Functions {
		if f.Variables["PLATFORM"] != "local" {
			t.Errorf("%s believes to be on %q", f.Name, f.Variables["PLATFORM"])
		}
	}
}

func TestMakeNeedsArtefacts(t *testing.T) {
	s := local(t, root, "dev")
	cell, modules := s.Config.Benchmarked()[0], s.Config.Modules()
	for _, row := range []struct {
		name    string
		options Options
		want    string
	}{
		{"a cell", Options{Cells: []matrix.Variant{cell}}, "plan stage dev: " + cell.String() + ": no artefact was built for it"},
		{"one module of two", Options{Artifacts: zips(modules[0])}, "function " + modules[1].String() + ": no artefact was built for it"},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.options.Stage = s
			_, err := Make(row.options)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error is %v, want one that says %q", err, row.want)
			}
		})
	}
}
