package report

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// column is one column of a table.
type column struct {
	// group is a heading over neighbouring columns of the same group.
	group string
	head  string
	// left aligns text; numbers are aligned right.
	left bool
}

// table is aligned text. A column in which every cell is empty is left out.
type table struct {
	columns []column
	rows    [][]string
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

// write appends the table with its headings. Lines have no space at their end.
func (t *table) write(b *strings.Builder) {
	type placed struct {
		column
		index, width int
	}
	var shown []placed
	for i, c := range t.columns {
		width := 0
		for _, row := range t.rows {
			if t.isHeading(row) {
				continue
			}
			width = max(width, utf8.RuneCountInString(row[i]))
		}
		if width > 0 {
			shown = append(shown, placed{c, i, max(width, utf8.RuneCountInString(c.head))})
		}
	}
	line := func(cell func(placed) string) {
		var l strings.Builder
		l.WriteString(indent)
		for i, c := range shown {
			switch {
			case i > 0 && c.group != shown[i-1].group:
				l.WriteString(groupsGap)
			case i > 0:
				l.WriteString(gap)
			}
			text := cell(c)
			pad := strings.Repeat(" ", max(0, c.width-utf8.RuneCountInString(text)))
			if c.left {
				l.WriteString(text + pad)
			} else {
				l.WriteString(pad + text)
			}
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}

	// A group's heading begins where its first column's text does.
	var groups []rune
	position := utf8.RuneCountInString(indent)
	for i, c := range shown {
		if i > 0 {
			position += utf8.RuneCountInString(gap)
			if c.group != shown[i-1].group {
				position += len(groupsGap) - len(gap)
			}
		}
		if c.group != "" && (i == 0 || c.group != shown[i-1].group) {
			at := position
			if !c.left {
				at += c.width - utf8.RuneCountInString(c.head)
			}
			for len(groups) < at {
				groups = append(groups, ' ')
			}
			groups = append(groups, []rune(c.group)...)
		}
		position += c.width
	}
	if len(groups) > 0 {
		b.WriteString(string(groups) + "\n")
	}
	line(func(c placed) string { return c.head })
	for _, row := range t.rows {
		if t.isHeading(row) {
			b.WriteString(indent + "-- " + row[0] + "\n")
			continue
		}
		line(func(c placed) string { return row[c.index] })
	}
}

// columns is how wide text is made.
const columns = 100

// words are a text's, a unit together with its number.
func words(text string) []string {
	var all []string
	for field := range strings.FieldsSeq(text) {
		switch unit := strings.TrimRight(field, ",;:)"); {
		case len(all) > 0 && (unit == "%" || unit == "ms"):
			all[len(all)-1] += " " + field
		default:
			all = append(all, field)
		}
	}
	return all
}

// wrap breaks text between words, and within a word only if no line could hold
// it. The first line begins with first, the others with rest.
func wrap(b *strings.Builder, first, rest, text string) {
	line, empty := []rune(first), true
	flush := func() {
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
		line, empty = []rune(rest), true
	}
	for _, one := range words(text) {
		word := []rune(one)
		if !empty && len(line)+1+len(word) > columns {
			flush()
		}
		if !empty {
			line = append(line, ' ')
		}
		for len(line)+len(word) > columns {
			fit := columns - len(line)
			line = append(line, word[:fit]...)
			word = word[fit:]
			flush()
		}
		line, empty = append(line, word...), false
	}
	flush()
}
