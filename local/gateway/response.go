package gateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// response is a function's answer to a proxy event.
type response struct {
	status  int
	headers http.Header
	body    string
	base64  bool
}

// parseResponse reads a function's answer: an object with no member but
// statusCode, headers, multiValueHeaders, body and isBase64Encoded, all of
// which may be left out. Names are compared to the letter, as API Gateway does.
func parseResponse(payload []byte) (*response, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(payload, &members); err != nil {
		return nil, fmt.Errorf("malformed Lambda proxy response: %w", err)
	}
	if members == nil {
		return nil, errors.New("malformed Lambda proxy response: null")
	}
	out := &response{status: http.StatusOK, headers: http.Header{}}
	var multiple map[string]headerValues
	for name, value := range members {
		var err error
		switch name {
		case "statusCode":
			out.status, err = parseStatus(value)
		case "headers":
			err = out.parseHeaders(value)
		case "multiValueHeaders":
			err = json.Unmarshal(value, &multiple)
		case "body":
			err = json.Unmarshal(value, &out.body)
		case "isBase64Encoded":
			err = json.Unmarshal(value, &out.base64)
		default:
			err = errors.New("is not a member that it may have")
		}
		if err != nil {
			return nil, fmt.Errorf("malformed Lambda proxy response: %s: %w", name, err)
		}
	}
	// Where both have a name, multiValueHeaders decide.
	for name, values := range multiple {
		out.headers[http.CanonicalHeaderKey(name)] = values
	}
	return out, nil
}

// parseStatus reads a number, or a number in a string.
func parseStatus(value json.RawMessage) (int, error) {
	if string(value) == "null" {
		return http.StatusOK, nil
	}
	text := string(value)
	if text[0] == '"' {
		if err := json.Unmarshal(value, &text); err != nil {
			return 0, err
		}
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("%s is no status from 200 to 599", value)
	}
	return status, nil
}

func (r *response) parseHeaders(value json.RawMessage) error {
	var headers map[string]headerValue
	if err := json.Unmarshal(value, &headers); err != nil {
		return err
	}
	for name, value := range headers {
		r.headers[http.CanonicalHeaderKey(name)] = []string{string(value)}
	}
	return nil
}

// headerValue is a string or a boolean; API Gateway refuses numbers.
type headerValue string

func (v *headerValue) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true", "false":
		*v = headerValue(data)
		return nil
	case "null":
		return errors.New("a header's value is null")
	}
	return json.Unmarshal(data, (*string)(v))
}

// headerValues is a list of values, or one value by itself.
type headerValues []string

func (v *headerValues) UnmarshalJSON(data []byte) error {
	var list []headerValue
	if data[0] != '[' {
		list = make([]headerValue, 1)
		if err := list[0].UnmarshalJSON(data); err != nil {
			return err
		}
	} else if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, value := range list {
		*v = append(*v, string(value))
	}
	return nil
}

// remapped are the headers of a function that API Gateway renames, because
// they would speak of its own connection to the client.
var remapped = []string{
	"Connection", "Content-Md5", "Date", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate",
	"Server", "Trailer", "Upgrade", "Www-Authenticate",
}

// own are the headers that are the gateway's alone.
var own = []string{"Content-Length", "Transfer-Encoding", "X-Amzn-Requestid", "X-Amz-Apigw-Id"}

// write sends the answer, or returns what the gateway answers instead.
func (r *response) write(w http.ResponseWriter, x *exchange, binaryMediaTypes []string) *refusal {
	if r.base64 && matchesMediaType(binaryMediaTypes, x.request.Header.Get("Accept")) {
		decoded, err := base64.StdEncoding.DecodeString(r.body)
		if err != nil {
			return integrationFailure
		}
		r.body = string(decoded)
	}
	h := w.Header()
	for name, values := range r.headers {
		switch {
		case slices.Contains(own, name):
		case slices.Contains(remapped, name):
			h["X-Amzn-Remapped-"+name] = values
		default:
			h[name] = values
		}
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = []string{"application/json"}
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(r.body))}
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.body) // the client has gone, or its method has no body in answers
	return nil
}
