package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/hostinfo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// record is a run's directory, and its manifest as far as it is known.
type record struct {
	// id names the run, and the workflow's execution.
	id       string
	dir      *results.Dir
	manifest results.Manifest
}

// newRecord opens the run directory.
func newRecord(o Options, s stage.Stage) (*record, error) {
	m := results.Manifest{
		Tool: "local", Version: hostinfo.Version(), Platform: s.Config.Platform, Region: s.Region, Stage: s.Name,
		Started: time.Now().UTC(), Seed: o.Seed, Counts: counts(s.Config), Settings: o.settings(s.Config), Machine: hostinfo.Machine(),
	}
	dir, err := results.CreateDir(o.Out, m)
	if err != nil {
		return nil, err
	}
	return &record{id: fmt.Sprintf("%s-%x", m.Started.Format("20060102T150405Z"), o.Seed), dir: dir, manifest: m}, nil
}

// counts are the stage's, as a manifest keeps them.
func counts(c stage.Config) *results.Counts {
	return &results.Counts{
		Cold: c.Cold, Warm: c.Warm, Rounds: c.Rounds, Iterations: c.Iterations, Concurrency: c.MapConcurrency, ScaleOut: c.ScaleOut,
	}
}

// started writes down what the machine has made of the stage.
func (r *record) started(m *machine) error {
	r.manifest.Region, r.manifest.Artifacts, r.manifest.Knobs = m.stack.Region, m.cells.hashes(), m.knobs
	return r.dir.WriteJSON(results.ManifestFile, r.manifest)
}

// note adds a doubt that belongs beside the numbers.
func (r *record) note(notes ...string) { r.manifest.Notes = append(r.manifest.Notes, notes...) }

// report judges the conditions, writes the summary and the page made of the whole run
// directory, and prints the answers and the tables. The path of the page is empty if it
// could not be written; where the directory cannot be read, the text does without samples.
func (r *record) report(run *results.Run, conditions []threshold.Threshold, o verdict.Options, stdout io.Writer) (path string, err error) {
	written := errors.Join( // before it is judged, for a run that is killed now
		r.dir.WriteJSON(results.SummaryFile, run.Summary),
		r.dir.WriteJSON(results.ManifestFile, r.manifest), // the page shows it
	)
	kept, pageErr := results.Read(r.dir.Path())
	run.Samples = kept.Samples
	run.Thresholds = threshold.Judge(run, conditions, o)
	run.CheckAA(o)
	written = errors.Join(written, r.dir.WriteJSON(results.SummaryFile, run.Summary))
	if pageErr == nil {
		kept.Thresholds, kept.AA = run.Thresholds, run.AA
		path, pageErr = r.page(kept)
	} else {
		kept = results.Run{Manifest: r.manifest, Summary: run.Summary}
	}
	return path, errors.Join(written, pageErr, report.Text(stdout, kept, console.TerminalOf(stdout)))
}

func (r *record) page(run results.Run) (path string, err error) {
	if err := r.dir.WriteFile(results.ReportFile, func(w io.Writer) error { return report.HTML(w, run) }); err != nil {
		return "", err
	}
	return filepath.Join(r.dir.Path(), results.ReportFile), nil
}

// finish writes the end of the run into the manifest.
func (r *record) finish(interrupted bool) error {
	r.manifest.Ended, r.manifest.Interrupted = time.Now().UTC(), interrupted
	return r.dir.Finish(r.manifest)
}
