package report

import (
	"html/template"

	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// loadView is what the page shows of a load test.
type loadView struct {
	results.Load
	Title string
	// Cards are those of a load test alone.
	Cards              []card
	Verdict, Spillover []string
	// Worth says what stands behind the percentiles.
	Worth []string
	// Failures say what was not answered.
	Failures []string
	// Generator is what the generator measured of itself, NotValid what it means for the reader if that was bad.
	Generator, NotValid string
	// Reasons are why it was.
	Reasons     []string
	Classes     *stripTable
	Curve, Time *chart
	Key         template.HTML
	Clocks      []clockRow
}

// clockRow is one of a target's clocks.
type clockRow struct {
	Target, Clock string
	P             latency.Percentiles
}

func newLoadView(l results.Load) *loadView {
	v := &loadView{
		Load: l, Verdict: verdictLines(l), Generator: generatorLine(l.Generator), Spillover: spilloverLines(l.Targets), Worth: worthLines(l),
		Title: "Load test of " + targetNames(l.Targets) + ofRun(l), Key: targetLegend(l.Targets),
	}
	if !l.Generator.Valid {
		v.NotValid, v.Reasons = notValid, NotValidReasons(l)
	}
	for _, t := range l.Targets {
		v.Failures = append(v.Failures, failureLines(t)...)
		if !t.Service.IsZero() {
			v.Clocks = append(v.Clocks, clockRow{t.Name, "service: end - actual start", t.Service.Percentiles})
		}
		if !t.FirstByte.IsZero() {
			v.Clocks = append(v.Clocks, clockRow{t.Name, "first byte: artillery's clock", t.FirstByte.Percentiles})
		}
	}
	v.Classes = newClasses(l.Targets)
	v.Curve = percentileChart("curve", l.Targets, v.Title+": latency by percentile")
	v.Time = timeChart("time", l.Targets, v.Title+": latency over time")
	return v
}
