package gateway

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// router finds the method of the resource that a request names. Its resources
// are in the order in which they are tried, the most specific first.
type router []*resource

type resource struct {
	path     string
	id       string
	segments []segment
	methods  map[string]*method
}

// segment is a word of a path or a parameter.
type segment struct {
	kind segmentKind
	text string // the word, or the parameter's name
}

type segmentKind int

const (
	word segmentKind = iota
	parameter
)

type method struct {
	functionARN string
	keyRequired bool
	// sourceARN is what resource policies compare with.
	sourceARN string
}

func newRouter(api API, region, accountID string) router {
	var rt router
	byPath := map[string]*resource{}
	for _, route := range api.Routes {
		r, ok := byPath[route.Path]
		if !ok {
			r = &resource{path: route.Path, id: shortID(api.ID + route.Path), segments: segmentsOf(route.Path), methods: map[string]*method{}}
			byPath[route.Path] = r
			rt = append(rt, r)
		}
		r.methods[route.Method] = &method{
			functionARN: route.FunctionARN,
			keyRequired: route.KeyRequired,
			sourceARN:   "arn:aws:execute-api:" + region + ":" + accountID + ":" + api.ID + "/" + api.Stage + "/" + route.Method + route.Path,
		}
	}
	slices.SortStableFunc(rt, func(a, b *resource) int { return slices.CompareFunc(a.segments, b.segments, moreSpecific) })
	return rt
}

// moreSpecific orders segments: words before parameters.
func moreSpecific(a, b segment) int { return cmp.Compare(a.kind, b.kind) }

func segmentsOf(path string) []segment {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	var segments []segment
	for text := range strings.SplitSeq(path, "/") {
		s := segment{kind: word, text: text}
		if name, ok := strings.CutPrefix(text, "{"); ok && strings.HasSuffix(name, "}") {
			s = segment{kind: parameter, text: name[:len(name)-1]}
		}
		segments = append(segments, s)
	}
	return segments
}

// route finds the resource and the method of a request and the values of its
// path parameters. Slashes at the end of a path do not count.
func (rt router) route(x *exchange) bool {
	path := strings.TrimRight(strings.TrimPrefix(x.path, "/"), "/")
	for _, r := range rt {
		if !r.match(path, &x.parameters) {
			continue
		}
		x.resource, x.method = r, r.methods[x.request.Method]
		return x.method != nil // a resource without the method does not give way to a less specific one
	}
	return false
}

// match says whether a path is the resource's, and with which values of its parameters.
func (r *resource) match(path string, values *[]string) bool {
	*values = (*values)[:0]
	rest, more := path, path != ""
	for _, s := range r.segments {
		if !more {
			return false
		}
		var text string
		text, rest, more = strings.Cut(rest, "/")
		switch {
		case s.kind == word && text != s.text:
			return false
		case s.kind == parameter && text == "":
			return false
		case s.kind == parameter:
			*values = append(*values, text)
		}
	}
	return !more
}

// shortID is an id in the shape of API Gateway's, always the same for a name.
func shortID(name string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	id := strconv.FormatUint(h.Sum64(), 36)
	return ("000000" + id)[len(id):][:6]
}
