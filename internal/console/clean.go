package console

import (
	"fmt"
	"strings"
	"unicode"
)

// Clean makes a text from outside harmless to show: what would move the cursor,
// change the colours, begin a line or turn the direction of writing is written as
// its code (\x1b, \u202e). All other characters stay as they are.
func Clean(text string) string {
	if strings.IndexFunc(text, harmful) < 0 && !strings.ContainsRune(text, unicode.ReplacementChar) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == unicode.ReplacementChar && text[i] != '\xef':
			fmt.Fprintf(&b, `\x%02x`, text[i]) // a byte that is not UTF-8
		case !harmful(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// harmful says that a character does something other than stand in its place:
// control characters (C0, DEL, C1), format characters such as those of
// bidirectional writing and of zero width, and the line and paragraph separators.
func harmful(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// CleanLines cleans a text that may have several lines.
func CleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Clean(strings.TrimSuffix(line, "\r"))
	}
	return strings.Join(lines, "\n")
}
