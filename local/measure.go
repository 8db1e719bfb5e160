package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// measure starts the stack, takes every sample, runs the load test and reports.
// If ctx ends it, what has been measured until then is reported all the same.
func (b *benchmark) measure(ctx context.Context, stdout io.Writer) error {
	m, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer b.close(m)

	var errs []error
	var summary results.Summary
	summary.Variants, err = b.bench(ctx, m)
	errs = append(errs, err)
	if ctx.Err() == nil {
		summary.Load, err = b.load(ctx, m)
		errs = append(errs, err)
	}
	b.console.Done()
	b.manifest.Interrupted = ctx.Err() != nil
	errs = append(errs, b.report(summary, stdout))
	if ctx.Err() != nil {
		errs = append(errs, context.Cause(ctx)) // a part of a run is not a run
	}
	for _, v := range summary.Variants {
		if v.Status == results.Failed {
			errs = append(errs, fmt.Errorf("%v failed: %s", v.Variant, v.Reason))
		}
	}
	return errors.Join(errs...)
}

// bench lets the workflow take the cold and warm samples, checks the cells that
// only an emulator can run, and returns a row for every cell, the skipped ones included.
func (b *benchmark) bench(ctx context.Context, m *machine) ([]results.VariantSummary, error) {
	cellOf := map[matrix.Variant]cell{}
	var rows []results.VariantSummary
	for _, c := range b.cells {
		cellOf[c.variant] = c
		if c.skipped != "" {
			rows = append(rows, results.VariantSummary{Variant: c.variant, Status: results.Skipped, Reason: c.skipped})
		}
	}
	var measured, checked []deployed.Function
	for _, fn := range m.stack.Functions {
		switch c, ok := cellOf[fn.Variant]; {
		case !ok: // a module function
		case c.emulated():
			checked = append(checked, fn)
		default:
			measured = append(measured, fn)
		}
	}

	emulated, err := b.check(ctx, m, checked)
	if err != nil {
		return nil, err
	}
	rows = append(rows, emulated...)
	if len(measured) > 0 && ctx.Err() == nil {
		var own []results.VariantSummary
		own, err = b.workflow(ctx, m, measured)
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
	return rows, err
}

// firstVersion is the version that deploying a function publishes.
const firstVersion = "1"

// check compares the answers of functions that only an emulator can run. They are
// started as provisioned concurrency, because an emulated init phase may take
// longer than the 10 s of one on demand.
func (b *benchmark) check(ctx context.Context, m *machine, fns []deployed.Function) ([]results.VariantSummary, error) {
	client := lambdaClient(m.stack)
	o := bench.Options{Run: b.run, Platform: deployed.Local, Seed: b.options.Seed}
	rows := make([]results.VariantSummary, len(fns))
	var group errgroup.Group
	// Each has only its memory size's share of a CPU, so that several fit beside each other.
	group.SetLimit(2 * runtime.NumCPU())
	b.console.Status("checking the answers of %d functions under an emulator", len(fns))
	for i, fn := range fns {
		group.Go(func() error {
			rows[i] = results.VariantSummary{Variant: fn.Variant, Status: results.Failed}
			fn.Qualifier = firstVersion
			err := m.functions.PutProvisionedConcurrency(ctx, fn.ARN, fn.Qualifier, 1)
			if err != nil && ctx.Err() == nil {
				rows[i].Reason = err.Error()
				return nil // one cell's failure is its own
			}
			checked, err := bench.Check(ctx, client, []deployed.Function{fn}, o)
			if err != nil {
				return err
			}
			rows[i] = checked[0]
			return nil
		})
	}
	err := group.Wait()
	b.console.Done()
	return rows, err
}

// lambdaClient is the operator's client of the local Lambda service. The SDK's
// own retries are off: package bench decides what is tried again.
func lambdaClient(s deployed.Stack) *awslambda.Client {
	return awslambda.New(awslambda.Options{
		Region:       s.Region,
		BaseEndpoint: aws.String(s.EndpointURL),
		Credentials:  credentials.NewStaticCredentialsProvider("operator", "operator", ""),
		Retryer:      aws.NopRetryer{},
	})
}

// load sends the same load to every module function behind the API, interleaved
// in one window.
func (b *benchmark) load(ctx context.Context, m *machine) (*results.Load, error) {
	var targets []attack.Target
	for _, c := range b.modules {
		if c.skipped == "" {
			targets = append(targets, attack.Target{Name: c.variant.Function, URL: m.stack.APIURL + "/" + c.variant.Function})
		}
	}
	if len(targets) == 0 {
		for _, c := range b.modules {
			b.manifest.Notes = append(b.manifest.Notes, fmt.Sprintf("no load test of %s: %s", c.variant.Function, c.skipped))
		}
		return nil, nil
	}
	// The ES module is the first side of every comparison.
	slices.SortFunc(targets, func(x, y attack.Target) int { return cmp.Compare(y.Name, x.Name) })
	load, err := attack.Run(ctx, attack.Options{
		Targets:  targets,
		Schedule: pace.Schedule{Seed: b.options.Seed, Phases: pace.At(b.options.Counts.Rate, b.options.Counts.Duration)},
		HLog: func(target string) (io.WriteCloser, error) {
			return b.dir.Create(results.LogFile(target))
		},
		Progress: func(p attack.Progress) {
			b.console.Status("load test: %v of %v, %d answered, %d failed", p.Elapsed.Round(1e9), p.Duration, p.Answered, p.Failed)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("load test: %w", err)
	}
	load.Comparison = load.Compare(verdict.Options{Seed: b.options.Seed})
	if !load.Generator.Valid {
		b.console.Printf("the load test is not valid: %s", strings.Join(report.NotValidReasons(*load), "; "))
	}
	return load, nil
}

// report writes the summary and the page made of the whole run directory, and
// prints the tables.
func (b *benchmark) report(s results.Summary, stdout io.Writer) error {
	return errors.Join(
		b.dir.WriteJSON(results.SummaryFile, s),
		b.dir.WriteJSON(results.ManifestFile, b.manifest), // the page shows it
		b.page(),
		report.Text(stdout, results.Run{Manifest: b.manifest, Summary: s}),
	)
}

func (b *benchmark) page() error {
	run, err := results.Read(b.dir.Path())
	if err != nil {
		return err
	}
	return b.dir.WriteFile(results.ReportFile, func(w io.Writer) error { return report.HTML(w, run) })
}
