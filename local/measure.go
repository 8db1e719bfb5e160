package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/cpumeter"
)

// measurement takes every number of one run.
type measurement struct {
	machine *machine
	config  stage.Config
	options Options
	record  *record
	console *console.Console
	// others measures what other programs take of the processors; nil where that
	// cannot be had.
	others *cpumeter.Meter
}

// measure starts the stack, takes every sample, runs the load test and reports.
// If ctx ends it, what has been measured until then is reported all the same.
func measure(ctx context.Context, s setup, stdout io.Writer) (*ending, error) {
	machine, err := s.start(ctx)
	if err != nil {
		return nil, err
	}
	defer s.stop(machine)
	m := measurement{machine: machine, config: s.stage.Config, options: s.options, record: s.record, console: s.console}
	return m.run(ctx, stdout)
}

// run takes every sample, runs the load test, and reports.
func (m measurement) run(ctx context.Context, stdout io.Writer) (_ *ending, err error) {
	if m.others, err = cpumeter.Start(); err != nil {
		m.record.note(fmt.Sprintf("it is not known what other programs took of the processors: %v", err))
	} else {
		defer m.others.Close()
	}

	var errs []error
	summary, err := m.starts(ctx)
	errs = append(errs, err)
	if o := summary.OthersCPU; o != nil && !o.Valid {
		m.console.Printf("the starts are not valid: %s", report.OthersCPUText(*o))
	}
	if ctx.Err() == nil {
		summary.Load, err = m.loadTest(ctx)
		errs = append(errs, err)
	}
	m.console.Done()
	m.record.manifest.Interrupted = ctx.Err() != nil
	e := ending{run: results.Run{ID: m.record.id, Manifest: m.record.manifest, Summary: summary}, strict: m.options.Strict}
	e.page, err = m.record.report(&e.run, m.options.FailIf, m.options.Margin.Options(), stdout)
	errs = append(errs, err, m.publish(context.WithoutCancel(ctx), e.run))
	if ctx.Err() != nil {
		errs = append(errs, context.Cause(ctx)) // a part of a run is not a run
	}
	for _, v := range summary.Variants {
		if v.Status == results.Failed {
			errs = append(errs, fmt.Errorf("%v failed: %s", v.Variant, v.Reason))
		}
	}
	return &e, errors.Join(errs...)
}

// starts lets the workflow take the cold and warm samples, checks the cells that
// only an emulator can run, and returns a row for every cell, the skipped ones included.
func (m measurement) starts(ctx context.Context) (results.Summary, error) {
	cellOf := map[matrix.Variant]cell{}
	var rows []results.VariantSummary
	for _, c := range m.machine.cells.benchmarked {
		cellOf[c.variant] = c
		if c.skipped != "" {
			rows = append(rows, results.VariantSummary{Variant: c.variant, Status: results.Skipped, Reason: c.skipped})
		}
	}
	var measured, checked []deployed.Function
	for _, fn := range m.machine.stack.Functions {
		switch c, ok := cellOf[fn.Variant]; {
		case !ok: // a module function
		case c.emulated():
			checked = append(checked, fn)
		default:
			measured = append(measured, fn)
		}
	}

	emulated, err := m.check(ctx, checked)
	if err != nil {
		return results.Summary{}, err
	}
	rows = append(rows, emulated...)
	var samples []results.Sample
	if len(measured) > 0 && ctx.Err() == nil {
		var own []results.VariantSummary
		own, samples, err = m.workflow(ctx, measured)
		rows = append(rows, own...)
	}
	for i, row := range rows {
		// The function says which version runs it; which client stands between them, only we know.
		if row.RanOn != nil {
			rows[i].RanOn.Client = cellOf[row.Variant].runtime.Client
		}
		if row.Status == results.Checked {
			rows[i].Reason = "answers checked under " + cellOf[row.Variant].runtime.Emulator
		}
	}
	slices.SortFunc(rows, func(a, b results.VariantSummary) int { return matrix.Compare(a.Variant, b.Variant) })
	return results.Summary{Variants: rows, OthersCPU: results.SummariseOthersCPU(slices.Values(samples))}, err
}
