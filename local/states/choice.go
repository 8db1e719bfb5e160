package states

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// choice is one rule of a Choice state.
type choice struct {
	condition condition
	next      string
}

type condition interface {
	holds(scope) (bool, error)
}

type allOf []condition

func (all allOf) holds(s scope) (bool, error) {
	for _, c := range all {
		if ok, err := c.holds(s); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

type anyOf []condition

func (some anyOf) holds(s scope) (bool, error) {
	for _, c := range some {
		if ok, err := c.holds(s); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

type not struct{ condition }

func (n not) holds(s scope) (bool, error) {
	ok, err := n.condition.holds(s)
	return !ok, err
}

// comparison compares the value of a variable with a constant, or with the
// value at another path.
type comparison struct {
	variable path
	operator string
	holdsFor func(value, with any) bool
	with     expression
}

func (c comparison) holds(s scope) (bool, error) {
	value, present := c.variable.get(s)
	with, err := c.with.eval(s)
	if err != nil {
		return false, failf(ErrRuntime, "%s: %v", c.operator, err)
	}
	if c.operator == "IsPresent" {
		return present == with.(bool), nil
	}
	if !present {
		return false, failf(ErrRuntime, "%s: nothing is at path %q", c.operator, c.variable.text)
	}
	return c.holdsFor(value, with), nil
}

func strs(test func(a, b string) bool) func(any, any) bool {
	return func(value, with any) bool {
		a, okA := value.(string)
		b, okB := with.(string)
		return okA && okB && test(a, b)
	}
}

func numbers(test func(a, b float64) bool) func(any, any) bool {
	return func(value, with any) bool {
		a, okA := value.(float64)
		b, okB := with.(float64)
		return okA && okB && test(a, b)
	}
}

func is(test func(any) bool) func(any, any) bool {
	return func(value, with any) bool { return test(value) == with.(bool) }
}

// operators are the comparisons that have a constant on the right, and the kind
// of that constant. Those in withPath exist with a path on the right as well.
var operators = map[string]struct {
	kind  string
	holds func(value, with any) bool
}{
	"StringEquals":             {"string", strs(func(a, b string) bool { return a == b })},
	"StringLessThan":           {"string", strs(func(a, b string) bool { return a < b })},
	"StringGreaterThan":        {"string", strs(func(a, b string) bool { return a > b })},
	"StringLessThanEquals":     {"string", strs(func(a, b string) bool { return a <= b })},
	"StringGreaterThanEquals":  {"string", strs(func(a, b string) bool { return a >= b })},
	"StringMatches":            {"string", strs(wildcardMatch)},
	"NumericEquals":            {"number", numbers(func(a, b float64) bool { return a == b })},
	"NumericLessThan":          {"number", numbers(func(a, b float64) bool { return a < b })},
	"NumericGreaterThan":       {"number", numbers(func(a, b float64) bool { return a > b })},
	"NumericLessThanEquals":    {"number", numbers(func(a, b float64) bool { return a <= b })},
	"NumericGreaterThanEquals": {"number", numbers(func(a, b float64) bool { return a >= b })},
	"BooleanEquals":            {"boolean", func(a, b any) bool { x, ok := a.(bool); return ok && x == b }},
	"IsPresent":                {"boolean", nil},
	"IsNull":                   {"boolean", is(func(v any) bool { return v == nil })},
	"IsString":                 {"boolean", is(func(v any) bool { _, ok := v.(string); return ok })},
	"IsNumeric":                {"boolean", is(func(v any) bool { _, ok := v.(float64); return ok })},
	"IsBoolean":                {"boolean", is(func(v any) bool { _, ok := v.(bool); return ok })},
}

func (k jsonKind) is(v any) bool {
	switch v.(type) {
	case string:
		return k == "string"
	case float64:
		return k == "number"
	case bool:
		return k == "boolean"
	}
	return false
}

type jsonKind string

// wildcardMatch matches * against any characters; \* is a star itself. What is
// between two stars is looked for from the left, which misses nothing.
func wildcardMatch(s, pattern string) bool {
	parts := betweenStars(pattern)
	if len(parts) == 1 {
		return s == parts[0]
	}
	last := len(parts) - 1
	s, begins := strings.CutPrefix(s, parts[0])
	s, ends := strings.CutSuffix(s, parts[last])
	for _, part := range parts[1:last] {
		var found bool
		if _, s, found = strings.Cut(s, part); !found {
			return false
		}
	}
	return begins && ends
}

// betweenStars splits a pattern at its stars. A backslash takes the meaning of a
// star or a backslash behind it.
func betweenStars(pattern string) []string {
	parts := []string{""}
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c == '*' {
			parts = append(parts, "")
			continue
		}
		if c == '\\' && i+1 < len(pattern) && strings.IndexByte(`*\`, pattern[i+1]) >= 0 {
			i++
			c = pattern[i]
		}
		parts[len(parts)-1] += string([]byte{c})
	}
	return parts
}

func parseCondition(rule map[string]any) (condition, error) {
	for _, combinator := range []string{"And", "Or"} {
		list, ok := rule[combinator]
		if !ok {
			continue
		}
		items, ok := list.([]any)
		if !ok || len(items) == 0 || len(rule) != 1 {
			return nil, fmt.Errorf("%s must be the only field and a list of rules", combinator)
		}
		parts := make([]condition, len(items))
		for i, item := range items {
			inner, ok := item.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("%s[%d] is not a rule", combinator, i)
			}
			var err error
			if parts[i], err = parseCondition(inner); err != nil {
				return nil, fmt.Errorf("%s[%d]: %w", combinator, i, err)
			}
		}
		if combinator == "And" {
			return allOf(parts), nil
		}
		return anyOf(parts), nil
	}
	if inner, ok := rule["Not"]; ok {
		fields, ok := inner.(map[string]any)
		if !ok || len(rule) != 1 {
			return nil, fmt.Errorf("Not must be the only field and a rule")
		}
		c, err := parseCondition(fields)
		if err != nil {
			return nil, fmt.Errorf("Not: %w", err)
		}
		return not{c}, nil
	}
	return parseComparison(rule)
}

func parseComparison(rule map[string]any) (condition, error) {
	name, ok := rule["Variable"].(string)
	if !ok {
		return nil, fmt.Errorf("Variable is missing")
	}
	variable, err := parseReferencePath(name)
	if err != nil {
		return nil, fmt.Errorf("Variable: %w", err)
	}
	if len(rule) != 2 {
		return nil, fmt.Errorf("wants Variable and one comparison, has %s", strings.Join(slices.Sorted(maps.Keys(rule)), ", "))
	}
	for operator, with := range rule {
		if operator == "Variable" {
			continue
		}
		base, byPath := strings.CutSuffix(operator, "Path")
		op, ok := operators[base]
		if !ok || byPath && (strings.HasPrefix(base, "Is") || base == "StringMatches") {
			return nil, fmt.Errorf("comparison %q is not supported", operator)
		}
		c := comparison{variable: variable, operator: operator, holdsFor: op.holds}
		if byPath {
			text, ok := with.(string)
			if !ok {
				return nil, fmt.Errorf("%s is not a path", operator)
			}
			if c.with, err = parseReferencePath(text); err != nil {
				return nil, fmt.Errorf("%s: %w", operator, err)
			}
			return c, nil
		}
		if !jsonKind(op.kind).is(with) {
			return nil, fmt.Errorf("%s wants a %s, got %#v", operator, op.kind, with)
		}
		c.with = constant{with}
		return c, nil
	}
	panic("unreachable: the rule has two fields")
}
