package differential

import (
	"encoding/json"
	"fmt"
	"testing"
)

// TestComparisons has every comparison that both interpreters know, with values
// below, at and above what they are compared with, as a constant and by a path.
func TestComparisons(t *testing.T) {
	var all []execution
	add := func(comparison string, with, value any, input object) {
		quoted, err := json.Marshal(with)
		if err != nil {
			t.Fatal(err)
		}
		input["x"] = value
		all = append(all, execution{
			Name:       fmt.Sprintf("%v %s %v", value, comparison, with),
			Definition: json.RawMessage(rule(fmt.Sprintf(`"Variable":"$.x","%s":%s`, comparison, quoted))),
			Input:      input, Context: identity, Unchecked: true,
		})
	}
	both := func(comparison string, with, value any) {
		add(comparison, with, value, object{})
		add(comparison+"Path", "$.y", value, object{"y": with})
	}
	for _, order := range []string{"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"} {
		for _, value := range []any{-1, 0, 0.5, 1, 10} {
			for _, with := range []any{0, 0.5, 10} {
				both("Numeric"+order, with, value)
			}
		}
	}
	for _, value := range []string{"", "A", "a", "ab", "b", "é"} {
		for _, with := range []string{"a", "ab", ""} {
			both("StringEquals", with, value)
		}
	}
	anything := []any{nil, true, false, 0, 1, 1.5, "", "a", "true", []any{}, []any{1}, object{}, object{"x": 1}}
	for _, value := range anything {
		both("BooleanEquals", true, value)
		both("BooleanEquals", false, value)
		both("NumericEquals", 1, value)
		both("StringEquals", "a", value)
		add("IsPresent", true, value, object{})
	}
	agree(t, all, nil)
}
