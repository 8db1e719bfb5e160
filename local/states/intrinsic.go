package states

import (
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// intrinsic computes a function's value of its evaluated arguments.
type intrinsic func(args []any) (any, error)

// intrinsics are the functions that a definition may call, beside States.Format,
// which is [formatCall].
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
var intrinsics = map[string]intrinsic{
	"States.ArrayLength":  arrayLength,
	"States.ArrayRange":   arrayRange,
	"States.StringToJson": stringToJSON,
	"States.JsonToString": jsonToString,
	"States.JsonMerge":    jsonMerge,
	"States.MathAdd":      mathAdd,
}

func arity(args []any, n int) error {
	if len(args) != n {
		return fmt.Errorf("takes %d arguments, got %d", n, len(args))
	}
	return nil
}

// format fills the gaps between the parts of a template.
func format(parts []string, args []any) (any, error) {
	if gaps := len(parts) - 1; gaps != len(args) {
		return nil, fmt.Errorf("there are %d {} and %d arguments for them", gaps, len(args))
	}
	var b strings.Builder
	b.WriteString(parts[0])
	for i, arg := range args {
		switch v := arg.(type) {
		case string:
			b.WriteString(v)
		case []any, map[string]any:
			// AWS writes them in Java's notation, {a=1}, which no reader of JSON understands.
			return nil, fmt.Errorf("an array or an object cannot be put into a template: use States.JsonToString")
		default:
			text, err := exactjson.Marshal(v)
			if err != nil {
				return nil, err
			}
			b.Write(text)
		}
		b.WriteString(parts[i+1])
	}
	return b.String(), nil
}

// integer rounds to the nearest integer, and a half up, as AWS does.
func integer(args []any, i int) (int64, error) {
	n, ok := asNumber(args[i])
	if !ok {
		return 0, fmt.Errorf("argument %d is not a number", i+1)
	}
	if whole, err := n.Int64(); err == nil {
		return whole, nil
	}
	f, err := n.Float64()
	if err != nil || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("argument %d, %s, is too large for an integer", i+1, n)
	}
	return int64(math.Floor(f + 0.5)), nil
}

func arrayLength(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	items, ok := args[0].([]any)
	if !ok {
		return nil, fmt.Errorf("argument 1 is not an array")
	}
	return newNumber(int64(len(items))), nil
}

// maxRange is Step Functions' limit on the items of States.ArrayRange.
const maxRange = 1000

func arrayRange(args []any) (any, error) {
	if err := arity(args, 3); err != nil {
		return nil, err
	}
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = integer(args, i); err != nil {
			return nil, err
		}
		if n[i] < math.MinInt32 || n[i] > math.MaxInt32 { // no sum below overflows
			return nil, fmt.Errorf("argument %d, %d, is beyond 32 bits", i+1, n[i])
		}
	}
	first, last, by := n[0], n[1], n[2]
	if by == 0 {
		return nil, fmt.Errorf("a step of 0 never ends")
	}
	items := []any{}
	for i := first; by > 0 && i <= last || by < 0 && i >= last; i += by {
		if len(items) == maxRange {
			return nil, fmt.Errorf("more than %d elements", maxRange)
		}
		items = append(items, newNumber(i))
	}
	return items, nil
}

func stringToJSON(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	s, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("argument 1 is not a string")
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil // as recorded on AWS
	}
	var v any
	err := exactjson.Unmarshal([]byte(s), &v)
	return v, err
}

func jsonToString(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	b, err := exactjson.Marshal(args[0])
	return string(b), err
}

func jsonMerge(args []any) (any, error) {
	if err := arity(args, 3); err != nil {
		return nil, err
	}
	a, okA := args[0].(map[string]any)
	b, okB := args[1].(map[string]any)
	if !okA || !okB {
		return nil, fmt.Errorf("the first two arguments must be objects")
	}
	if deep, ok := args[2].(bool); !ok || deep {
		return nil, fmt.Errorf("the third argument must be false: only shallow merging exists")
	}
	merged := make(map[string]any, len(a)+len(b))
	maps.Copy(merged, a)
	maps.Copy(merged, b)
	return merged, nil
}

func mathAdd(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	a, err := integer(args, 0)
	if err != nil {
		return nil, err
	}
	b, err := integer(args, 1)
	if err != nil {
		return nil, err
	}
	sum := a + b
	if b != 0 && (sum > a) != (b > 0) {
		return nil, fmt.Errorf("%d + %d is beyond 64 bits", a, b)
	}
	return newNumber(sum), nil
}
