package report

import (
	"html/template"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// cellTable has the numbers of every cell of one workload, with every sample as a dot.
type cellTable struct {
	Title string
	Rows  []cellRow
	// ColdPlaces and WarmPlaces say that places tell anything apart.
	ColdPlaces, WarmPlaces bool
	// Dots says that the samples are drawn.
	Dots               bool
	ColdAxis, WarmAxis template.HTML
}

// cellRow is a row with the distributions of its samples.
type cellRow struct {
	row
	ColdDots, WarmDots template.HTML
}

// Reach of the template into a row.
func (r row) Row() row                           { return r }
func (r row) Cell() string                       { return r.name() + ", " + r.section().String() }
func (r row) Name() string                       { return r.name() }
func (r row) Version() string                    { return r.version() }
func (r row) Architecture() string               { return string(r.Variant.Architecture) }
func (r row) MemoryMB() int                      { return r.Variant.MemoryMB }
func (r row) ColdSeries() *results.SeriesSummary { return r.cold }
func (r row) WarmSeries() *results.SeriesSummary { return r.warm }

// HasRuntimeMetrics says whether any runtime counts something of itself.
func (t cellTable) HasRuntimeMetrics() bool {
	return slices.ContainsFunc(t.Rows, func(r cellRow) bool { return len(r.RuntimeMetrics()) > 0 })
}

func newCellTable(b board, values map[results.Series]results.Values) cellTable {
	t := cellTable{Title: b.event.String(), ColdPlaces: hasPlaces(b.rows, coldOf), WarmPlaces: hasPlaces(b.rows, warmOf)}
	const most = 4
	cold, warm := b.scaleOf(coldOf, results.TotalMs), b.scaleOf(warmOf, results.DurationMs)
	for _, r := range b.rows {
		one := cellRow{row: r}
		if all := values[b.series(r, results.Cold)].Of(results.TotalMs); len(all) > 0 {
			one.ColdDots = distribution(cold, most, thinned(all), r.cold.Metrics[results.TotalMs])
		}
		if all := values[b.series(r, results.Warm)].Of(results.DurationMs); len(all) > 0 {
			one.WarmDots = distribution(warm, most, thinned(all), r.warm.Metrics[results.DurationMs])
		}
		t.Dots = t.Dots || one.ColdDots != "" || one.WarmDots != ""
		t.Rows = append(t.Rows, one)
	}
	t.ColdAxis, t.WarmAxis = stripAxis(cold, most, tickLabel), stripAxis(warm, most, tickLabel)
	return t
}

// scaleOf is a strip's scale from the smallest to the largest value of a metric.
func (b board) scaleOf(of func(row) *results.SeriesSummary, metric string) scale {
	all := noExtent()
	for _, r := range b.rows {
		if s := of(r); s != nil && s.Metrics[metric].Min != nil {
			all.add(*s.Metrics[metric].Min, *s.Metrics[metric].Max)
		}
	}
	return logarithmic(all.least, all.most, stripFrom, stripTo)
}

// series is a row's of a temperature.
func (b board) series(r row, t results.Temperature) results.Series {
	return results.Series{Variant: r.Variant, Event: b.event.asked(), Temperature: t}
}
