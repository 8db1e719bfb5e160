package contract

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// parameterStore is an SSM with one parameter. It is only as much of SSM as
// the functions use, and holds its answers back on demand; package awsapi has the rest.
type parameterStore struct {
	*httptest.Server
	// arrived gets one value for each request, as it arrives.
	arrived chan struct{}
	// released is closed once answers may be given.
	released chan struct{}
	// throttled is how many requests are to be turned away first.
	throttled int
	unknown   bool // the parameter is not there

	mu       sync.Mutex
	requests []string // X-Amz-Target and body
}

const (
	parameterName  = "/contract/parameter"
	parameterValue = "the parameter's value, grün"
)

func newParameterStore(t *testing.T) *parameterStore {
	s := &parameterStore{arrived: make(chan struct{}, 100), released: make(chan struct{})}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *parameterStore) release() { close(s.released) }

func (s *parameterStore) endpoints() map[string]string {
	return map[string]string{"AWS_ENDPOINT_URL": s.URL}
}

func (s *parameterStore) seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.requests...)
}

func (s *parameterStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the function was closed in the middle of it
	}
	s.mu.Lock()
	s.requests = append(s.requests, r.Header.Get("X-Amz-Target")+" "+string(body))
	turnAway := len(s.requests) <= s.throttled
	s.mu.Unlock()
	s.arrived <- struct{}{}
	select {
	case <-s.released:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-RequestId", "00000000-0000-4000-8000-000000000000")
	switch {
	case turnAway:
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type":"ThrottlingException","message":"Rate exceeded"}`)
	case s.unknown:
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"__type":"ParameterNotFound"}`)
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{"Parameter": map[string]any{
			"Name": parameterName, "Type": "String", "Value": parameterValue, "Version": 1, "LastModifiedDate": 1767225600.123,
			"ARN": "arn:aws:ssm:eu-west-1:123456789012:parameter" + parameterName, "DataType": "text",
		}})
	}
}
