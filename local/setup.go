package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/deploy"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// setup is what a stage is started from.
type setup struct {
	root    string // of the repository
	stage   stage.Stage
	options Options
	tools   *toolbox
	record  *record
	console *console.Console
	// allowed, if not nil, is told of everything that a role asked for and was allowed.
	allowed func(roleARN, action, resource string)
	// admit, if not nil, gives every execution of the workflow its turn to measure.
	admit func(context.Context) (release func())
}

// start prepares what the stage needs, plans it and starts the plan.
func (s setup) start(ctx context.Context) (_ *machine, err error) {
	// First, because on a system that cannot run functions nothing else is worth its time.
	host, err := sandbox.NewHost(sandbox.HostOptions{Progress: s.console.Printf})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, host.Close())
		}
	}()
	cells, err := s.tools.prepare(ctx, s.stage.Config, s.options.Only)
	if err != nil {
		return nil, err
	}
	cells.printSkipped(s.console)
	if !cells.any(len(s.options.Only) > 0) {
		return nil, errNothing
	}
	plan, err := deploy.Make(deploy.Options{Stage: s.stage, Artifacts: cells.artifacts(), Cells: cells.defined()})
	if err != nil {
		return nil, err
	}
	m, err := start(ctx, plan, cells, startOptions{
		host: host,
		database: databaseOptions{
			cache:      filepath.Join(s.tools.dir, "runtimes"),
			history:    filepath.Join(s.root, "out", "history-"+s.stage.Name+".sqlite"),
			console:    s.console,
			unmeasured: cells.emulated(),
		},
		allowed:    s.allowed,
		admit:      s.admit,
		finder:     s.tools.finder,
		codeDir:    filepath.Join(s.tools.dir, "code"),
		logDir:     filepath.Join(s.record.dir.Path(), "logs"),
		seed:       s.options.Seed,
		ssmLatency: s.options.SSMLatency,
		console:    s.console,
	})
	if err != nil {
		return nil, err
	}
	return m, s.record.started(m)
}

// stop ends the machine, and says what of it could not be ended.
func (s setup) stop(m *machine) {
	if err := m.Close(); err != nil {
		s.console.Printf("end the stack: %v", err)
	}
}
