package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// records are where a load test is written: a run directory, or memory as far
// as what is printed needs it.
type records struct {
	plan *plan
	dir  *results.Dir // nil without -out
	logs map[string]*bytes.Buffer
}

func newRecords(p *plan) *records { return &records{plan: p, logs: map[string]*bytes.Buffer{}} }

// log opens the histogram log of a target. The run directory is begun with the
// first one, when it is certain that the plan can be run.
func (r *records) log(target string) (io.WriteCloser, error) {
	if r.plan.out != "" && r.dir == nil {
		var err error
		if r.dir, err = results.CreateDir(r.plan.out, r.plan.manifest(results.Load{})); err != nil {
			return nil, fmt.Errorf("-out: %w", err)
		}
	}
	if r.dir != nil {
		return r.dir.Create(results.LogFile(target))
	}
	if r.plan.format != formatHTML {
		return nopCloser{io.Discard}, nil
	}
	r.logs[target] = &bytes.Buffer{}
	return nopCloser{r.logs[target]}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// write completes the run directory; the page comes last, since it shows the rest.
func (r *records) write(f *findings) error {
	if r.dir == nil {
		return nil
	}
	if err := r.dir.WriteJSON(results.SummaryFile, f.load); err != nil {
		return err
	}
	if err := r.dir.Finish(f.load.Manifest); err != nil {
		return err
	}
	page, err := report.ReadPage(r.dir.Path())
	if err != nil {
		return err
	}
	return r.dir.WriteFile(results.ReportFile, page.WriteHTML)
}

// page is what is printed.
func (r *records) page(f *findings) (report.Page, error) {
	page := report.LoadPage(f.load)
	for i := range f.result.Targets {
		t := &f.result.Targets[i]
		log := report.Log{Target: t.Name}
		switch {
		case r.plan.format == formatHTML && r.dir != nil:
			return report.ReadPage(r.dir.Path())
		case r.plan.format == formatHTML:
			var err error
			if log, err = report.ReadLog(r.logs[t.Name]); err != nil {
				return page, fmt.Errorf("histogram log of %s: %w", t.Name, err)
			}
			log.Target = t.Name
		default:
			log.Rows = []latency.Interval{{Start: f.result.Started, Length: f.result.Elapsed, Histogram: t.Latency}}
		}
		page.Logs = append(page.Logs, log)
	}
	return page, nil
}
