package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// maxLineNotes bounds the notes about lines of samples.jsonl that cannot be read.
const maxLineNotes = 20

// Read reads a run directory, finished or not. Where a killed run has left no
// summary, the cells are summarised from the samples, and the load test from its
// histogram logs. What cannot be read of samples.jsonl is a note in the manifest.
func Read(dir string) (Run, error) {
	r := Run{ID: filepath.Base(filepath.Clean(dir))}
	if err := r.read(dir); err != nil {
		return Run{}, fmt.Errorf("read run directory %s: %w", dir, err)
	}
	return r, nil
}

func (r *Run) read(dir string) error {
	switch err := readJSON(dir, ManifestFile, &r.Manifest); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("it holds no run: %w", err)
	case err != nil:
		return err
	}
	if err := r.readSamples(dir); err != nil {
		return err
	}
	err := readJSON(dir, SummaryFile, &r.Summary)
	whole := err == nil
	if errors.Is(err, fs.ErrNotExist) {
		r.Summarise()
	} else if err != nil {
		return err
	}
	return r.readLogs(dir, whole)
}

func readJSON(dir, name string, v any) error {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readSamples reads samples.jsonl; a load test alone has none.
func (r *Run) readSamples(dir string) error {
	f, err := os.Open(filepath.Join(dir, SamplesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	unread := 0
	torn := readSamples(f, func(s Sample, lineErr error) bool {
		line, bad := errors.AsType[*lineError](lineErr)
		switch {
		case lineErr == nil:
			r.Samples = append(r.Samples, s)
		case !bad:
			err = lineErr
			return false
		default:
			if unread++; unread <= maxLineNotes {
				r.Manifest.Notes = append(r.Manifest.Notes, line.Error())
			}
		}
		return true
	})
	if more := unread - maxLineNotes; more > 0 {
		r.Manifest.Notes = append(r.Manifest.Notes, fmt.Sprintf("%d other lines of %s cannot be read", more, SamplesFile))
	}
	if torn > 0 {
		r.Manifest.Notes = append(r.Manifest.Notes, "the last sample was being written when the run ended; it is left out")
	}
	return err
}

// Summarise makes the summary of a run that did not come to make its own, from its samples.
func (r *Run) Summarise() {
	all := Summarise(slices.Values(r.Samples))
	for _, sample := range r.Samples {
		v := sample.Variant
		if slices.ContainsFunc(r.Variants, func(row VariantSummary) bool { return row.Variant == v }) {
			continue
		}
		row := VariantSummary{Variant: v, Status: Measured, Series: all[v]}
		if sample.Answer != nil {
			row.RanOn = &RanOn{Version: sample.Answer.RuntimeVersion}
		}
		r.Variants = append(r.Variants, row)
	}
	SetPlaces(r.Variants, ValuesOf(slices.Values(r.Samples)), verdict.Options{})
	r.OthersCPU = SummariseOthersCPU(slices.Values(r.Samples))
}

// readLogs reads the histogram logs of the load test's targets. Without a summary
// they are all that is known of it.
func (r *Run) readLogs(dir string, summarised bool) error {
	if summarised && r.Load == nil {
		return nil
	}
	if !summarised {
		targets, err := loggedTargets(dir, r.Manifest.Targets)
		if err != nil || len(targets) == 0 {
			return err
		}
		r.Load = &Load{LogsOnly: true, Targets: targets}
	}
	for i := range r.Load.Targets {
		t := &r.Load.Targets[i]
		name := LogFile(t.Name)
		f, err := os.Open(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = t.ReadLog(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if r.Load.LogsOnly {
			t.Answered = t.Latency.N
			t.setIntervals(verdict.Options{})
		}
	}
	return nil
}

// loggedTargets are the targets that the directory has logs of, in the order of
// the given names, and those that these lack behind them by name.
func loggedTargets(dir string, order []string) ([]Target, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var targets []Target
	for _, e := range entries {
		if name, ok := logTarget(e.Name()); ok && !e.IsDir() {
			targets = append(targets, Target{Name: name})
		}
	}
	place := func(t Target) int {
		if i := slices.Index(order, t.Name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(targets, func(a, b Target) int { return place(a) - place(b) })
	return targets, nil
}
