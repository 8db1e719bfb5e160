package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// canvas draws one SVG. Colours and fonts are classes of the page's style, so
// that one drawing is right in the dark and in the light.
type canvas struct {
	width, height float64
	// strip says that horizontal coordinates are percent of the width: the drawing is
	// as wide as its place, and its text keeps its size.
	strip bool
	b     strings.Builder
}

func newCanvas(width, height float64) *canvas { return &canvas{width: width, height: height} }

// newStrip is a drawing of any width, in a table whose cells have its numbers. It
// takes no paths.
func newStrip(height float64) *canvas { return &canvas{width: 100, height: height, strip: true} }

// chart is the finished picture of a chart with its title and description, which
// screen readers read. The ID is the page's only one of that name.
func (c *canvas) chart(id, title, description string) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %s %s" width="%[1]s" role="img" aria-labelledby="%[3]s-title" aria-describedby="%[3]s-desc"><title id="%[3]s-title">%[4]s</title><desc id="%[3]s-desc">%[5]s</desc>%[6]s</svg>`,
		xy(c.width), xy(c.height), template.HTMLEscapeString(id), template.HTMLEscapeString(title), template.HTMLEscapeString(description), c.b.String()))
}

// inTable is the finished picture of a strip. It says nothing that its row does not.
func (c *canvas) inTable() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="strip" height="%s" aria-hidden="true" focusable="false">%s</svg>`, xy(c.height), c.b.String()))
}

// xy is a coordinate: a tenth of a pixel is below what a screen shows.
func xy(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// across is a horizontal coordinate.
func (c *canvas) across(v float64) string {
	if c.strip {
		return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) + "%"
	}
	return xy(v)
}

// shape writes an element with a title, which browsers show on hover.
func (c *canvas) shape(element, class, title string, attributes ...string) {
	fmt.Fprintf(&c.b, `<%s class="%s"`, element, class)
	for i := 0; i+1 < len(attributes); i += 2 {
		fmt.Fprintf(&c.b, ` %s="%s"`, attributes[i], attributes[i+1])
	}
	if title == "" {
		c.b.WriteString("/>")
		return
	}
	fmt.Fprintf(&c.b, "><title>%s</title></%s>", template.HTMLEscapeString(title), element)
}

func (c *canvas) rect(class string, x, y, width, height float64, title string) {
	c.shape("rect", class, title, "x", c.across(x), "y", xy(y), "width", c.across(max(width, 0)), "height", xy(height))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64, title string) {
	c.shape("line", class, title, "x1", c.across(x1), "y1", xy(y1), "x2", c.across(x2), "y2", xy(y2))
}

func (c *canvas) dot(class string, x, y, radius float64, title string) {
	c.shape("circle", class, title, "cx", c.across(x), "cy", xy(y), "r", xy(radius))
}

// square is a mark beside the round ones of dot. A strip has none: its corner would
// be off by half a width.
func (c *canvas) square(class string, x, y, radius float64, title string) {
	c.rect(class, x-radius*0.9, y-radius*0.9, radius*1.8, radius*1.8, title)
}

// text is anchored at its start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(&c.b, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`, class, anchor, c.across(x), xy(y), template.HTMLEscapeString(text))
}

// path draws a line through points.
func (c *canvas) path(class string, points []point, title string) {
	if len(points) == 0 {
		return
	}
	var d strings.Builder
	for i, p := range points {
		if i == 0 {
			d.WriteString("M")
		} else {
			d.WriteString("L")
		}
		d.WriteString(xy(p.x) + " " + xy(p.y))
	}
	c.shape("path", class, title, "d", d.String())
}

// scatter draws many dots as one element: each is a line without length and with
// round ends. On a strip, x is still percent.
func (c *canvas) scatter(class string, points []point) {
	var d strings.Builder
	for _, p := range points {
		fmt.Fprintf(&d, "M%s %sh0", xy(10*p.x), xy(p.y))
	}
	fmt.Fprintf(&c.b, `<svg viewBox="0 0 1000 %s" width="100%%" height="%[1]s" preserveAspectRatio="none"><path class="%s" d="%s"/></svg>`, xy(c.height), class, d.String())
}

// group begins a group of shapes, which endGroup ends.
func (c *canvas) group(class string) { fmt.Fprintf(&c.b, `<g class="%s">`, class) }

func (c *canvas) endGroup() { c.b.WriteString("</g>") }

type point struct{ x, y float64 }

// plot is the rectangle that a chart with two scales is drawn in.
type plot struct {
	left, right, top, bottom float64
}

// tick writes values of a scale for people.
type tick func(float64) string

// xAxis draws a horizontal scale below the plot, and what it is of.
func (c *canvas) xAxis(p plot, s scale, most int, label string, write tick) {
	for _, v := range s.ticks(most) {
		c.line("grid", s.at(v), p.top, s.at(v), p.bottom, "")
		c.text("label", "middle", s.at(v), p.bottom+16, write(v))
	}
	c.text("label", "end", p.right, p.bottom+33, label)
}

// yAxis draws a vertical scale left of the plot, and above it what it is of.
func (c *canvas) yAxis(p plot, s scale, most int, label string, write tick) {
	for _, v := range s.ticks(most) {
		c.line("grid", p.left, s.at(v), p.right, s.at(v), "")
		c.text("label", "end", p.left-7, s.at(v)+4, write(v))
	}
	c.text("label", "start", 0, p.top-12, label)
}

// chart is a picture in two widths, of which a screen shows the one that fits.
type chart struct{ Wide, Narrow template.HTML }

// narrow is the width of a chart on a phone.
const narrow = 350

// drawn is a chart in the width and on a phone.
func drawn(id, title, description string, width float64, draw func(width float64) *canvas) *chart {
	return &chart{
		Wide:   draw(width).chart(id, title, description),
		Narrow: draw(narrow).chart(id+"-narrow", title, description),
	}
}
