package states

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// template is a payload template: JSON in which the value of a field whose
// name ends in ".$" is an expression.
type template interface {
	eval(scope) (any, error)
}

type objectTemplate struct {
	names  []string
	fields []template
}

func (o objectTemplate) eval(s scope) (any, error) {
	v := make(map[string]any, len(o.names))
	for i, name := range o.names {
		var err error
		if v[name], err = o.fields[i].eval(s); err != nil {
			return nil, err
		}
	}
	return v, nil
}

type arrayTemplate []template

func (a arrayTemplate) eval(s scope) (any, error) {
	v := make([]any, len(a))
	for i, item := range a {
		var err error
		if v[i], err = item.eval(s); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func parseTemplate(v any) (template, error) {
	switch v := v.(type) {
	case map[string]any:
		var o objectTemplate
		for _, key := range slices.Sorted(maps.Keys(v)) {
			name, dynamic := strings.CutSuffix(key, ".$")
			if _, twice := v[name]; dynamic && twice {
				return nil, fmt.Errorf("%q and %q are both there", name, key)
			}
			var field template
			var err error
			if text, ok := v[key].(string); dynamic && ok {
				field, err = parseExpression(text)
			} else if dynamic {
				err = fmt.Errorf("must be a string")
			} else {
				field, err = parseTemplate(v[key])
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			o.names = append(o.names, name)
			o.fields = append(o.fields, field)
		}
		return o, nil
	case []any:
		a := make(arrayTemplate, len(v))
		for i, item := range v {
			var err error
			if a[i], err = parseTemplate(item); err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return a, nil
	}
	return constant{v}, nil
}
