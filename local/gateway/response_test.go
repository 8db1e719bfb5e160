package gateway

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResponse(t *testing.T) {
	for _, tt := range []struct {
		name, payload string
		status        int
		headers       http.Header // beside the gateway's own
		body          string
	}{
		{"full", `{"statusCode":201,"headers":{"content-type":"text/plain","x-a":"1"},"body":"hi","isBase64Encoded":false}`,
			201, http.Header{"Content-Type": {"text/plain"}, "X-A": {"1"}, "Content-Length": {"2"}}, "hi"},
		{"nothing", `{}`, 200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"0"}}, ""},
		{"nulls of aws-lambda-go", `{"statusCode":200,"headers":null,"multiValueHeaders":null,"body":"x"}`,
			200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"1"}}, "x"},
		{"status in a string", `{"statusCode":"404"}`, 404, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"0"}}, ""},
		{"many values win over one", `{"headers":{"Set-Cookie":"a=1","X-A":"1"},"multiValueHeaders":{"set-cookie":["b=2","c=3"]}}`,
			200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"0"}, "X-A": {"1"}, "Set-Cookie": {"b=2", "c=3"}}, ""},
		{"booleans are values", `{"headers":{"X-A":true},"multiValueHeaders":{"X-B":[false,"x"]}}`,
			200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"0"}, "X-A": {"true"}, "X-B": {"false", "x"}}, ""},
		{"remapped", `{"headers":{"Date":"d","server":"s","Content-Length":"99","x-amzn-requestid":"forged"}}`,
			200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"0"}, "X-Amzn-Remapped-Date": {"d"}, "X-Amzn-Remapped-Server": {"s"}}, ""},
		{"base64 without binary media types", `{"body":"aGk=","isBase64Encoded":true}`, 200, http.Header{"Content-Type": {"application/json"}, "Content-Length": {"4"}}, "aGk="},
		{"no content", `{"statusCode":204}`, 204, http.Header{"Content-Type": {"application/json"}}, ""},

		{"array", `[]`, 502, nil, ""},
		{"text", `hello`, 502, nil, ""},
		{"null", `null`, 502, nil, ""},
		{"empty", ``, 502, nil, ""},
		{"another member", `{"statusCode":200,"cookies":[]}`, 502, nil, ""},
		{"another case", `{"StatusCode":200}`, 502, nil, ""},
		{"body is an object", `{"body":{"a":1}}`, 502, nil, ""},
		{"status is a word", `{"statusCode":"fine"}`, 502, nil, ""},
		{"status is a fraction", `{"statusCode":200.5}`, 502, nil, ""},
		{"status is too small", `{"statusCode":101}`, 502, nil, ""},
		{"status is too large", `{"statusCode":600}`, 502, nil, ""},
		{"status is an object", `{"statusCode":{}}`, 502, nil, ""},
		{"header is a number", `{"headers":{"X-A":1}}`, 502, nil, ""},
		{"header is null", `{"headers":{"X-A":null}}`, 502, nil, ""},
		{"headers are a list", `{"headers":[]}`, 502, nil, ""},
		{"many values are one", `{"multiValueHeaders":{"Content-Type":"text/plain"}}`, 502, nil, ""},
		{"many values are null", `{"multiValueHeaders":{"X-A":null}}`, 502, nil, ""},
		{"many values are numbers", `{"multiValueHeaders":{"X-A":[1]}}`, 502, nil, ""},
		{"base64 is text", `{"isBase64Encoded":"yes"}`, 502, nil, ""},
		{"an event of an error", `{"errorMessage":"x","errorType":"y"}`, 502, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &functions{payload: tt.payload}
			if tt.payload == "" {
				f.payload = " "
			}
			w := send(New(API{ID: "abc123", Stage: "dev", Routes: routes}, f.invoke, region, account), newRequest("GET", "/dev/esmodule", ""))
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d", w.Code, tt.status)
			}
			if tt.status == http.StatusBadGateway {
				return
			}
			h := w.Header().Clone()
			if h.Get("X-Amzn-Requestid") == "forged" {
				t.Error("a function forged the request id")
			}
			delete(h, "X-Amzn-Requestid")
			delete(h, "X-Amz-Apigw-Id")
			if diff := cmp.Diff(tt.headers, h); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if got := w.Body.String(); got != tt.body {
				t.Errorf("body %q, want %q", got, tt.body)
			}
		})
	}
}

func FuzzResponse(f *testing.F) {
	for _, seed := range []string{`{"statusCode":200,"headers":{"a":"b"},"multiValueHeaders":{"c":["d",true]},"body":"x","isBase64Encoded":false}`, `{"headers":{"a\r\nb":"c\r\nd"}}`, `[]`, `{"statusCode":"2e2"}`, `{"multiValueHeaders":{"a":[]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		fs := &functions{payload: string(payload) + " "}
		w := send(New(API{ID: "abc123", Stage: "dev", Routes: routes}, fs.invoke, region, account), newRequest("GET", "/dev/esmodule", ""))
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("status %d", w.Code)
		}
	})
}
