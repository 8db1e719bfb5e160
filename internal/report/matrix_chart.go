package report

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// matrixPanel is the whole matrix by one measure: runtimes by architecture and memory
// size, on one scale.
type matrixPanel struct {
	Name, Caption string
	Groups        []matrixGroup
	Columns       []string // memory sizes
	Rows          []matrixRow
	// Ties says that some cells are shaded, as sharing the first place.
	Ties bool
}

// matrixGroup is the heading over an architecture's columns.
type matrixGroup struct {
	Name string
	Span int
}

type matrixRow struct {
	Name       string
	Deprecated bool
	Cells      []matrixCell
}

// matrixCell is a cell; Text is empty where it was not measured.
type matrixCell struct {
	Column, Text, Places string
	Tie                  bool
	Bar                  template.HTML
}

// matrixMeasure is a number by which the matrix is shown.
type matrixMeasure struct {
	name, caption string
	value         func(row) (value *float64, interval []float64)
	place         func(row) *results.Place
	write         func(row, float64) string
}

func (b board) matrixMeasures() []matrixMeasure {
	place := func(of func(row) *results.SeriesSummary) func(row) *results.Place {
		if !hasPlaces(b.rows, of) {
			return func(row) *results.Place { return nil }
		}
		return func(r row) *results.Place {
			if s := of(r); s != nil {
				return s.Place
			}
			return nil
		}
	}
	plain := func(_ row, ms float64) string { return number(ms) }
	all := []matrixMeasure{
		{"cold", "Cold start, median in ms", func(r row) (*float64, []float64) { return medianOf(r.cold, results.TotalMs) }, place(coldOf), plain},
		{"warm", "Warm invocation, median in ms", func(r row) (*float64, []float64) { return medianOf(r.warm, results.DurationMs) }, place(warmOf), plain},
	}
	if b.answers.Pricing != nil {
		all = append(all, matrixMeasure{
			"cost", fmt.Sprintf("Cost of a million invocations in $, %s of them cold", inPercent(b.answers.ColdShare)),
			func(r row) (*float64, []float64) {
				cost := b.cost(r.Variant)
				if cost == nil {
					return nil, nil
				}
				usd := cost.At(b.answers.ColdShare)
				return &usd, nil
			},
			func(row) *results.Place { return nil },
			func(r row, usd float64) string { return cost.Marked(money(usd), b.cost(r.Variant).Confidence) },
		})
	}
	return all
}

// newMatrix is the matrix by each measure; there is none where nothing was measured.
func newMatrix(b board) []matrixPanel {
	var panels []matrixPanel
	for _, m := range b.matrixMeasures() {
		values := noExtent()
		for _, r := range b.rows {
			if v, _ := m.value(r); v != nil {
				values.add(*v)
			}
		}
		if values.empty() {
			continue
		}
		p := matrixPanel{Name: m.name, Caption: m.caption + ": " + b.event.String()}
		for _, s := range b.columns {
			p.Columns = append(p.Columns, fmt.Sprintf("%d MB", s.memoryMB))
			if last := len(p.Groups) - 1; last >= 0 && p.Groups[last].Name == string(s.architecture) {
				p.Groups[last].Span++
			} else {
				p.Groups = append(p.Groups, matrixGroup{string(s.architecture), 1})
			}
		}
		x := logarithmic(values.least, values.most, 4, 98)
		for _, name := range b.runtimes {
			row := matrixRow{Name: name}
			for _, s := range b.columns {
				cell := matrixCell{Column: s.String()}
				if r, ok := b.cell(name, s); ok {
					row.Deprecated = b.deprecated(r)
					cell.fill(r, m, x)
				}
				p.Ties = p.Ties || cell.Tie
				row.Cells = append(row.Cells, cell)
			}
			if slices.ContainsFunc(row.Cells, func(c matrixCell) bool { return c.Text != "" }) {
				p.Rows = append(p.Rows, row)
			}
		}
		panels = append(panels, p)
	}
	return panels
}

func (c *matrixCell) fill(r row, m matrixMeasure, x scale) {
	v, interval := m.value(r)
	if v == nil {
		return
	}
	c.Text = m.write(r, *v)
	if p := m.place(r); p != nil {
		c.Places, c.Tie = placeRange(*p), p.Best == 1
	}
	const height = 8
	bar := newStrip(height)
	bar.rect(architectureClass(r.Variant.Architecture)+" fill", 0, 1, x.at(*v), height-2, "")
	if len(interval) == 2 {
		bar.line("interval ink-line", x.at(interval[0]), height/2, x.at(interval[1]), height/2, "")
	}
	c.Bar = bar.inTable()
}
