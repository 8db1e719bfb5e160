package states

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// A number stays the text that it was written as until something computes with
// it: float64 would change whole numbers beyond 2^53 on their way through.

// asNumber returns a value that is a number. Numbers that Go code made, such as
// those of a task's result, may be float64.
func asNumber(v any) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', -1, 64)), !math.IsInf(v, 0) && !math.IsNaN(v)
	}
	return "", false
}

// compareNumbers is negative if a is less than b and positive if it is greater.
// Whole numbers of 64 bits are compared exactly, all others as float64.
func compareNumbers(a, b json.Number) int {
	x, errX := a.Int64()
	y, errY := b.Int64()
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	f, _ := a.Float64() // beyond the range it is infinite, and so compares as it must
	g, _ := b.Float64()
	return cmp.Compare(f, g)
}

// wholeNumber returns a value that is a number without a fraction, from lo to hi.
func wholeNumber(v any, lo, hi int) (int, bool) {
	n, ok := asNumber(v)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	if err != nil || f != math.Trunc(f) || f < float64(lo) || f > float64(hi) {
		return 0, false
	}
	return int(f), true
}

// newNumber is a computed whole number as a value.
func newNumber(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

// quoted is a value as JSON, for an error's text.
func quoted(v any) string {
	text, err := exactjson.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
