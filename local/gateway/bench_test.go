package gateway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// discard is a ResponseWriter that costs next to nothing.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkGateway is what the gateway adds to an invocation, the connection to the client apart.
func BenchmarkGateway(b *testing.B) {
	answer := lambda.InvokeOutput{Payload: []byte(`{"statusCode":200,"headers":{"content-type":"text/plain","x-environment-id":"0123456789abcdef","x-invocation":"17"},"body":"the parameter's value"}`)}
	g := New(API{ID: "abc123", Stage: "dev", Routes: routes, Tracing: true, ThrottleRate: 1e9, ThrottleBurst: 1e9},
		func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) { return answer, nil }, region, account)
	r := newRequest("GET", "/dev/esmodule", "")
	r.Header.Set("User-Agent", "loadgen")
	r.Header.Set("Accept", "*/*")
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		g.ServeHTTP(w, r)
	}
}

// BenchmarkHTTP is a request over a kept connection, to a handler that does
// nothing and to the gateway: their difference is what the gateway costs a client.
func BenchmarkHTTP(b *testing.B) {
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the parameter's value")) })
	gateway := New(API{ID: "abc123", Stage: "dev", Routes: routes, Tracing: true, ThrottleRate: 1e9, ThrottleBurst: 1e9},
		func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error) {
			return lambda.InvokeOutput{Payload: []byte(`{"statusCode":200,"body":"the parameter's value"}`)}, nil
		}, region, account)
	for name, h := range map[string]http.Handler{"bare": bare, "gateway": gateway} {
		b.Run(name, func(b *testing.B) {
			s := httptest.NewServer(h)
			defer s.Close()
			for b.Loop() {
				resp, err := s.Client().Get(s.URL + "/dev/esmodule")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					b.Fatal(err)
				}
				resp.Body.Close()
			}
		})
	}
}
