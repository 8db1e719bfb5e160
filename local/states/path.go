package states

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// path is a JSONPath that leads to exactly one place, which the language calls a
// Reference Path: $ or $$, then .name, ['name'] and [n].
type path struct {
	text    string
	context bool // begins with $$: the context object
	steps   []step
}

type step struct {
	name    string
	index   int
	isIndex bool
}

func parsePath(text string) (path, error) {
	p := path{text: text}
	rest, ok := strings.CutPrefix(text, "$$")
	if ok {
		p.context = true
	} else if rest, ok = strings.CutPrefix(text, "$"); !ok {
		return p, fmt.Errorf("path %q does not begin with $", text)
	}
	for rest != "" {
		var s step
		var err error
		if s, rest, err = parseStep(rest); err != nil {
			return p, fmt.Errorf("path %q: %w", text, err)
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

func parseStep(rest string) (step, string, error) {
	if name, ok := strings.CutPrefix(rest, "."); ok {
		end := strings.IndexAny(name, ".[ ,)(")
		if end < 0 {
			end = len(name)
		}
		if end == 0 {
			return step{}, "", fmt.Errorf("a name is missing at %q", rest)
		}
		if strings.ContainsAny(name[:end], "*?@'\"\\]") {
			return step{}, "", fmt.Errorf("%q is not supported", name[:end])
		}
		return step{name: name[:end]}, name[end:], nil
	}
	inside, ok := strings.CutPrefix(rest, "[")
	if !ok {
		return step{}, "", fmt.Errorf("unexpected %q", rest)
	}
	if quoted, ok := strings.CutPrefix(inside, "'"); ok {
		name, after, ok := strings.Cut(quoted, "']")
		if !ok || name == "" {
			return step{}, "", fmt.Errorf("%q does not end", rest)
		}
		return step{name: name}, after, nil
	}
	word, after, ok := strings.Cut(inside, "]")
	if !ok {
		return step{}, "", fmt.Errorf("%q does not end", rest)
	}
	index, err := strconv.Atoi(word)
	if err != nil || index < 0 {
		return step{}, "", fmt.Errorf("index %q is not supported", word)
	}
	return step{index: index, isIndex: true}, after, nil
}

// field says whether the path names a field of the data. It is what a ResultPath
// must do here: the language allows an array's item too.
func (p path) field() bool {
	return !p.context && !slices.ContainsFunc(p.steps, func(s step) bool { return s.isIndex })
}

// get returns the value at the path, and whether there is one.
func (p path) get(s scope) (any, bool) {
	v := s.data
	if p.context {
		v = s.context
	}
	for _, step := range p.steps {
		if step.isIndex {
			items, ok := v.([]any)
			if !ok || step.index >= len(items) {
				return nil, false
			}
			v = items[step.index]
			continue
		}
		fields, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = fields[step.name]; !ok {
			return nil, false
		}
	}
	return v, true
}

// set returns data with value at the path. Objects on the way are copied, so
// that data itself, which other states may still hold, never changes.
func (p path) set(data, value any) (any, error) {
	if data == nil && len(p.steps) > 0 {
		return nil, failf(ErrResultPathMatchFailure, "%q cannot be set in null", p.text)
	}
	return put(data, p.steps, value)
}

func put(data any, steps []step, value any) (any, error) {
	if len(steps) == 0 {
		return value, nil
	}
	fields, ok := data.(map[string]any)
	if !ok && data != nil {
		return nil, failf(ErrResultPathMatchFailure, "%q cannot be set in a value that is not an object", steps[0].name)
	}
	grown := make(map[string]any, len(fields)+1)
	for k, v := range fields {
		grown[k] = v
	}
	inner, err := put(grown[steps[0].name], steps[1:], value)
	if err != nil {
		return nil, err
	}
	grown[steps[0].name] = inner
	return grown, nil
}

// scope is what paths are resolved against.
type scope struct {
	data    any
	context any
}
