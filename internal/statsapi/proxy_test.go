package statsapi

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// An event of a REST API's proxy integration, as AWS documents it, shortened.
const proxyEvent = `{
  "resource": "/v1/{proxy+}", "path": "/v1/stats", "httpMethod": "GET",
  "headers": {"Host": "abc123.execute-api.eu-central-1.amazonaws.com", "If-None-Match": "\"x\""},
  "multiValueHeaders": {"Host": ["abc123.execute-api.eu-central-1.amazonaws.com"], "If-None-Match": ["\"x\""]},
  "queryStringParameters": {"runtime": "nodejs22.x", "since": "2026-03-04T13:30:00+01:00"},
  "multiValueQueryStringParameters": {"runtime": ["provided.al2023", "nodejs22.x"], "since": ["2026-03-04T13:30:00+01:00"]},
  "pathParameters": {"proxy": "stats"}, "stageVariables": null,
  "requestContext": {"stage": "dev", "path": "/dev/v1/stats", "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "identity": {"sourceIp": "192.0.2.1"}},
  "body": null, "isBase64Encoded": false
}`

func event(t *testing.T) (e events.APIGatewayProxyRequest) {
	t.Helper()
	if err := json.Unmarshal([]byte(proxyEvent), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestProxy(t *testing.T) {
	response, err := Proxy(serve(three()))(t.Context(), event(t))
	if err != nil {
		t.Fatal(err)
	}
	var body list[Item]
	if err := json.Unmarshal([]byte(response.Body), &body); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 200 || body.Total != 3 || response.IsBase64Encoded || !slices.Equal(response.MultiValueHeaders["Content-Type"], []string{"application/json"}) {
		t.Errorf("response %+v, want the 3 items of run-2 as text", response)
	}
}

// An error carries the identifier by which the log finds it.
func TestProxyTellsTheRequestID(t *testing.T) {
	e := event(t)
	e.MultiValueQueryStringParameters = map[string][]string{"memory": {"x"}}
	response, err := Proxy(serve(three()))(t.Context(), e)
	if err != nil || response.StatusCode != 400 || !strings.Contains(response.Body, `"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef"`) {
		t.Errorf("%+v, %v", response, err)
	}
}

// seen is what a handler is asked.
type seen struct {
	Method, URI, Host, Address, Body string
	Accept                           []string
}

func TestProxyRequest(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*events.APIGatewayProxyRequest)
		want   seen
	}{
		{"as it came", func(*events.APIGatewayProxyRequest) {},
			seen{URI: "/v1/stats?runtime=provided.al2023&runtime=nodejs22.x&since=2026-03-04T13%3A30%3A00%2B01%3A00"}},
		{"an event without lists", func(e *events.APIGatewayProxyRequest) {
			e.MultiValueQueryStringParameters, e.MultiValueHeaders = nil, nil
			e.QueryStringParameters, e.Headers["accept"] = map[string]string{"runtime": "a&b=c"}, "text/html"
		}, seen{URI: "/v1/stats?runtime=a%26b%3Dc", Accept: []string{"text/html"}}},
		{"headers that came twice, in any case", func(e *events.APIGatewayProxyRequest) {
			e.MultiValueHeaders["accept"], e.MultiValueQueryStringParameters = []string{"a", "b"}, map[string][]string{}
		}, seen{URI: "/v1/stats", Accept: []string{"a", "b"}}},
		{"a body", func(e *events.APIGatewayProxyRequest) {
			e.HTTPMethod, e.Body, e.MultiValueQueryStringParameters = "POST", "plain", map[string][]string{}
		}, seen{Method: "POST", URI: "/v1/stats", Body: "plain"}},
		{"a body in base64", func(e *events.APIGatewayProxyRequest) {
			e.HTTPMethod, e.MultiValueQueryStringParameters = "POST", map[string][]string{}
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte{0, 0xff}), true
		}, seen{Method: "POST", URI: "/v1/stats", Body: "\x00\xff"}},
		{"the root", func(e *events.APIGatewayProxyRequest) {
			e.Path, e.MultiValueQueryStringParameters = "/", nil
			e.QueryStringParameters = nil
		}, seen{URI: "/"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := event(t)
			row.change(&e)
			var got seen
			_, err := Proxy(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				got = seen{r.Method, r.URL.RequestURI(), r.Host, r.RemoteAddr, string(body), r.Header["Accept"]}
			}))(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			row.want.Host, row.want.Address = "abc123.execute-api.eu-central-1.amazonaws.com", "192.0.2.1"
			if row.want.Method == "" {
				row.want.Method = "GET"
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestProxyResponse(t *testing.T) {
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		want    events.APIGatewayProxyResponse
	}{
		{"nothing written", func(http.ResponseWriter, *http.Request) {},
			events.APIGatewayProxyResponse{StatusCode: 200, MultiValueHeaders: map[string][]string{}}},
		{"text", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("A", "1")
			w.Header().Add("A", "2")
			w.WriteHeader(201)
			w.WriteHeader(500) // too late, as for any handler
			io.WriteString(w, "grün")
		}, events.APIGatewayProxyResponse{StatusCode: 201, MultiValueHeaders: map[string][]string{"A": {"1", "2"}}, Body: "grün"}},
		{"bytes that are no text", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte{0xff}) },
			events.APIGatewayProxyResponse{StatusCode: 200, MultiValueHeaders: map[string][]string{}, Body: "/w==", IsBase64Encoded: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := Proxy(row.handler)(t.Context(), event(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestProxyRefusesABrokenEvent(t *testing.T) {
	e := event(t)
	e.Body, e.IsBase64Encoded = "%", true
	if _, err := Proxy(serve(three()))(t.Context(), e); err == nil || !strings.Contains(err.Error(), "base64") {
		t.Errorf("error %v", err)
	}
}
