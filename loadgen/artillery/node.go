package artillery

import (
	"iter"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// resolve follows an alias to its anchor.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// fields yields the keys and values of a mapping.
func fields(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(resolve(n.Content[i]), resolve(n.Content[i+1])) {
				return
			}
		}
	}
}

// mapping yields the fields of a node that has to be a mapping.
func (r *reader) mapping(n *yaml.Node, what string) iter.Seq2[*yaml.Node, *yaml.Node] {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.refuse(n, "%s that is not a mapping of names to values", what)
		return func(func(*yaml.Node, *yaml.Node) bool) {}
	}
	return fields(n)
}

// list is the content of a node that has to be a list.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		r.refuse(n, "%s that is not a list", what)
		return nil
	}
	return n.Content
}

// text is a string without templates.
func (r *reader) text(n *yaml.Node, what string) string {
	n = resolve(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.refuse(n, "%s that is not a text", what)
	case strings.Contains(n.Value, "{{"):
		r.refuse(n, "a template in %s", what)
	}
	return n.Value
}

func (r *reader) headers(n *yaml.Node) http.Header {
	h := http.Header{}
	for key, value := range r.mapping(n, "headers") {
		h.Set(key.Value, r.text(value, "header "+key.Value))
	}
	return h
}

// number reads one that may be written as a text.
func (r *reader) number(n *yaml.Node, what string) float64 {
	v, err := strconv.ParseFloat(resolve(n).Value, 64)
	if err != nil || !(v >= 0) || v > 1e9 {
		r.refuse(n, "%s %q is not a number", what, resolve(n).Value)
		return 0
	}
	return v
}

var durationText = regexp.MustCompile(`^([0-9]*\.?[0-9]+)\s*(|ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$`)

// duration reads seconds as a number, or a text such as 5m or "2 minutes".
func (r *reader) duration(n *yaml.Node, what string) time.Duration {
	n = resolve(n)
	parts := durationText.FindStringSubmatch(strings.TrimSpace(n.Value))
	if parts == nil {
		r.refuse(n, "%s %q is not a length of time", what, n.Value)
		return 0
	}
	unit := time.Second
	switch {
	case parts[2] == "ms":
		unit = time.Millisecond
	case strings.HasPrefix(parts[2], "m"):
		unit = time.Minute
	case strings.HasPrefix(parts[2], "h"):
		unit = time.Hour
	case strings.HasPrefix(parts[2], "d"):
		unit = 24 * time.Hour
	}
	v, err := strconv.ParseFloat(parts[1], 64)
	if err != nil || v > 1e9 {
		r.refuse(n, "%s %q is out of range", what, n.Value)
		return 0
	}
	return time.Duration(min(v*float64(unit), float64(1<<62)))
}
