package stack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// workshop builds everything but some languages.
type workshop struct {
	missing map[string]error

	mu    sync.Mutex
	built map[string]int
}

func (w *workshop) Build(_ context.Context, f functions.Function, runtime string, arch functions.Architecture) (artifact.Artifact, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.missing[f.Language]; err != nil {
		return artifact.Artifact{}, fmt.Errorf("build %s for %s: %w", f.Source, arch, err)
	}
	what := f.Source + " " + runtime + " " + string(arch)
	if w.built == nil {
		w.built = map[string]int{}
	}
	w.built[what]++
	return artifact.Artifact{Path: what}, nil
}

func TestBuild(t *testing.T) {
	c, err := stage.ParseConfig(map[string]string{"memoryMB": "[128, 512]"})
	if err != nil {
		t.Fatal(err)
	}
	variants := append(c.Benchmarked(), c.Modules()...)
	var w workshop
	artifacts, err := build(t.Context(), &w, variants)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range variants {
		row, err := stage.Row(v)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%s %s %s", row.Source, v.Runtime, v.Architecture); artifacts[v].Path != want {
			t.Errorf("%v has the artefact of %q, want %q", v, artifacts[v].Path, want)
		}
	}
	if len(artifacts) != len(variants) {
		t.Errorf("%d artefacts for %d variants", len(artifacts), len(variants))
	}
	// Seven runtimes on two architectures, and two modules on one; memory sizes are
	// not built apart.
	if len(w.built) != 16 {
		t.Errorf("%d builds, want 16: %v", len(w.built), w.built)
	}
	for what, n := range w.built {
		if n != 1 {
			t.Errorf("%s was built %d times", what, n)
		}
	}
}

func TestBuildNamesAllThatIsMissing(t *testing.T) {
	c, err := stage.ParseConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	noSDK, noJDK := errors.New("no .NET 8 SDK"), errors.New("no JDK 21")
	_, err = build(t.Context(), &workshop{missing: map[string]error{"dotnet": noSDK, "java": noJDK}}, c.Benchmarked())
	if !errors.Is(err, noSDK) || !errors.Is(err, noJDK) {
		t.Fatalf("error is %v, want both causes", err)
	}
	want := "build hello/dotnet for arm64: no .NET 8 SDK\nbuild hello/dotnet for x86_64: no .NET 8 SDK\n" +
		"build hello/java for arm64: no JDK 21\nbuild hello/java for x86_64: no JDK 21"
	if err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%v", err, want)
	}
}

func TestReadConfig(t *testing.T) {
	for _, row := range []struct {
		name, config, err string
		want              int // sizes
	}{
		{name: "the stage's", config: `{"lambda-benchmark:memoryMB":"[128,512]","aws:region":"us-east-1"}`, want: 2},
		{name: "none", config: "", want: 1},
		{name: "unknown key", config: `{"lambda-benchmark:memory":"512"}`, err: "config memory: there is no such key"},
		{name: "another project's key", config: `{"other:memory":"512"}`, want: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv(pulumi.EnvConfig, row.config)
			var c stage.Config
			err := pulumi.RunErr(func(ctx *pulumi.Context) (err error) {
				c, err = readConfig(ctx)
				return err
			}, pulumi.WithMocks("lambda-benchmark", "dev", &recorder{}))
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Errorf("error is %v, want one that says %q", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(c.MemoryMB) != row.want {
				t.Errorf("sizes are %v, want %d of them", c.MemoryMB, row.want)
			}
		})
	}
}
