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
	"ms": optional, "whole": whole, "median": median, "placeRange": placeRange, "p90": p90, "memory": memory, "grouped": grouped,
	"interval": interval, "needs": htmlNeeds, "bound": htmlBound,
	// A unit stays with its number.
	"unbroken": strings.NewReplacer(" ms", "\u00a0ms", " %", "\u00a0%").Replace,
}).Parse(pageHTML))

// htmlBound and htmlNeeds are cells as in the text, with the sign that a page can show.
func htmlBound(p latency.Percentiles, name string, v *float64) string { return sign(bound(p, name, v)) }
func htmlNeeds(p latency.Percentiles) string                          { return sign(needs(p)) }

func sign(cell string) string { return strings.Replace(cell, atLeast, "\u2265\u202f", 1) }

// view is what the template shows.
type view struct {
	Title string
	Local bool
	// Thresholds say what became of the conditions under which the run fails.
	Thresholds []string
	Says       string
	Ticks      string
	Headline   []finding
	Parts      []part
	Others     []other
	Doubts     []string
	Load       *loadView
	Facts      [][2]string
	Notes      []string
	Manifest   string
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
	Generator, NotValid string
	// Reasons are why it was.
	Reasons              []string
	Curve, Time, Classes template.HTML
	Clocks               []clockRow
}

// clockRow is one of a target's clocks.
type clockRow struct {
	Target, Clock string
	P             latency.Percentiles
}

// HTML writes report.html: one file, no script, nothing from elsewhere. What a run
// does not have is not drawn.
func HTML(w io.Writer, r results.Run) error {
	if err := pageTemplate.Execute(w, newView(cleaned(r))); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

func newView(r results.Run) view {
	v := view{Title: "lambda-benchmark", Local: r.Platform() == deployed.Local, Notes: notes(r)}
	if !r.Manifest.Started.IsZero() {
		v.Title += ", " + r.Manifest.Started.UTC().Format("2006-01-02 15:04 MST")
	}
	if r.Manifest.Interrupted {
		v.Notes = append(v.Notes, interruptedNote)
	}
	v.Thresholds = thresholdLines(r.Thresholds)
	v.Parts = parts(r)
	v.Says, v.Headline = findingsTitle(r.Manifest), findings(r)
	v.Ticks = capital(ticksNote(r.Variants))
	for _, u := range unmeasured(r.Variants) {
		v.Others = append(v.Others, other{listed(u.names), u.architectures, string(u.status), u.text})
	}
	v.Doubts = doubts(r.Variants)
	if r.Load != nil && len(r.Load.Targets) > 0 {
		v.Load = newLoadView(*r.Load)
	}
	v.Facts = facts(r.Manifest)
	if text, err := json.MarshalIndent(r.Manifest, "", "  "); err == nil {
		v.Manifest = string(text)
	}
	return v
}

// parts are the tables and charts of the starts.
func parts(r results.Run) []part {
	var parts []part
	d := collect(r.Samples)
	for _, e := range workloads(r.Variants) {
		all := rows(r.Variants, e)
		for _, s := range sections(all) {
			in := slices.DeleteFunc(slices.Clone(all), func(r row) bool { return r.section() != s })
			title := e.String() + ", " + s.String()
			parts = append(parts, part{
				Title: title, Rows: in,
				Cold: coldChart(in, d, "Cold starts: "+title), Warm: warmChart(in, d, "Warm invocations: "+title),
				ColdPlaces: hasPlaces(all, coldOf),
				WarmPlaces: hasPlaces(all, warmOf),
			})
		}
	}
	return parts
}

func newLoadView(l results.Load) *loadView {
	names := make([]string, len(l.Targets))
	v := &loadView{
		Load: l, Verdict: verdictLines(l), Generator: generatorLine(l.Generator),
		Spillover: spilloverLines(l.Targets),
	}
	if !l.Generator.Valid {
		v.NotValid, v.Reasons = notValid, NotValidReasons(l)
	}
	for i, t := range l.Targets {
		names[i] = t.Name
		v.Failures = append(v.Failures, failureLines(t)...)
		if !t.Service.IsZero() {
			v.Clocks = append(v.Clocks, clockRow{t.Name, "service: end - actual start", t.Service.Percentiles})
		}
		if !t.FirstByte.IsZero() {
			v.Clocks = append(v.Clocks, clockRow{t.Name, "first byte: artillery's clock", t.FirstByte.Percentiles})
		}
	}
	v.Title = "Load test of " + strings.Join(names, " and ")
	v.Curve = percentileChart(l.Targets, v.Title+": latency by percentile")
	v.Time = timeChart(l.Targets, v.Title+": latency over time")
	v.Classes = classChart(l.Targets, v.Title+": latency by class of request")
	return v
}

// facts are the run's circumstances.
func facts(m results.Manifest) [][2]string {
	var all [][2]string
	add := func(name, value string) {
		if value != "" {
			all = append(all, [2]string{name, value})
		}
	}
	add("platform", string(m.Platform))
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
	if c := m.Counts; c != nil {
		add("counts", fmt.Sprintf("%d cold and %d warm of each cell and workload, in %s", c.Cold, c.Warm, counted(int64(c.Rounds), "round")))
	}
	for name, value := range m.Settings.Measured() {
		if name == "ssmLatencyMs" {
			name, value = "SSM answers after", value+" ms (a setting)"
		} else {
			name = "setting: " + name
		}
		add(name, value)
	}
	return all
}
