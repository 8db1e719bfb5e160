package wire

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRequest(t *testing.T) {
	tests := []struct {
		name    string
		request Request
		want    string
		err     string
	}{
		{name: "get", request: Request{Method: "GET", Host: "h:1", Path: "/dev/esmodule?x=1"},
			want: "GET /dev/esmodule?x=1 HTTP/1.1\r\nHost: h:1\r\nUser-Agent: " + UserAgent + "\r\n\r\n"},
		{name: "post with headers", request: Request{Method: "POST", Host: "h", Path: "/", Header: http.Header{"X-Api-Key": {"k"}, "User-Agent": {"u"}}, Body: []byte("hi")},
			want: "POST / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nX-Api-Key: k\r\nContent-Length: 2\r\n\r\nhi"},
		{name: "an empty post says so", request: Request{Method: "POST", Host: "h", Path: "/", Header: http.Header{"User-Agent": {"u"}}},
			want: "POST / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nContent-Length: 0\r\n\r\n"},
		{name: "another host", request: Request{Method: "GET", Host: "h", Path: "/", Header: http.Header{"Host": {"other"}, "User-Agent": {"u"}}},
			want: "GET / HTTP/1.1\r\nHost: other\r\nUser-Agent: u\r\n\r\n"},
		{name: "injected header", request: Request{Method: "GET", Host: "h", Path: "/", Header: http.Header{"A": {"b\r\nC: d"}}}, err: "header A"},
		{name: "injected path", request: Request{Method: "GET", Host: "h", Path: "/ HTTP/1.1\r\nA: b"}, err: "path"},
		{name: "injected host", request: Request{Method: "GET", Host: "h\r\nA: b", Path: "/"}, err: "host"},
		{name: "injected method", request: Request{Method: "GET / HTTP/1.1\r\n", Host: "h", Path: "/"}, err: "method"},
		{name: "bad name", request: Request{Method: "GET", Host: "h", Path: "/", Header: http.Header{"A B": {"c"}}}, err: "A B"},
		{name: "a length of its own", request: Request{Method: "GET", Host: "h", Path: "/", Header: http.Header{"content-length": {"7"}}}, err: "content-length"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.request.Append(nil)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("got error %v, want one about %q", err, tt.err)
				}
				return
			}
			if err != nil || string(got) != tt.want {
				t.Fatalf("got %q (%v), want %q", got, err, tt.want)
			}
			read, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(got)))
			if err != nil {
				t.Fatalf("net/http cannot read it: %v", err)
			}
			if body, _ := io.ReadAll(read.Body); string(body) != string(tt.request.Body) {
				t.Errorf("net/http reads the body %q", body)
			}
		})
	}
}

func TestMatcher(t *testing.T) {
	tests := []struct {
		name, text string
		parts      []string
		want       bool
	}{
		{"whole", "needle", []string{"hay needle hay"}, true},
		{"across two parts", "needle", []string{"hay nee", "dle hay"}, true},
		{"byte by byte", "needle", strings.Split("nneedneedle", ""), true},
		{"across three parts", "needle", []string{"n", "eed", "le"}, true},
		{"absent", "needle", []string{"nee", "hay", "dle"}, false},
		{"one byte", "n", []string{"hay", "n"}, true},
		{"empty is always there", "", nil, true},
		{"nothing came", "n", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := NewMatcher(tt.text)
			for range 2 { // the second time after Reset
				for _, part := range tt.parts {
					m.Write([]byte(part))
				}
				if m.Found() != tt.want {
					t.Errorf("found: %v, want %v", m.Found(), tt.want)
				}
				m.Reset()
			}
		})
	}
}

// Whatever is accepted is exactly one request to net/http, with the same parts.
func FuzzRequest(f *testing.F) {
	f.Add("GET", "h:80", "/dev/esmodule?x=1", "X-Api-Key", "k", []byte(nil))
	f.Add("POST", "h", "/", "A", "b\r\nC: d", []byte("body"))
	f.Fuzz(func(t *testing.T, method, host, path, name, value string, body []byte) {
		raw, err := Request{Method: method, Host: host, Path: path, Header: http.Header{name: {value}}, Body: body}.Append(nil)
		if err != nil || method == "CONNECT" || method == "PRI" {
			return // these two have rules of their own
		}
		in := bufio.NewReader(bytes.NewReader(raw))
		read, err := http.ReadRequest(in)
		if err != nil {
			t.Skip() // net/http is stricter about URLs and hosts
		}
		got, err := io.ReadAll(read.Body)
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("%q: net/http reads the body %q (%v)", raw, got, err)
		}
		if read.Method != method || read.RequestURI != path {
			t.Errorf("%q: net/http reads %q %q", raw, read.Method, read.RequestURI)
		}
		if n := len(read.Header); n > 3 { // the header, User-Agent, Content-Length
			t.Errorf("%q: net/http reads %d headers: %v", raw, n, read.Header)
		}
		if rest, _ := io.ReadAll(in); len(rest) > 0 {
			t.Errorf("%q: %q is left", raw, rest)
		}
	})
}
