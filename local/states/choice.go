package states

import (
	"encoding/json"
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

func stringOrder(test func(a, b string) bool) func(any, any) bool {
	return func(value, with any) bool {
		a, okA := value.(string)
		b, okB := with.(string)
		return okA && okB && test(a, b)
	}
}

func numberOrder(test func(order int) bool) func(any, any) bool {
	return func(value, with any) bool {
		a, okA := asNumber(value)
		b, okB := asNumber(with)
		return okA && okB && test(compareNumbers(a, b))
	}
}

// operators are the comparisons that have a constant on the right, and the kind
// of that constant. All but IsPresent exist with a path on the right as well.
var operators = map[string]struct {
	kind  string
	holds func(value, with any) bool
}{
	"StringEquals":             {"string", stringOrder(func(a, b string) bool { return a == b })},
	"NumericEquals":            {"number", numberOrder(func(order int) bool { return order == 0 })},
	"NumericLessThan":          {"number", numberOrder(func(order int) bool { return order < 0 })},
	"NumericGreaterThan":       {"number", numberOrder(func(order int) bool { return order > 0 })},
	"NumericLessThanEquals":    {"number", numberOrder(func(order int) bool { return order <= 0 })},
	"NumericGreaterThanEquals": {"number", numberOrder(func(order int) bool { return order >= 0 })},
	"BooleanEquals":            {"boolean", func(a, b any) bool { x, ok := a.(bool); return ok && x == b }},
	"IsPresent":                {"boolean", nil},
}

// is says whether a constant of a definition is of the kind.
func (k jsonKind) is(v any) bool {
	switch v.(type) {
	case string:
		return k == "string"
	case json.Number:
		return k == "number"
	case bool:
		return k == "boolean"
	}
	return false
}

type jsonKind string

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
	variable, err := parsePath(name)
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
		if !ok || byPath && base == "IsPresent" {
			return nil, fmt.Errorf("comparison %q is not supported", operator)
		}
		c := comparison{variable: variable, operator: operator, holdsFor: op.holds}
		if byPath {
			text, ok := with.(string)
			if !ok {
				return nil, fmt.Errorf("%s is not a path", operator)
			}
			if c.with, err = parsePath(text); err != nil {
				return nil, fmt.Errorf("%s: %w", operator, err)
			}
			return c, nil
		}
		if !jsonKind(op.kind).is(with) {
			return nil, fmt.Errorf("%s wants a %s, got %s", operator, op.kind, quoted(with))
		}
		c.with = constant{with}
		return c, nil
	}
	panic("unreachable: the rule has two fields")
}
