package gateway

import (
	"context"
	"net/http"
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
