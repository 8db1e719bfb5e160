package dynamodb

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// checksumHeader has the CRC-32 of an answer's body.
const checksumHeader = "X-Amz-Crc32"

// inProcess is a transport that calls a handler, without a connection.
type inProcess struct{ http.Handler }

// RoundTrip implements [http.RoundTripper].
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context()) // a transport must not change what it is given
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer in.Body.Close()
	in.RemoteAddr, in.RequestURI = "127.0.0.1:0", r.URL.RequestURI()
	w := &recorder{response: http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: r,
	}}
	p.ServeHTTP(w, in)
	if err := context.Cause(r.Context()); err != nil {
		return nil, err
	}
	w.response.Body, w.response.ContentLength = io.NopCloser(&w.body), int64(w.body.Len())
	return &w.response, nil
}

// recorder keeps an answer.
type recorder struct {
	response http.Response
	written  bool
	body     bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.response.Header }

func (w *recorder) WriteHeader(status int) {
	if !w.written {
		w.written = true
		w.response.StatusCode, w.response.Status = status, http.StatusText(status)
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}
