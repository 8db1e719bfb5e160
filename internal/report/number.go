package report

import (
	"fmt"
	"math"
	"strconv"
)

// absent stands where there is no number.
const absent = "-"

// number has three significant digits, or all digits before the point; what is
// below a tenth has a third decimal, so that a small value is not shown as 0.00.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return absent
	case a >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 0.0995 || a == 0:
		return strconv.FormatFloat(v, 'f', 2, 64)
	default:
		return strconv.FormatFloat(v, 'f', 3, 64)
	}
}

func optional(v *float64) string {
	if v == nil {
		return absent
	}
	return number(*v)
}

// signed always has a sign, since it is a difference.
func signed(v float64) string {
	if v >= 0 {
		return "+" + number(v)
	}
	return number(v)
}

// grouped writes thousands apart: 1,234,567.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted is a number with its noun: 1 sample, 2 samples.
func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// percentileName is p50, p99, p99.9.
func percentileName(p float64) string { return fmt.Sprintf("p%v", p) }
