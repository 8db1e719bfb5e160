package wire

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// UserAgent is sent unless the request has one of its own.
const UserAgent = "lambda-benchmark-loadgen"

// Request is one HTTP request.
type Request struct {
	Method string
	// Host is host or host:port, as in the URL.
	Host string
	// Path is the path with its query, already escaped.
	Path   string
	Header http.Header
	Body   []byte
}

// Append appends the request's bytes. Values that would break out of their
// place (a line break in a header, a space in the path) are errors.
func (r Request) Append(dst []byte) ([]byte, error) {
	if !httpguts.ValidHeaderFieldName(r.Method) { // a method is a token, too
		return dst, fmt.Errorf("request: %q is not a method", r.Method)
	}
	if r.Path == "" || strings.ContainsFunc(r.Path, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return dst, fmt.Errorf("request: the path %q is empty or not escaped", r.Path)
	}
	host := r.Host
	if h := r.Header.Get("Host"); h != "" {
		host = h
	}
	if host == "" || !httpguts.ValidHostHeader(host) {
		return dst, fmt.Errorf("request: %q is not a host", host)
	}
	dst = append(dst, r.Method+" "+r.Path+" HTTP/1.1\r\nHost: "+host+"\r\n"...)
	names := make([]string, 0, len(r.Header))
	for name, values := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return dst, fmt.Errorf("request: %q is not a header's name", name)
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				// The value is not shown: it may be a secret.
				return dst, fmt.Errorf("request: the value of header %s has a line break or another control character", name)
			}
		}
		switch http.CanonicalHeaderKey(name) {
		case "Host":
		case "Content-Length", "Transfer-Encoding":
			return dst, fmt.Errorf("request: the header %s follows from the body and cannot be set", name)
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if _, ok := r.Header["User-Agent"]; !ok {
		dst = append(dst, "User-Agent: "+UserAgent+"\r\n"...)
	}
	for _, name := range names {
		for _, value := range r.Header[name] {
			dst = append(dst, name+": "+value+"\r\n"...)
		}
	}
	if len(r.Body) > 0 || r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		dst = append(dst, "Content-Length: "+strconv.Itoa(len(r.Body))+"\r\n"...)
	}
	dst = append(dst, "\r\n"...)
	return append(dst, r.Body...), nil
}

// Matcher looks for a text in a body that comes in parts.
type Matcher struct {
	text  []byte
	tail  []byte // the end of what came so far, shorter than text
	found bool
}

// NewMatcher looks for text; an empty one is always found.
func NewMatcher(text string) *Matcher {
	return &Matcher{text: []byte(text), tail: make([]byte, 0, 2*len(text)), found: text == ""}
}

// Reset begins with the next body.
func (m *Matcher) Reset() {
	m.tail, m.found = m.tail[:0], len(m.text) == 0
}

// Write looks at the next part.
func (m *Matcher) Write(part []byte) {
	if m.found {
		return
	}
	if bytes.Contains(part, m.text) {
		m.found = true
		return
	}
	// An occurrence may straddle: the last bytes of before, then the first of part.
	keep := len(m.text) - 1
	m.tail = append(m.tail, part[:min(len(part), keep)]...)
	if m.found = bytes.Contains(m.tail, m.text); m.found {
		return
	}
	if len(part) >= keep {
		m.tail = append(m.tail[:0], part[len(part)-keep:]...)
	} else if over := len(m.tail) - keep; over > 0 {
		m.tail = append(m.tail[:0], m.tail[over:]...)
	}
}

// Found says whether the text was in the body.
func (m *Matcher) Found() bool { return m.found }
