package gateway

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoute(t *testing.T) {
	api := API{ID: "abc123", Stage: "dev", Routes: []Route{
		{Method: "GET", Path: "/", FunctionARN: "root"},
		{Method: "GET", Path: "/a/{id}", FunctionARN: "parameter"},
		{Method: "GET", Path: "/a/b", FunctionARN: "word"},
		{Method: "GET", Path: "/a/{id}/c", FunctionARN: "below"},
		{Method: "POST", Path: "/a/{id}", FunctionARN: "poster"},
	}}
	rt := newRouter(api, "r", "a")
	for _, tt := range []struct {
		name, method, path string
		function           string // empty: no route
		values             []string
	}{
		{"root", "GET", "/", "root", nil},
		{"word before parameter", "GET", "/a/b", "word", nil},
		{"slash at the end", "GET", "/a/b/", "word", nil},
		{"parameter", "GET", "/a/x", "parameter", []string{"x"}},
		{"parameter stays encoded", "GET", "/a/x%2Fy", "parameter", []string{"x%2Fy"}},
		{"word below a parameter", "GET", "/a/x/c", "below", []string{"x"}},
		{"another method", "POST", "/a/x", "poster", []string{"x"}},
		{"no way back for a method", "POST", "/a/b", "", nil},
		{"too short", "GET", "/a", "", nil},
		{"too long", "GET", "/a/x/c/d", "", nil},
		{"an empty parameter is none", "GET", "/a//", "", nil},
		{"an empty segment", "GET", "/a//c", "", nil},
		{"case matters", "GET", "/A/b", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := &exchange{request: httptest.NewRequest(tt.method, "/", nil), path: tt.path}
			ok := rt.route(x)
			if ok != (tt.function != "") {
				t.Fatalf("routed: %v", ok)
			}
			if !ok {
				return
			}
			if x.method.functionARN != tt.function {
				t.Errorf("function %s, want %s", x.method.functionARN, tt.function)
			}
			if diff := cmp.Diff(tt.values, append([]string(nil), x.parameters...)); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is matched, the resource's path with the values filled in is the request's.
func FuzzRoute(f *testing.F) {
	for _, seed := range []string{"/", "//", "/a/b", "/a/x/c/", "/a//c", "/%2F/a", "/é", "/a/x/d/e//"} {
		f.Add(seed)
	}
	rt := newRouter(API{Routes: []Route{
		{Method: "GET", Path: "/{one}"}, {Method: "GET", Path: "/a/{id}"}, {Method: "GET", Path: "/a/b"},
		{Method: "GET", Path: "/a/{id}/c"}, {Method: "GET", Path: "/a/{id}/{rest}/{more}"}, {Method: "GET", Path: "/"},
	}}, "r", "a")
	f.Fuzz(func(t *testing.T, path string) {
		if !strings.HasPrefix(path, "/") {
			return
		}
		x := &exchange{request: httptest.NewRequest("GET", "/", nil), path: path}
		if !rt.route(x) {
			return
		}
		var b strings.Builder
		i := 0
		for _, s := range x.resource.segments {
			text := s.text
			if s.kind != word {
				if text = x.parameters[i]; text == "" {
					t.Errorf("%q: an empty value", path)
				}
				i++
			}
			b.WriteString("/" + text)
		}
		if got, want := b.String(), strings.TrimRight(path, "/"); got != want {
			t.Errorf("%q matched %s as %q", path, x.resource.path, got)
		}
	})
}

// The gateway survives any path and query, and functions always get JSON.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"/dev/files/a?x=1", "/dev/files/%ff%00?%ff=%00&=&a=%", "/dev//files//", "/dev", "/dev/files/\u2028\"?\"=\\"} {
		f.Add(seed, "body\xff")
	}
	fs := &functions{}
	g := New(API{ID: "abc123", Stage: "dev", Routes: routes}, fs.invoke, region, account)
	f.Fuzz(func(t *testing.T, target, body string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" {
			return
		}
		r := newRequest("POST", "/", body)
		r.URL = u
		calls := fs.calls
		w := send(g, r)
		if fs.calls == calls {
			if w.Code != 403 {
				t.Errorf("%q: status %d without an invocation", target, w.Code)
			}
			return
		}
		checkEvent(t, fs.asked.Payload, target, body)
	})
}
