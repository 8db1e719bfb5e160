package report

import (
	"fmt"
	"slices"
	"strings"
)

// column is one column of a table.
type column struct {
	// group is a heading over neighbouring columns of the same group.
	group string
	head  string
	// left aligns text; numbers are aligned right.
	left bool
}

// name is the column's in a sentence.
func (c column) name() string { return strings.TrimSpace(c.group + " " + c.head) }

// table is aligned text. A column in which every cell is empty is left out.
type table struct {
	columns []column
	rows    [][]string
	// dropped are the names of the columns that are left out where the table is too
	// wide, the first one first.
	dropped []string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// heading is a line of its own before the rows that follow.
func (t *table) heading(text string) { t.rows = append(t.rows, []string{text}) }

// has says whether a cell begins with the text.
func (t *table) has(prefix string) bool {
	for _, row := range t.rows {
		if !t.isHeading(row) && slices.ContainsFunc(row, func(cell string) bool { return strings.HasPrefix(cell, prefix) }) {
			return true
		}
	}
	return false
}

// isHeading tells a heading from a row of cells.
func (t *table) isHeading(row []string) bool { return len(row) == 1 && len(t.columns) > 1 }

// The space left of a table, between two columns, and between two groups of them.
const (
	indent    = "  "
	gap       = "  "
	groupsGap = "   "
)

// A column of text is shortened to shortText before any column is left out, and to
// leastText where that is not enough.
const (
	shortText = 24
	leastText = 12
)

// placed is a column with its place in the rows, the columns of text that stand
// before it, and its width.
type placed struct {
	column
	index, before, width int
	// heading is where the group's heading begins, if the column is its first; else -1.
	heading int
}

// placed are the columns that hold anything.
func (t *table) placed() []placed {
	var shown []placed
	for i, c := range t.columns {
		widest := 0
		for _, row := range t.rows {
			if !t.isHeading(row) {
				widest = max(widest, width(row[i]))
			}
		}
		if widest > 0 {
			shown = append(shown, placed{column: c, index: i, width: max(widest, width(c.head))})
		}
	}
	return shown
}

// arrange gives the columns their places and returns the width of the table. A
// group's heading begins where its first column's text does, and never runs into
// the next one.
func arrange(shown []placed) (total int) {
	position, end := 0, -1 // of the text, and of the headings, so far
	for i := range shown {
		c := &shown[i]
		c.before, c.heading = width(gap), -1
		switch {
		case i == 0:
			c.before = width(indent)
		case c.group != shown[i-1].group:
			c.before = width(groupsGap)
		}
		if c.group != "" && (i == 0 || c.group != shown[i-1].group) {
			inset := 0
			if !c.left {
				inset = c.width - width(c.head)
			}
			c.before = max(c.before, end+width(gap)-position-inset)
			c.heading = position + c.before + inset
			end = c.heading + width(c.group)
		}
		position += c.before + c.width
	}
	return max(position, end)
}

// fit shortens names and leaves columns out until the table fits.
func (t *table) fit(columns int) (shown []placed, leftOut []string) {
	shown = t.placed()
	shortenText(shown, columns, shortText)
	for _, name := range t.dropped {
		if arrange(shown) <= columns {
			return shown, leftOut
		}
		if i := slices.IndexFunc(shown, func(c placed) bool { return c.name() == name }); i >= 0 {
			shown = slices.Delete(shown, i, i+1)
			leftOut = append(leftOut, name)
		}
	}
	shortenText(shown, columns, leastText)
	return shown, leftOut
}

// shortenText narrows the widest columns of text, but not below least, until the
// table fits.
func shortenText(shown []placed, columns, least int) {
	for {
		excess := arrange(shown) - columns
		widest := -1
		for i, c := range shown {
			if c.left && c.width > least && (widest < 0 || c.width > shown[widest].width) {
				widest = i
			}
		}
		if excess <= 0 || widest < 0 {
			return
		}
		c := &shown[widest]
		c.width = max(least, c.width-excess)
	}
}

// write appends the table with its headings. Lines have no space at their end, and
// are never broken.
func (t *table) write(s *sheet) {
	shown, leftOut := t.fit(s.columns())
	line := func(cell func(placed) string) {
		var l strings.Builder
		for _, c := range shown {
			l.WriteString(strings.Repeat(" ", c.before))
			text := shorten(cell(c), c.width)
			pad := strings.Repeat(" ", max(0, c.width-width(text)))
			if c.left {
				l.WriteString(text + pad)
			} else {
				l.WriteString(pad + text)
			}
		}
		s.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}

	var groups []rune
	for _, c := range shown {
		if c.heading >= 0 {
			groups = append(groups, []rune(strings.Repeat(" ", c.heading-len(groups)))...)
			groups = append(groups, []rune(c.group)...)
		}
	}
	if len(groups) > 0 {
		s.WriteString(string(groups) + "\n")
	}
	line(func(c placed) string { return c.head })
	for _, row := range t.rows {
		if t.isHeading(row) {
			s.WriteString(indent + "-- " + row[0] + "\n")
			continue
		}
		line(func(c placed) string { return row[c.index] })
	}
	if len(leftOut) > 0 {
		s.wrap(indent, indent+indent, fmt.Sprintf("not shown in %d columns: %s", s.columns(), strings.Join(leftOut, ", ")))
	}
}

// shorten cuts the beginning of a text that is too wide: paths differ at their ends.
func shorten(text string, columns int) string {
	if over := width(text) - columns; over > 0 {
		return ".." + string([]rune(text)[over+2:])
	}
	return text
}
