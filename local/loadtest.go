package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// loadTest sends the same load to every module function behind the API,
// interleaved in one window. The result is nil if there is no module function.
func (m measurement) loadTest(ctx context.Context) (*results.Load, error) {
	var targets []attack.Target
	for _, c := range m.machine.cells.modules {
		if c.skipped == "" {
			targets = append(targets, attack.Target{Name: c.variant.Function, URL: m.machine.stack.APIURL + "/" + c.variant.Function})
		}
	}
	if len(targets) == 0 {
		for _, c := range m.machine.cells.modules {
			m.record.note(fmt.Sprintf("no load test of %s: %s", c.variant.Function, c.skipped))
		}
		return nil, nil
	}
	// The ES module is the first side of every comparison.
	slices.SortFunc(targets, func(x, y attack.Target) int { return cmp.Compare(y.Name, x.Name) })
	load, err := attack.Run(ctx, attack.Options{
		Targets:  targets,
		Schedule: pace.Schedule{Seed: m.options.Seed, Phases: m.options.Load.phases()},
		HLog: func(target string) (io.WriteCloser, error) {
			return m.record.dir.Create(results.LogFile(target))
		},
		Progress: func(p attack.Progress) { m.console.Status("%s", loadLine(p)) },
	})
	if err != nil {
		return nil, fmt.Errorf("load test: %w", err)
	}
	load.Judge(verdict.Options{})
	if !load.Generator.Valid {
		m.console.Printf("the load test is not valid: %s", strings.Join(report.NotValidReasons(*load), "; "))
	}
	return load, nil
}

// loadLine says how far the load test is.
func loadLine(p attack.Progress) string {
	line := fmt.Sprintf("load test: %v of %v", p.Elapsed.Round(time.Second), p.Duration)
	if left := console.Left(p.Elapsed, p.Elapsed.Seconds()/p.Duration.Seconds()); left != "" {
		line += ", " + left
	}
	return line + fmt.Sprintf(", %d answered, %d failed", p.Answered, p.Failed)
}
