package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Page is report.html: everything that it is drawn from. What is missing is not drawn.
type Page struct {
	Manifest results.Manifest
	// Summary is that of a run; a load test alone has only its Modules.
	Summary results.Summary
	// Samples are drawn as dots beside the summary's medians.
	Samples []results.Sample
	// Logs are the histogram logs of the load test's targets.
	Logs []Log
}

// Log is one target's latencies over time.
type Log struct {
	Target string
	Rows   []latency.Interval
	// Firsts are the latencies of first requests by initialization type, as far as the log has them apart.
	Firsts map[string]*latency.Histogram
}

// HTML writes the page that a summary alone allows. [ReadPage] has a run's dots
// and curves as well.
func HTML(w io.Writer, s results.Summary, m results.Manifest) error {
	return Page{Summary: s, Manifest: m}.WriteHTML(w)
}

// LoadPage is the page of a load test alone, without its logs.
func LoadPage(l results.Load) Page {
	return Page{Manifest: l.Manifest, Summary: results.Summary{Platform: deployed.Platform(l.Manifest.Platform), Modules: &l}}
}

// WriteHGRM writes the latencies of each target as .hgrm text, one after the
// other, each behind a comment with its name.
func (p Page) WriteHGRM(w io.Writer) error {
	for _, log := range p.Logs {
		if _, err := fmt.Fprintf(w, "#[Target: %s]\n", log.Target); err != nil {
			return fmt.Errorf("write the percentiles of %s: %w", log.Target, err)
		}
		if err := log.Total().WritePercentiles(w); err != nil {
			return fmt.Errorf("write the percentiles of %s: %w", log.Target, err)
		}
	}
	return nil
}

// ReadPage reads a run directory, finished or not. Without a summary, as after a
// kill, the samples are summarised anew.
func ReadPage(dir string) (Page, error) {
	r, err := results.ReadDir(dir)
	if err != nil {
		return Page{}, err
	}
	p := Page{Manifest: r.Manifest}
	for s, err := range r.Samples() {
		var line *results.LineError
		if errors.As(err, &line) {
			p.Manifest.Notes = append(p.Manifest.Notes, line.Error())
			continue
		}
		if err != nil {
			return Page{}, fmt.Errorf("read run directory %s: %w", dir, err)
		}
		p.Samples = append(p.Samples, s)
	}
	if r.Torn > 0 {
		p.Manifest.Notes = append(p.Manifest.Notes, "the last sample was being written when the run ended; it is left out")
	}
	if err := p.readSummary(r); err != nil {
		return Page{}, fmt.Errorf("read run directory %s: %w", dir, err)
	}
	if p.Logs, err = readLogs(dir); err != nil {
		return Page{}, fmt.Errorf("read run directory %s: %w", dir, err)
	}
	if p.Summary.Modules == nil && len(p.Logs) > 0 {
		p.Summary.Modules = loadOf(p.Manifest, p.Logs)
	}
	return p, nil
}

// loadOf is what the logs alone tell of a load test that was killed: its answers.
// What was sent besides is not known, and so 0.
func loadOf(m results.Manifest, logs []Log) *results.Load {
	l := &results.Load{Manifest: m, Generator: results.Generator{
		Reasons: []string{"the run was killed before it could judge itself: only what had been answered is known"},
	}}
	// The manifest has the targets in their order, the directory by name.
	order := OptionText(m.Options["targets"])
	logs = slices.Clone(logs)
	slices.SortStableFunc(logs, func(a, b Log) int {
		return strings.Index(order, a.Target) - strings.Index(order, b.Target)
	})
	for _, log := range logs {
		total := log.Total()
		t := results.Target{Name: log.Target, Answered: total.N(), LatencyMs: total.Percentiles()}
		for _, initialization := range slices.Sorted(maps.Keys(log.Firsts)) {
			h := log.Firsts[initialization]
			t.Classes = append(t.Classes, results.Class{
				ClassKey: results.ClassKey{Environment: results.FirstInvocation, Initialization: initialization}, N: h.N(), LatencyMs: h.Percentiles(),
			})
		}
		l.Targets = append(l.Targets, t)
	}
	return l
}

// readSummary reads summary.json, which is a results.Summary, or a results.Load
// where the run was a load test alone.
func (p *Page) readSummary(r *results.Recorded) error {
	var raw json.RawMessage
	err := r.ReadJSON(results.SummaryFile, &raw)
	if errors.Is(err, fs.ErrNotExist) {
		p.Summary = summarise(p.Manifest, p.Samples)
		return nil
	}
	if err != nil {
		return err
	}
	var load results.Load
	if err := json.Unmarshal(raw, &load); err == nil && len(load.Targets) > 0 {
		p.Summary = results.Summary{Platform: deployed.Platform(p.Manifest.Platform), Modules: &load}
		return nil
	}
	if err := json.Unmarshal(raw, &p.Summary); err != nil {
		return fmt.Errorf("%s: %w", results.SummaryFile, err)
	}
	return nil
}

// summarise is the summary of a run that did not come to write its own.
func summarise(m results.Manifest, samples []results.Sample) results.Summary {
	s := results.Summary{Platform: deployed.Platform(m.Platform)}
	all := results.Summarise(slices.Values(samples))
	for _, sample := range samples {
		v := sample.Variant
		if slices.ContainsFunc(s.Variants, func(r results.VariantSummary) bool { return r.Variant == v }) {
			continue
		}
		row := results.VariantSummary{Variant: v, Status: results.Measured, Series: all[v]}
		if sample.Answer != nil {
			row.RanOn = &results.RanOn{Version: sample.Answer.RuntimeVersion}
		}
		s.Variants = append(s.Variants, row)
	}
	results.SetPlaces(s.Variants, slices.Values(samples), verdict.Options{Seed: m.Seed})
	return s
}

// readLogs reads every histogram log of the directory.
func readLogs(dir string) ([]Log, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var logs []Log
	for _, e := range entries {
		name, ok := results.LogTarget(e.Name())
		if !ok || e.IsDir() {
			continue
		}
		log, err := readLog(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name(), err)
		}
		log.Target = name
		logs = append(logs, log)
	}
	return logs, nil
}

func readLog(path string) (Log, error) {
	f, err := os.Open(path)
	if err != nil {
		return Log{}, err
	}
	defer f.Close()
	return ReadLog(f)
}

// ReadLog reads a histogram log. Of the rows with a tag, which are other clocks
// and parts of the same requests, it keeps the classes of first requests.
func ReadLog(r io.Reader) (Log, error) {
	log := Log{Firsts: map[string]*latency.Histogram{}}
	for row, err := range latency.ReadLog(r) {
		if err != nil {
			return Log{}, err
		}
		if row.Tag == "" {
			log.Rows = append(log.Rows, row)
			continue
		}
		if initialization, ok := results.FirstOfTag(row.Tag); ok {
			if log.Firsts[initialization] == nil {
				log.Firsts[initialization] = latency.New()
			}
			log.Firsts[initialization].Merge(row.Histogram)
		}
	}
	return log, nil
}

// Total merges the rows of a log.
func (l Log) Total() *latency.Histogram {
	h := latency.New()
	for _, r := range l.Rows {
		h.Merge(r.Histogram)
	}
	return h
}
