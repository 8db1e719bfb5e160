package artillery

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// appendJSON appends the text that JSON.stringify makes of a value that js-yaml has read.
func (r *reader) appendJSON(b []byte, n *yaml.Node, depth int) ([]byte, error) {
	n = resolve(n)
	if depth > maxDepth {
		return b, fmt.Errorf("line %d: it is nested more than %d deep", n.Line, maxDepth)
	}
	if n.Style&yaml.TaggedStyle != 0 && n.Tag != "!!str" {
		return b, fmt.Errorf("line %d: the tag %s", n.Line, n.Tag)
	}
	switch n.Kind {
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, item := range n.Content {
			if !r.visit() {
				return b, nil // the caller refuses the file
			}
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = r.appendJSON(b, item, depth+1); err != nil {
				return b, err
			}
		}
		return append(b, ']'), nil
	case yaml.MappingNode:
		b = append(b, '{')
		for i, f := range inOrderOfJavaScript(r.fields(n, 0)) {
			if i > 0 {
				b = append(b, ',')
			}
			key, err := keyOf(f.key)
			if err != nil {
				return b, err
			}
			b = append(appendString(b, key), ':')
			if b, err = r.appendJSON(b, f.value, depth+1); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}
	value, err := scalarOf(n)
	if err != nil {
		return b, fmt.Errorf("line %d: %w", n.Line, err)
	}
	switch value := value.(type) {
	case string:
		return appendString(b, value), nil
	case bool:
		return strconv.AppendBool(b, value), nil
	case float64:
		return append(b, numberText(value)...), nil
	case time.Time:
		return appendString(b, value.UTC().Format("2006-01-02T15:04:05.000Z")), nil
	}
	return append(b, "null"...), nil
}

// numberText is a number as JavaScript writes it.
func numberText(v float64) string {
	if v == 0 {
		return "0" // also for a negative zero
	}
	text, err := json.Marshal(v) // writes numbers as ECMAScript does
	if err != nil {
		return "null" // not a number, or infinite
	}
	return string(text)
}

// keyOf is the name of a field: JavaScript makes a text of any key.
func keyOf(n *yaml.Node) (string, error) {
	value, err := scalarOf(n)
	if err != nil {
		return "", fmt.Errorf("line %d: %w", n.Line, err)
	}
	switch value := value.(type) {
	case float64:
		return numberText(value), nil
	case time.Time:
		return "", fmt.Errorf("line %d: the key %s is a date; quote it", n.Line, n.Value)
	}
	return n.Value, nil
}

// inOrderOfJavaScript puts keys that are integers first, ascending.
func inOrderOfJavaScript(fields []field) []field {
	index := func(f field) float64 {
		n, err := strconv.ParseUint(f.key.Value, 10, 32)
		if err != nil || strconv.FormatUint(n, 10) != f.key.Value || n == math.MaxUint32 {
			return math.Inf(1)
		}
		return float64(n)
	}
	slices.SortStableFunc(fields, func(a, b field) int {
		switch x, y := index(a), index(b); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return fields
}

// appendString quotes a text as JSON.stringify does: encoding/json escapes HTML and line separators, too.
func appendString(b []byte, text string) []byte {
	b = append(b, '"')
	for _, c := range text {
		switch i := strings.IndexRune("\b\f\n\r\t\"\\", c); {
		case i >= 0:
			b = append(b, '\\', `bfnrt"\`[i])
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, string(c)...)
		}
	}
	return append(b, '"')
}

// What js-yaml 3 takes for numbers and times, from its sources.
var (
	jsFloat     = regexp.MustCompile(`^(?:[-+]?(?:0|[1-9][0-9_]*)(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9_]+(?:[eE][-+]?[0-9]+)?)$`)
	jsInteger   = regexp.MustCompile(`^[-+]?0(?:b[01_]+|x[0-9a-fA-F_]+)$`)
	jsInfinity  = regexp.MustCompile(`^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
	jsDate      = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})$`)
	jsTimestamp = regexp.MustCompile(`^([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(?:Z|([-+])([0-9][0-9]?)(?::([0-9]{2}))?))?$`)
	// Octal numbers and numbers of base 60, which mean one thing in YAML 1.1 and another in 1.2.
	ambiguous = regexp.MustCompile(`^[-+]?(?:0[0-7_]+|0o[0-7_]+|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$`)
)

// scalarOf is a scalar's value as js-yaml 3 reads it: nil, a bool, a float64 (JavaScript has no
// other number), a time.Time or a string.
func scalarOf(n *yaml.Node) (any, error) {
	text := n.Value
	if n.Kind != yaml.ScalarNode {
		return nil, errors.New("not a single value")
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 {
		return text, nil
	}
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil, nil
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	}
	switch {
	case ambiguous.MatchString(text):
		return nil, fmt.Errorf("%s is a number to some readers of YAML and a text to others; quote it, or write it as a decimal number", text)
	case jsInfinity.MatchString(text):
		return nil, nil // JSON has null for them
	case jsInteger.MatchString(text) && !strings.HasSuffix(text, "_"):
		n, ok := new(big.Int).SetString(strings.ReplaceAll(text, "_", ""), 0)
		if !ok {
			return text, nil
		}
		value, _ := new(big.Float).SetInt(n).Float64()
		if math.IsInf(value, 0) {
			return nil, nil
		}
		return value, nil
	case jsFloat.MatchString(text) && !strings.HasSuffix(text, "_"):
		value, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
		if math.IsInf(value, 0) {
			return nil, nil
		}
		return value, err
	}
	if at, ok := timeOf(text); ok {
		return at, nil
	}
	return text, nil
}

// timeOf reads a date or a time as js-yaml does.
func timeOf(text string) (time.Time, bool) {
	field := func(text string) int {
		n, _ := strconv.Atoi(text) // the pattern has checked it; an empty one is 0
		return n
	}
	year := func(text string) int {
		n := field(text)
		if n < 100 {
			n += 1900 // as Date.UTC has it
		}
		return n
	}
	if m := jsDate.FindStringSubmatch(text); m != nil {
		return time.Date(year(m[1]), time.Month(field(m[2])), field(m[3]), 0, 0, 0, 0, time.UTC), true
	}
	m := jsTimestamp.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	milliseconds := field((m[7] + "000")[:3])
	at := time.Date(year(m[1]), time.Month(field(m[2])), field(m[3]), field(m[4]), field(m[5]), field(m[6]), milliseconds*1e6, time.UTC)
	zone := time.Duration(field(m[9]))*time.Hour + time.Duration(field(m[10]))*time.Minute
	if m[8] == "-" {
		zone = -zone
	}
	return at.Add(-zone), true
}
