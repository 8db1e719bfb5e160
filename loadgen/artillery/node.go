package artillery

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// parseDocument reads the one document of a file, which has to be a mapping without a key twice.
func parseDocument(data []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	switch err := decoder.Decode(&root); {
	case errors.Is(err, io.EOF), err == nil && len(root.Content) == 0:
		return nil, errors.New("the file is empty")
	case err != nil:
		return nil, err
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fmt.Errorf("line %d: a second document; artillery reads files of one", second.Line)
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	top := resolve(root.Content[0])
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: want config: and scenarios:", top.Line)
	}
	return top, uniqueKeys(top)
}

// uniqueKeys refuses mappings that have a key twice. It does not follow aliases: what they
// refer to is in the tree, too.
func uniqueKeys(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		lines := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			if first, ok := lines[key.Value]; ok && key.Kind == yaml.ScalarNode {
				return fmt.Errorf("line %d: the key %q is in line %d already", key.Line, key.Value, first)
			}
			lines[key.Value] = key.Line
		}
	}
	for _, child := range n.Content {
		if err := uniqueKeys(child); err != nil {
			return err
		}
	}
	return nil
}

// resolve follows an alias to its anchor.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

// visit counts a node, and says whether the bound leaves room for it.
func (r *reader) visit() bool {
	r.nodes++
	return r.nodes <= mostNodes
}

// field is one of a mapping's.
type field struct{ key, value *yaml.Node }

// fields are those of a mapping, with those that a merge key brings in: at its place, and
// after whatever the mapping itself says. They are in the order that JavaScript's objects
// keep, but for keys that are integers.
func (r *reader) fields(n *yaml.Node, depth int) []field {
	var all []field
	index := map[string]int{}
	explicit := map[string]bool{}
	add := func(f field, merged bool) {
		i, ok := index[f.key.Value]
		switch {
		case !ok:
			index[f.key.Value] = len(all)
			all = append(all, f)
		case !merged && !explicit[f.key.Value]:
			all[i] = f
		}
		explicit[f.key.Value] = explicit[f.key.Value] || !merged
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !r.visit() {
			return nil
		}
		key, value := resolve(n.Content[i]), resolve(n.Content[i+1])
		if key.Kind != yaml.ScalarNode {
			r.refuse(key, "a key that is not a text")
			continue
		}
		if !isMerge(key) {
			add(field{key, value}, false)
			continue
		}
		sources := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			sources = value.Content
		}
		for _, source := range sources {
			if source = resolve(source); source.Kind != yaml.MappingNode || depth == maxDepth {
				r.refuse(key, "<< of something that is not a mapping")
				continue
			}
			for _, f := range r.fields(source, depth+1) {
				add(f, true)
			}
		}
	}
	return all
}

// maxDepth bounds merge keys inside of merge keys, and lists and mappings inside of a JSON body.
const maxDepth = 100

// isMerge says whether a key is <<, not quoted.
func isMerge(key *yaml.Node) bool { return key.Value == "<<" && key.Tag == "!!merge" }

// mapping yields the fields of a node that has to be a mapping.
func (r *reader) mapping(n *yaml.Node, what string) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		n := resolve(n)
		if n.Kind != yaml.MappingNode {
			r.refuse(n, "%s that is not a mapping of names to values", what)
			return
		}
		for _, f := range r.fields(n, 0) {
			if !yield(f.key, f.value) {
				return
			}
		}
	}
}

// list yields the items of a node that has to be a list.
func (r *reader) list(n *yaml.Node, what string) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		n := resolve(n)
		if n.Kind != yaml.SequenceNode {
			r.refuse(n, "%s that is not a list", what)
			return
		}
		for _, item := range n.Content {
			if !r.visit() || !yield(resolve(item)) {
				return
			}
		}
	}
}

// oneOrMore yields the items of a list, or the node itself where it is none.
func (r *reader) oneOrMore(n *yaml.Node, what string) iter.Seq[*yaml.Node] {
	if n = resolve(n); n.Kind == yaml.SequenceNode {
		return r.list(n, what)
	}
	return func(yield func(*yaml.Node) bool) { yield(n) }
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
		if h.Get(key.Value) != "" {
			r.refuse(key, "the header %s twice", http.CanonicalHeaderKey(key.Value))
		}
		h.Set(key.Value, r.text(value, "header "+key.Value))
	}
	return h
}

// flag reads true or false.
func (r *reader) flag(n *yaml.Node, what string) bool {
	value, err := scalarOf(resolve(n))
	is, ok := value.(bool)
	if err != nil || !ok {
		r.refuse(n, "%s %q is neither true nor false", what, resolve(n).Value)
	}
	return is
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

// whole reads a number without a fraction.
func (r *reader) whole(n *yaml.Node, what string) int {
	v := r.number(n, what)
	if v != float64(int(v)) {
		r.refuse(n, "%s %v is not a whole number", what, v)
	}
	return int(v)
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
