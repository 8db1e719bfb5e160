package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// header is what the page begins with.
type header struct {
	Title string
	// Facts are the platform, region, stage, date and how much was measured.
	Facts []string
	Chips []chip
}

// chip is a word on the run. Its class is good, bad, open or plain.
type chip struct{ Class, Text string }

func newHeader(r results.Run) header {
	m := r.Manifest
	h := header{Title: "lambda-benchmark"}
	if !m.Started.IsZero() {
		h.Title += ", " + m.Started.UTC().Format("2006-01-02 15:04 MST")
	}
	switch m.Platform {
	case deployed.AWS:
		h.Facts = append(h.Facts, "AWS")
	case deployed.Local:
		h.Facts = append(h.Facts, "this machine, not AWS")
	}
	if m.Platform == deployed.AWS && m.Region != "" {
		h.Facts = append(h.Facts, m.Region)
	}
	if m.Stage != "" {
		h.Facts = append(h.Facts, "stage "+m.Stage)
	}
	h.Facts = append(h.Facts, measuredFacts(r)...)
	if m.Ended.After(m.Started) && !m.Started.IsZero() {
		h.Facts = append(h.Facts, "took "+m.Ended.Sub(m.Started).Round(time.Second).String())
	}
	h.Chips = chips(r)
	return h
}

// measuredFacts say how much was measured.
func measuredFacts(r results.Run) []string {
	var facts []string
	var cells, cold, warm int64
	for _, v := range r.Variants {
		if v.Status == results.Measured {
			cells++
		}
		for _, s := range v.Series {
			switch s.Temperature {
			case results.Cold:
				cold += int64(s.N)
			case results.Warm:
				warm += int64(s.N)
			}
		}
	}
	if cells > 0 {
		facts = append(facts, fmt.Sprintf("%s, %s, %s", counted(cells, "cell"), counted(cold, "cold start"), counted(warm, "warm invocation")))
	}
	if l := r.Load; l != nil {
		var requests int64
		for _, t := range l.Targets {
			requests += t.Answered
		}
		facts = append(facts, counted(requests, "answered request")+" under load"+ofRun(*l))
	}
	return facts
}

// chips say what is good and what is not about the run.
func chips(r results.Run) []chip {
	var all []chip
	add := func(class, format string, args ...any) {
		all = append(all, chip{class, fmt.Sprintf(format, args...)})
	}
	if o := r.OthersCPU; o != nil && len(r.Variants) > 0 {
		if o.Valid {
			add("good", "starts valid")
		} else {
			add("bad", "starts NOT VALID")
		}
	}
	if l := r.Load; l != nil {
		if l.Generator.Valid {
			add("good", "load test valid")
		} else {
			add("bad", "load test NOT VALID")
		}
	}
	all = append(all, gateChips(r)...)
	if r.Manifest.Interrupted {
		add("bad", "interrupted")
	}
	var unmeasured, failed int64
	for _, v := range r.Variants {
		switch v.Status {
		case results.Failed:
			failed++
		case results.Skipped, results.Checked:
			unmeasured++
		}
	}
	if failed > 0 {
		add("bad", "%s failed", counted(failed, "cell"))
	}
	if unmeasured > 0 {
		add("open", "%s not measured", counted(unmeasured, "cell"))
	}
	if names := deprecatedRuntimes(r); len(names) > 0 {
		add("open", "deprecated: %s", strings.Join(names, ", "))
	}
	return all
}

// deprecatedRuntimes are those among the measured ones that AWS no longer supported on the day of the run.
func deprecatedRuntimes(r results.Run) []string {
	table := lifecycle.Read()
	var names []string
	for _, v := range r.Variants {
		name := v.Variant.Runtime
		if _, is := table.Deprecated(v.Variant.Runtime, r.Manifest.Started); is && v.Status == results.Measured && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// gateChips count the conditions that the run was to be judged by.
func gateChips(r results.Run) []chip {
	if len(r.Thresholds) == 0 {
		return nil
	}
	count := map[results.Outcome]int64{}
	for _, t := range r.Thresholds {
		count[t.Outcome]++
	}
	n := int64(len(r.Thresholds))
	switch {
	case count[results.Breached] > 0:
		return []chip{{"bad", fmt.Sprintf("%d of %s failed", count[results.Breached], counted(n, "gate"))}}
	case count[results.NotDecided] > 0:
		return []chip{{"open", fmt.Sprintf("%d of %s not decided", count[results.NotDecided], counted(n, "gate"))}}
	}
	return []chip{{"good", counted(n, "gate") + " passed"}}
}

// gates are the conditions with what became of each.
func gates(r results.Run) []chip {
	var all []chip
	for i, line := range thresholdLines(r.Thresholds) {
		class := map[results.Outcome]string{results.Breached: "bad", results.Passed: "good", results.NotDecided: "open"}[r.Thresholds[i].Outcome]
		all = append(all, chip{class, line})
	}
	return all
}
