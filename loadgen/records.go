package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// records is the run directory that -out asks for.
type records struct {
	test *loadTest
	dir  *results.Dir // nil until the first log is opened
}

// log opens the histogram log of a target. The run directory is begun with the
// first one, when it is certain that the load test can be run.
func (r *records) log(target string) (io.WriteCloser, error) {
	if r.dir == nil {
		var err error
		if r.dir, err = results.CreateDir(r.test.out, r.test.manifest(nil)); err != nil {
			return nil, fmt.Errorf("-out: %w", err)
		}
	}
	return r.dir.Create(results.LogFile(target))
}

// write completes the run directory.
func (r *records) write(run results.Run) error {
	if r.dir == nil {
		return nil
	}
	if err := r.dir.WriteJSON(results.SummaryFile, run.Summary); err != nil {
		return err
	}
	if err := r.dir.Finish(run.Manifest); err != nil {
		return err
	}
	return r.dir.WriteFile(results.ReportFile, func(w io.Writer) error { return report.HTML(w, run) })
}

// page is the path of report.html, or empty without a run directory.
func (r *records) page() string {
	if r.dir == nil {
		return ""
	}
	return filepath.Join(r.dir.Path(), results.ReportFile)
}
