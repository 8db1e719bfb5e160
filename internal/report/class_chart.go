package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// newClasses is a strip for each class of each target: its answers as dots, the median
// with its interval, and p90; nil where no answer has a class. First requests come
// first: that is where module systems differ.
func newClasses(targets []results.Target) *stripTable {
	type strip struct {
		target int
		class  results.Class
	}
	var strips []strip
	all := noExtent()
	for i, t := range targets {
		for _, c := range t.Classes {
			if p := c.Latency; p.Min != nil && p.Max != nil {
				strips = append(strips, strip{i, c})
				all.add(*p.Min, *p.Max)
			}
		}
	}
	if len(strips) == 0 {
		return nil
	}
	// The same class of each target stands together: that is the comparison.
	slices.SortStableFunc(strips, func(a, b strip) int {
		return cmp.Or(
			strings.Compare(a.class.Environment, b.class.Environment),
			strings.Compare(a.class.Initialization, b.class.Initialization),
		)
	})
	x := logarithmic(all.least, all.most, stripFrom, stripTo)
	const most = 6
	t := &stripTable{
		Caption: "Latency by class of request, ms", Heads: []string{"median, ms"},
		Axis: stripAxis(x, most, tickLabel),
		Key:  legend(keyEntry{"tick median", "median"}, keyEntry{"line interval ink-line", "95 % interval of the median"}, keyEntry{"tick p90", "p90"}),
	}
	for _, s := range strips {
		p := s.class.Latency
		t.Rows = append(t.Rows, stripRow{
			Name: targets[s.target].Name, Note: fmt.Sprintf("%s, n = %s", className(s.class.ClassKey), grouped(p.N)),
			Cells: []stripCell{{classStrip(s.class, seriesClass(s.target), x, most), optional(p.P50)}},
		})
	}
	return t
}

func classStrip(class results.Class, colour string, x scale, most int) template.HTML {
	const height, middle = 26, 13
	c := ruled(height, x, most)
	p := class.Latency
	c.group(colour)
	if h := p.Distribution(); h != nil && h.N() > 0 {
		c.scatter("dots", scattered(x, thinned(h), middle, 15))
	} else {
		c.line("stroke", x.at(*p.Min), middle, x.at(*p.Max), middle, fmt.Sprintf("%s to %s ms", number(*p.Min), number(*p.Max)))
	}
	c.endGroup()
	if b := p.P50Interval; len(b) == 2 {
		c.line("interval ink-line", x.at(b[0]), middle, x.at(b[1]), middle, fmt.Sprintf("the median lies between %s and %s ms (95 %% interval)", number(b[0]), number(b[1])))
	}
	if p.P50 != nil {
		c.line("median", x.at(*p.P50), 2, x.at(*p.P50), height-2, fmt.Sprintf("median %s ms", number(*p.P50)))
	}
	if p.P90 != nil {
		c.line("p90", x.at(*p.P90), 5, x.at(*p.P90), height-5, fmt.Sprintf("p90 %s ms", number(*p.P90)))
	}
	return c.inTable()
}
