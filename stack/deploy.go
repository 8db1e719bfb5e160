package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// Deploy is the program that the Pulumi engine runs.
//
// It is strict: a function that cannot be built stops it, because a resource
// that is missing from a run is one that Pulumi deletes. Config exclude leaves
// functions out on purpose.
func Deploy(ctx *pulumi.Context) error {
	c, err := readConfig(ctx)
	if err != nil {
		return err
	}
	if err := runPreflight(ctx, c); err != nil {
		return err
	}
	region, err := aws.GetRegion(ctx, nil)
	if err != nil {
		return fmt.Errorf("ask AWS for the region: %w", err)
	}
	estimate, err := c.Estimate(region.Name)
	if err != nil {
		return err
	}
	if err := ctx.Log.Info("This stage costs "+estimate.Sentence()+" (go run ./local -estimate -stage "+ctx.Stack()+" shows each item).", nil); err != nil {
		return err
	}
	root, err := rootFolder(ctx)
	if err != nil {
		return err
	}
	builder := &artifact.Builder{
		Root: root,
		Dir:  filepath.Join(root, ".build"),
		Progress: func(format string, args ...any) {
			// Shown while it lasts; a message that cannot be shown is no reason to stop.
			_ = ctx.Log.Info(fmt.Sprintf(format, args...), &pulumi.LogArgs{Ephemeral: true})
		},
	}
	artifacts, err := build(ctx.Context(), builder, c.All())
	if err != nil {
		return err
	}
	outputs, err := Define(ctx, c, artifacts)
	if err != nil {
		return err
	}
	outputs.export(ctx)
	return nil
}

// preflightTime bounds what preflight waits for, all in all.
const preflightTime = 20 * time.Second

// runPreflight asks the account before anything is built or made.
func runPreflight(ctx *pulumi.Context, c stage.Config) error {
	n, err := stage.NewNames(ctx.Project(), ctx.Stack())
	if err != nil {
		return err
	}
	a, err := connect(ctx)
	if err != nil {
		return ctx.Log.Warn(fmt.Sprintf("preflight: nothing was asked of AWS: %v", err), nil)
	}
	limited, cancel := context.WithTimeout(ctx.Context(), preflightTime)
	defer cancel()
	warnings, err := stage.Preflight(limited, c, n, a, time.Now())
	for _, w := range warnings {
		if err := ctx.Log.Warn("preflight: "+w, nil); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("preflight: %w", err)
	}
	return nil
}

// readConfig reads the stage's configuration from the engine.
func readConfig(ctx *pulumi.Context) (stage.Config, error) {
	values := map[string]string{}
	var secret []string
	for _, key := range stage.Keys() {
		if value, ok := ctx.GetConfig(ctx.Project() + ":" + key); ok {
			values[key] = value
		}
	}
	// A context answers for a key but does not list them, so the unknown ones
	// are found where the engine has put them all.
	var all map[string]string
	if text := os.Getenv(pulumi.EnvConfig); text != "" {
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			return stage.Config{}, fmt.Errorf("config: %s: %w", pulumi.EnvConfig, err)
		}
	}
	for name, value := range all {
		if key, ours := strings.CutPrefix(name, ctx.Project()+":"); ours {
			values[key] = value
		}
	}
	for key := range values {
		if ctx.IsConfigSecret(ctx.Project() + ":" + key) {
			secret = append(secret, key)
		}
	}
	return stage.ParseConfig(values, secret...)
}

// rootFolder is where Pulumi.yaml is, and so the root of the repository.
func rootFolder(ctx *pulumi.Context) (string, error) {
	if root := ctx.RootDirectory(); root != "" {
		return root, nil
	}
	return os.Getwd() // the engine starts programs there
}

// builder makes artefacts; an [artifact.Builder] is the real one.
type builder interface {
	Build(ctx context.Context, f functions.Function, runtime string, arch functions.Architecture) (artifact.Artifact, error)
}

// build makes the artefact of every variant, each source, runtime and
// architecture once. It reports everything that cannot be built, not only the first.
func build(ctx context.Context, b builder, variants []matrix.Variant) (Artifacts, error) {
	type target struct {
		source, runtime string
		arch            functions.Architecture
	}
	variantsOf := map[target][]matrix.Variant{}
	rowsOf := map[target]functions.Function{}
	for _, v := range variants {
		row, err := stage.Row(v)
		if err != nil {
			return nil, err
		}
		t := target{row.Source, v.Runtime, v.Architecture}
		variantsOf[t] = append(variantsOf[t], v)
		rowsOf[t] = row
	}
	var (
		mu        sync.Mutex
		artifacts = Artifacts{}
		errs      []error
		group     errgroup.Group
	)
	group.SetLimit(runtime.NumCPU())
	for t, variants := range variantsOf {
		group.Go(func() error {
			zip, err := b.Build(ctx, rowsOf[t], t.runtime, t.arch)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err) // it says what could not be built
				return nil               // the others are tried too
			}
			for _, v := range variants {
				artifacts[v] = zip
			}
			return nil
		})
	}
	_ = group.Wait() // errors are collected
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return artifacts, nil
}
