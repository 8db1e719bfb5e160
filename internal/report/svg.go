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
	label         string // what the picture shows, for those who do not see it
	b             strings.Builder
}

func newCanvas(width, height float64, label string) *canvas {
	return &canvas{width: width, height: height, label: label}
}

// markup is the finished picture.
func (c *canvas) markup() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %s %s" role="img" aria-label="%s">%s</svg>`,
		xy(c.width), xy(c.height), template.HTMLEscapeString(c.label), c.b.String()))
}

// xy is a coordinate: a tenth of a pixel is below what a screen shows.
func xy(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

// shape writes an element with a title, which browsers show on hover.
func (c *canvas) shape(element, class, title string, attributes ...any) {
	fmt.Fprintf(&c.b, `<%s class="%s"`, element, class)
	for i := 0; i+1 < len(attributes); i += 2 {
		value, ok := attributes[i+1].(string)
		if !ok {
			value = xy(attributes[i+1].(float64))
		}
		fmt.Fprintf(&c.b, ` %s="%s"`, attributes[i], value)
	}
	if title == "" {
		c.b.WriteString("/>")
		return
	}
	fmt.Fprintf(&c.b, "><title>%s</title></%s>", template.HTMLEscapeString(title), element)
}

func (c *canvas) rect(class string, x, y, width, height float64, title string) {
	c.shape("rect", class, title, "x", x, "y", y, "width", max(width, 0), "height", height)
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64, title string) {
	c.shape("line", class, title, "x1", x1, "y1", y1, "x2", x2, "y2", y2)
}

func (c *canvas) dot(class string, x, y, radius float64, title string) {
	c.shape("circle", class, title, "cx", x, "cy", y, "r", radius)
}

// text is anchored at its start, middle or end.
func (c *canvas) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(&c.b, `<text class="%s" text-anchor="%s" x="%s" y="%s">%s</text>`, class, anchor, xy(x), xy(y), template.HTMLEscapeString(text))
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

type point struct{ x, y float64 }

// key draws a legend from x on: a swatch of each class with its name.
func (c *canvas) key(x, y float64, entries ...[2]string) {
	for _, e := range entries {
		c.rect(e[0], x, y-8, 10, 10, "")
		c.text("label", "start", x+15, y+1, e[1])
		x += 15 + 6.2*float64(len([]rune(e[1]))) + 16
	}
}
