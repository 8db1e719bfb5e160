package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/hostinfo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/deploy"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

// benchmark is one run of this program: a stage, what of it can run here, and
// the directory that its results go to.
type benchmark struct {
	root    string
	options Options
	tools   *toolbox
	console *console.Console

	// host is the architecture of this machine.
	host     functions.Architecture
	stage    stage.Stage
	dir      *results.Dir
	manifest results.Manifest

	// run names the workflow's execution, and so its results.
	run      string
	follower *follower
	copied   map[string]bool // samples that are in the run directory, by key
	// plan is what was started; allowed may watch what its roles use.
	plan    deploy.Plan
	allowed func(roleARN, action, resource string)

	// cells are the benchmarked variants, modules the functions behind the API.
	cells, modules []cell
}

// newBenchmark reads the stage and opens the run directory.
func newBenchmark(root string, o Options, t *toolbox, c *console.Console) (*benchmark, error) {
	host, err := runtimes.HostArchitecture()
	if err != nil {
		return nil, err
	}
	s, err := stage.Read(root, o.Stage)
	if err != nil {
		return nil, err
	}
	for _, f := range s.Config.Functions {
		c.Printf("left out  function %s: it exists on AWS only", f.ARN)
	}
	s.Config = s.Config.Local(host)
	m := results.Manifest{
		Tool: "local", Version: hostinfo.Version(), Platform: deployed.Local, Region: s.Region, Stage: s.Name,
		Started: time.Now().UTC(), Seed: o.Seed, Counts: o.Counts.manifest(), Settings: o.settings(), Machine: hostinfo.Machine(),
	}
	dir, err := results.CreateDir(o.Out, m)
	if err != nil {
		return nil, err
	}
	c.Printf("results go to %s", dir.Path())
	return &benchmark{
		root: root, options: o, tools: t, console: c, host: host, stage: s, dir: dir, manifest: m,
		run:      fmt.Sprintf("%s-%x", m.Started.Format("20060102T150405Z"), o.Seed),
		follower: newFollower(), copied: map[string]bool{},
	}, nil
}

// start prepares what the stage needs, plans it and starts the plan.
func (b *benchmark) start(ctx context.Context) (_ *machine, err error) {
	// First, because on a system that cannot run functions nothing else is worth its time.
	host, err := sandbox.NewHost(sandbox.HostOptions{Progress: b.console.Printf})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, host.Close())
		}
	}()
	selected := b.stage.Config.Benchmarked()
	if len(b.options.Only) > 0 {
		selected = slices.DeleteFunc(selected, func(v matrix.Variant) bool { return !b.options.Only.Has(v) })
	}
	modules := b.stage.Config.Modules()
	all, err := b.tools.prepare(ctx, slices.Concat(selected, modules, b.stage.Config.Harness()))
	if err != nil {
		return nil, err
	}
	b.cells, b.modules = all[:len(selected)], all[len(selected):len(selected)+len(modules)]

	artifacts := stack.Artifacts{}
	hashes := map[string]string{}
	var defined, emulated []matrix.Variant
	for i, c := range all {
		if c.skipped != "" {
			b.console.Printf("skipped  %v: %s", c.variant, c.skipped)
			continue
		}
		artifacts[c.variant] = c.artifact
		hashes[c.variant.Name()] = c.artifact.SHA256
		if i < len(selected) {
			defined = append(defined, c.variant)
			if c.emulated() {
				emulated = append(emulated, c.variant)
			}
		}
	}
	plan, err := deploy.Make(deploy.Options{Stage: b.stage, Artifacts: artifacts, Cells: defined})
	if err != nil {
		return nil, err
	}
	b.plan = plan
	m, err := start(ctx, plan, startOptions{
		host: host,
		database: databaseOptions{
			cache:      filepath.Join(buildDir(b.root), "runtimes"),
			history:    filepath.Join(b.root, "out", "history-"+b.stage.Name+".sqlite"),
			console:    b.console,
			unmeasured: emulated,
		},
		observe:    b.follower.observe,
		allowed:    b.allowed,
		finder:     b.tools.finder,
		codeDir:    filepath.Join(buildDir(b.root), "code"),
		logDir:     filepath.Join(b.dir.Path(), "logs"),
		seed:       b.options.Seed,
		ssmLatency: b.options.SSMLatency,
		console:    b.console,
	})
	if err != nil {
		return nil, err
	}
	b.manifest.Region, b.manifest.Artifacts, b.manifest.Knobs = plan.Region, hashes, m.knobs
	return m, b.dir.WriteJSON(results.ManifestFile, b.manifest)
}

// close ends the machine. What cannot be ended is said, since nobody can mend it.
func (b *benchmark) close(m *machine) {
	if err := m.Close(); err != nil {
		b.console.Printf("end the stack: %v", err)
	}
}

// finish writes the manifest's last words.
func (b *benchmark) finish(interrupted bool) error {
	b.manifest.Ended, b.manifest.Interrupted = time.Now().UTC(), interrupted
	return b.dir.Finish(b.manifest)
}
