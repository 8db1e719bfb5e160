package report

import (
	"html/template"
	"strings"
)

// stripTable is a chart with one row for each thing: its name, drawings on scales that
// all rows share, and the numbers that they show. It is a table, so that whoever does
// not see the drawings reads the same.
type stripTable struct {
	// Caption says what is shown.
	Caption string
	// Heads are over the columns, each of a drawing with its number.
	Heads []string
	Rows  []stripRow
	// Axis is the scale, of every column.
	Axis template.HTML
	Key  template.HTML
}

// stripRow is one row of a [stripTable].
type stripRow struct {
	Name, Note string
	// Sum marks the row that is about all the others.
	Sum   bool
	Cells []stripCell
}

type stripCell struct {
	Drawing template.HTML
	Text    string
}

// stripFrom and stripTo are the ends of a strip's scale, in percent of its width: a
// mark at an end is not cut.
const stripFrom, stripTo = 2.5, 97.5

// ruled is a strip with the grid of its scale.
func ruled(height float64, s scale, most int) *canvas {
	c := newStrip(height)
	for _, v := range s.ticks(most) {
		c.line("grid", s.at(v), 0, s.at(v), height, "")
	}
	return c
}

// stripAxis is a strip with the scale's values.
func stripAxis(s scale, most int, write tick) template.HTML {
	c := newStrip(18)
	for _, v := range s.ticks(most) {
		c.line("grid", s.at(v), 0, s.at(v), 4, "")
		c.text("label", "middle", s.at(v), 15, write(v))
	}
	return c.inTable()
}

// keyEntry is one line of a legend: a mark and what it stands for.
type keyEntry struct{ mark, text string }

// legend draws marks beside their meaning. The first word of a mark is its shape (dot,
// sizes, square, line, tick, band), the others are its classes.
func legend(entries ...keyEntry) template.HTML {
	out := `<ul class="key">`
	for _, e := range entries {
		c := newCanvas(22, 14)
		switch shape, class, _ := strings.Cut(e.mark, " "); shape {
		case "dot":
			c.dot(class, 11, 7, 5, "")
		case "square":
			c.square(class, 11, 7, 5, "")
		case "line":
			c.line(class, 1, 7, 21, 7, "")
		case "sizes":
			c.dot(class, 5, 7, 2.5, "")
			c.dot(class, 14, 7, 5, "")
		case "tick":
			c.line(class, 11, 1, 11, 13, "")
		default:
			c.rect(class, 2, 2, 18, 10, "")
		}
		out += `<li><svg width="22" height="14" aria-hidden="true" focusable="false">` + c.b.String() + `</svg>` + template.HTMLEscapeString(e.text) + `</li>`
	}
	return template.HTML(out + `</ul>`)
}
