package statsapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

type requestIDKey struct{}

// requestID is API Gateway's identifier of the request, or empty.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// Proxy lets a Lambda function behind an API Gateway REST API (a proxy
// integration) answer by a handler.
func Proxy(h http.Handler) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	return func(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		r, err := request(ctx, event)
		if err != nil {
			return events.APIGatewayProxyResponse{}, fmt.Errorf("read the proxy event: %w", err)
		}
		w := &recorder{header: http.Header{}}
		h.ServeHTTP(w, r)
		return w.response(), nil
	}
}

// request turns the event back into the request that it came from. API Gateway
// has decoded the query; the path is without the stage.
func request(ctx context.Context, event events.APIGatewayProxyRequest) (*http.Request, error) {
	body := []byte(event.Body)
	if event.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(event.Body); err != nil {
			return nil, fmt.Errorf("the body is not base64: %w", err)
		}
	}
	query := url.Values(event.MultiValueQueryStringParameters)
	if query == nil {
		query = url.Values{}
		for name, value := range event.QueryStringParameters {
			query.Set(name, value)
		}
	}
	ctx = context.WithValue(ctx, requestIDKey{}, event.RequestContext.RequestID)
	target := &url.URL{Path: event.Path, RawQuery: query.Encode()}
	r, err := http.NewRequestWithContext(ctx, event.HTTPMethod, "/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.URL, r.RequestURI = target, target.RequestURI()
	r.RemoteAddr = event.RequestContext.Identity.SourceIP
	for name, values := range event.MultiValueHeaders {
		for _, v := range values {
			r.Header.Add(name, v)
		}
	}
	if event.MultiValueHeaders == nil {
		for name, v := range event.Headers {
			r.Header.Set(name, v)
		}
	}
	r.Host = r.Header.Get("Host")
	return r, nil
}

// recorder is a ResponseWriter that keeps what is written.
type recorder struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// response is what API Gateway makes an answer of. Its body is text unless it cannot be.
func (w *recorder) response() events.APIGatewayProxyResponse {
	w.WriteHeader(http.StatusOK)
	response := events.APIGatewayProxyResponse{StatusCode: w.status, MultiValueHeaders: w.header, Body: w.body.String()}
	if !utf8.Valid(w.body.Bytes()) {
		response.Body, response.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	return response
}
