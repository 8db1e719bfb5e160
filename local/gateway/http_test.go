package gateway

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// What only a real connection shows.
func TestOverHTTP(t *testing.T) {
	f := &functions{payload: `{"statusCode":200,"body":"hello"}`}
	s := httptest.NewServer(New(API{ID: "abc123", Stage: "dev", Routes: routes}, f.invoke, region, account))
	defer s.Close()
	for _, tt := range []struct {
		name, method, path string
		body               []byte
		status             int
		length             int64
		want               string
	}{
		{"GET", "GET", "/dev/files/a", nil, 200, 5, "hello"},
		{"HEAD has a length and no body", "HEAD", "/dev/files/a", nil, 200, 5, ""},
		// A client that still sends its body must be able to read the refusal.
		{"too large", "POST", "/dev/files/a", bytes.Repeat([]byte("x"), MaxBody+1<<20), 413, 58, `{"message":"HTTP content length exceeded 10485760 bytes."}`},
		{"a double slash is not redirected", "GET", "/dev//files/a", nil, 403, 42, `{"message":"Missing Authentication Token"}`},
		{"dots are not resolved", "GET", "/dev/files/../esmodule", nil, 200, 5, "hello"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tt.method, s.URL+tt.path, bytes.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.status || string(body) != tt.want || resp.ContentLength != tt.length {
				t.Errorf("got %d, length %d: %s", resp.StatusCode, resp.ContentLength, body)
			}
		})
	}
}
