package states

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// reader takes fields out of a JSON object and keeps the first complaint.
type reader struct {
	fields map[string]any
	err    error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *reader) known(names ...string) {
	for _, name := range slices.Sorted(maps.Keys(r.fields)) {
		if !slices.Contains(names, name) {
			r.fail("field %q is not supported", name)
		}
	}
}

func field[T any](r *reader, name, kind string) (T, bool) {
	v, there := r.fields[name]
	if !there {
		var zero T
		return zero, false
	}
	t, ok := v.(T)
	if !ok {
		r.fail("%s is not %s", name, kind)
	}
	return t, ok
}

func (r *reader) str(name string) string {
	v, _ := field[string](r, name, "a string")
	return v
}

func (r *reader) boolean(name string) bool {
	v, _ := field[bool](r, name, "true or false")
	return v
}

func (r *reader) object(name string) map[string]any {
	v, there := field[map[string]any](r, name, "an object")
	if !there {
		r.fail("%s is missing", name)
	}
	return v
}

func (r *reader) list(name string) []map[string]any {
	items, _ := field[[]any](r, name, "a list")
	list := make([]map[string]any, 0, len(items))
	for i, item := range items {
		fields, ok := item.(map[string]any)
		if !ok {
			r.fail("%s[%d] is not an object", name, i)
			return nil
		}
		list = append(list, fields)
	}
	return list
}

// number reads a number between lo and hi, or returns fallback if there is none.
func (r *reader) number(name string, fallback, lo, hi float64) float64 {
	n, there := field[json.Number](r, name, "a number")
	if !there {
		return fallback
	}
	v, err := n.Float64()
	if err != nil || v < lo || v > hi {
		r.fail("%s is %v: it must be between %.10g and %.10g", name, n, lo, hi)
	}
	return v
}

func (r *reader) whole(name string, fallback, lo, hi int) int {
	v := r.number(name, float64(fallback), float64(lo), float64(hi))
	if v != math.Trunc(v) {
		r.fail("%s is %v: it must be a whole number", name, v)
	}
	return int(v)
}

const maxSeconds = 99_999_999

func (r *reader) seconds(name string) time.Duration {
	return time.Duration(r.whole(name, 0, 1, maxSeconds)) * time.Second
}

func (r *reader) path(name string) optionalPath {
	v, there := r.fields[name]
	if !there {
		return optionalPath{path: path{text: "$"}}
	}
	if v == nil {
		return optionalPath{discard: true}
	}
	text, ok := v.(string)
	if !ok {
		r.fail("%s is neither a path nor null", name)
		return optionalPath{}
	}
	p, err := parsePath(text)
	if err != nil {
		r.fail("%s: %w", name, err)
	}
	return optionalPath{path: p}
}

// singlePath reads a path that must be there and cannot be null.
func (r *reader) singlePath(name string) *path {
	p, err := parsePath(r.str(name))
	if err != nil {
		r.fail("%s: %w", name, err)
	}
	return &p
}

func (r *reader) resultPath() optionalPath {
	p := r.path("ResultPath")
	if !p.field() {
		r.fail("ResultPath: path %q is not supported: it must name a field of the input, without [n] or $$", p.text)
	}
	return p
}

func (r *reader) template(name string) template {
	v, there := r.fields[name]
	if !there {
		return nil
	}
	t, err := parseTemplate(v)
	if err != nil {
		r.fail("%s: %w", name, err)
	}
	return t
}

// text reads a string, or the path of one from the field with the suffix Path.
func (r *reader) text(name string) expression {
	if _, there := r.fields[name+"Path"]; !there {
		return constant{r.str(name)}
	}
	if _, both := r.fields[name]; both {
		r.fail("%s and %sPath are both there", name, name)
	}
	p, err := parseExpression(r.str(name + "Path"))
	if err != nil {
		r.fail("%sPath: %w", name, err)
	}
	return p
}

func (r *reader) errorNames() []string {
	items, _ := field[[]any](r, "ErrorEquals", "a list")
	var names []string
	for i, item := range items {
		name, ok := item.(string)
		if !ok || name == "" {
			r.fail("ErrorEquals[%d] is not a name", i)
			break
		}
		if name == ErrAll && len(items) > 1 {
			r.fail("ErrorEquals: %s must stand alone", ErrAll)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		r.fail("ErrorEquals names no error")
	}
	return names
}
