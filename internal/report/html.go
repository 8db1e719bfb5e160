package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"ms": optional, "whole": whole, "median": median, "p90": p90, "memory": memory, "grouped": grouped,
	"interval": interval, "class": className, "needs": needs, "values": values,
	// A unit stays with its number.
	"unbroken": strings.NewReplacer(" ms", "\u00a0ms", " %", "\u00a0%").Replace,
}).Parse(pageHTML))

// view is what the template shows.
type view struct {
	Title    string
	Local    bool
	Says     string
	Ticks    string
	Headline []finding
	Parts    []part
	Others   []other
	Doubts   []string
	Load     *loadView
	Facts    [][2]string
	Notes    []string
	Manifest string
}

// part is one event on one architecture and memory size.
type part struct {
	Title      string
	Cold, Warm template.HTML
	Rows       []row
	// ColdPlaces and WarmPlaces say that places tell anything apart.
	ColdPlaces, WarmPlaces bool
}

// Reach of the template into a row.
func (r row) Name() string                       { return r.name() }
func (r row) Version() string                    { return r.version() }
func (r row) ColdSeries() *results.SeriesSummary { return r.cold }
func (r row) WarmSeries() *results.SeriesSummary { return r.warm }

// HasRuntimeMetrics says whether any runtime of the part counts something of itself.
func (p part) HasRuntimeMetrics() bool {
	return slices.ContainsFunc(p.Rows, func(r row) bool { return len(r.RuntimeMetrics()) > 0 })
}

// other is a cell without times.
type other struct{ Name, Architectures, Status, Reason string }

type loadView struct {
	results.Load
	Title                        string
	Verdict, Failures, Spillover []string
	// Generator is what the generator measured of itself, NotValid what it means for the reader if that was bad.
	Generator, NotValid  string
	Closed               bool
	Curve, Time, Classes template.HTML
	Clocks               []clockRow
}

// clockRow is one of a target's clocks.
type clockRow struct {
	Target, Clock string
	P             latency.Percentiles
}

// WriteHTML writes the page: one file, no script, nothing from elsewhere.
func (p Page) WriteHTML(w io.Writer) error {
	v := p.view()
	if err := pageTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

func (p Page) view() view {
	platform := platformOf(p.Summary, p.Manifest)
	v := view{Title: "lambda-benchmark", Local: platform == deployed.Local, Notes: slices.Clone(p.Manifest.Notes)}
	if !p.Manifest.Started.IsZero() {
		v.Title += ", " + p.Manifest.Started.UTC().Format("2006-01-02 15:04 MST")
	}
	if p.Manifest.Interrupted {
		v.Notes = append(v.Notes, "The run was interrupted: this is what it had until then.")
	}
	v.Parts = p.parts()
	v.Says, v.Headline = findingsTitle(platform, p.Manifest), findings(p.Summary)
	v.Ticks = capital(ticksNote(p.Summary.Variants))
	for _, u := range unmeasured(p.Summary.Variants) {
		v.Others = append(v.Others, other{u.label, architectures(u.cells), string(u.status), u.text})
	}
	v.Doubts = doubts(p.Summary.Variants)
	if p.Summary.Modules != nil && len(p.Summary.Modules.Targets) > 0 {
		v.Load = p.load(*p.Summary.Modules)
	}
	v.Facts = facts(platform, p.Manifest)
	if text, err := json.MarshalIndent(p.Manifest, "", "  "); err == nil {
		v.Manifest = string(text)
	}
	return v
}

// parts are the tables and charts of the starts.
func (p Page) parts() []part {
	var parts []part
	d := collect(p.Samples)
	for _, e := range workloads(p.Summary.Variants) {
		all := rows(p.Summary.Variants, e)
		for _, s := range sections(all) {
			in := slices.DeleteFunc(slices.Clone(all), func(r row) bool { return r.section() != s })
			title := e.String() + ", " + s.String()
			parts = append(parts, part{
				Title: title, Rows: in,
				Cold: coldChart(in, d, "Cold starts: "+title), Warm: warmChart(in, d, "Warm invocations: "+title),
				ColdPlaces: toldApart(all, coldOf),
				WarmPlaces: toldApart(all, warmOf),
			})
		}
	}
	return parts
}

func (p Page) load(l results.Load) *loadView {
	names := make([]string, len(l.Targets))
	var logs []Log
	v := &loadView{
		Load: l, Verdict: append(verdictLines(l), thresholdLines(l.Thresholds)...), Generator: generatorLine(l.Generator),
		Spillover: spilloverLines(l.Targets), Closed: closedLoop(l),
	}
	if !l.Generator.Valid {
		v.NotValid = notValid
	}
	for i, t := range l.Targets {
		names[i] = t.Name
		v.Failures = append(v.Failures, failureLines(t)...)
		if t.ServiceMs != nil {
			v.Clocks = append(v.Clocks, clockRow{t.Name, "service: end - actual start", *t.ServiceMs})
		}
		if t.FirstByteMs != nil {
			v.Clocks = append(v.Clocks, clockRow{t.Name, "first byte: artillery's clock", *t.FirstByteMs})
		}
		// The order of targets gives them their colours.
		for _, log := range p.Logs {
			if log.Target == t.Name {
				logs = append(logs, log)
			}
		}
	}
	v.Title = "Load test of " + strings.Join(names, " and ")
	v.Curve = percentileChart(logs, v.Title+": latency by percentile")
	v.Time = timeChart(logs, v.Title+": latency over time")
	v.Classes = classChart(l.Targets, v.Title+": latency by class of request")
	return v
}

// facts are the run's circumstances.
func facts(platform deployed.Platform, m results.Manifest) [][2]string {
	var all [][2]string
	add := func(name, value string) {
		if value != "" {
			all = append(all, [2]string{name, value})
		}
	}
	add("platform", string(platform))
	add("region", m.Region)
	add("stage", m.Stage)
	add("version", m.Version)
	add("seed", fmt.Sprint(m.Seed))
	for _, name := range slices.Sorted(maps.Keys(m.Machine)) {
		add("machine: "+name, m.Machine[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Knobs)) {
		add("enforced: "+name, m.Knobs[name])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Options)) {
		if ms, ok := toFloat(m.Options[name]); ok && name == "ssmLatencyMs" {
			add("SSM answers after", fmt.Sprintf("%v ms (a setting)", ms))
			continue
		}
		add("setting: "+name, OptionText(m.Options[name]))
	}
	return all
}
