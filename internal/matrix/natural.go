package matrix

import (
	"cmp"
	"strings"
)

// natural compares texts with the numbers in them as numbers: python3.9 is before
// python3.11. The generations of a runtime are in their order so.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, restA := leading(a)
		y, restB := leading(b)
		if c := compareLeading(x, y); c != 0 {
			return c
		}
		a, b = restA, restB
	}
	return cmp.Compare(len(a), len(b))
}

// leading cuts a text behind its first number, or before it if there is anything.
func leading(text string) (first, rest string) {
	number := isDigit(text[0])
	end := strings.IndexFunc(text, func(r rune) bool { return r < 0x80 && isDigit(byte(r)) != number || r >= 0x80 && number })
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// compareLeading compares two parts that [leading] cut. Numbers may have more digits than
// an int has, and leading zeros, which decide only where nothing else does.
func compareLeading(x, y string) int {
	if !isDigit(x[0]) || !isDigit(y[0]) {
		return cmp.Compare(x, y)
	}
	m, n := strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	return cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n), cmp.Compare(len(x), len(y)))
}
