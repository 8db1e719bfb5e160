package gateway

import (
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
	headers []header // by their canonical names; of several with one name the last counts
	body    string
}

// parseResponse reads a function's answer: an object with no member but
// statusCode, headers, multiValueHeaders, body and isBase64Encoded, all of
// which may be left out or null. Names are compared to the letter, as API Gateway does.
func parseResponse(payload []byte) (response, error) {
	out := response{status: http.StatusOK}
	fail := func(err error) (response, error) {
		return response{}, fmt.Errorf("malformed Lambda proxy response: %w", err)
	}
	answer, err := parse(payload)
	if err != nil {
		return fail(err)
	}
	if answer[0] != '{' {
		return fail(errNoObject)
	}
	var multiple value
	for quoted, member := range answer.members() {
		name, err := quoted.string()
		if err != nil {
			return fail(err)
		}
		switch {
		case !slices.Contains(responseMembers, name):
			err = errors.New("is not a member that it may have")
		case member.isNull():
		case name == "statusCode":
			out.status, err = parseStatus(member)
		case name == "headers":
			err = out.addHeaders(member, oneValue)
		case name == "multiValueHeaders":
			multiple = member
		case name == "body":
			out.body, err = member.string()
		case name == "isBase64Encoded":
			// Without binary media types a body is sent as it is, base64 or not.
			err = checkBool(member)
		}
		if err != nil {
			return fail(fmt.Errorf("%s: %w", name, err))
		}
	}
	if multiple != nil { // last, because it decides where headers has the same name
		if err := out.addHeaders(multiple, someValues); err != nil {
			return fail(fmt.Errorf("multiValueHeaders: %w", err))
		}
	}
	return out, nil
}

var responseMembers = []string{"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}

// parseStatus reads a number, or a number in a string.
func parseStatus(v value) (int, error) {
	text := string(v)
	if v[0] == '"' {
		var err error
		if text, err = v.string(); err != nil {
			return 0, err
		}
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("%s is no status from 200 to 599", v)
	}
	return status, nil
}

func checkBool(v value) error {
	if v[0] != 't' && v[0] != 'f' {
		return errors.New("is neither true nor false")
	}
	return nil
}

func (r *response) addHeaders(v value, parseValues func(value) ([]string, error)) error {
	if v[0] != '{' {
		return errNoObject
	}
	for quoted, member := range v.members() {
		name, err := quoted.string()
		if err != nil {
			return err
		}
		values, err := parseValues(member)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.headers = append(r.headers, header{http.CanonicalHeaderKey(name), values})
	}
	return nil
}

// oneValue reads a header's value: a string or a boolean. API Gateway refuses numbers.
func oneValue(v value) ([]string, error) {
	if v[0] == 't' || v[0] == 'f' {
		return []string{string(v)}, nil
	}
	s, err := v.string()
	return []string{s}, err
}

// someValues reads a list of values.
func someValues(v value) ([]string, error) {
	if v[0] != '[' {
		return nil, errors.New("is not a list")
	}
	var values []string
	for element := range v.elements() {
		one, err := oneValue(element)
		if err != nil {
			return nil, err
		}
		values = append(values, one...)
	}
	return values, nil
}

// remapped are the headers of a function that API Gateway renames, because
// they would speak of its own connection to the client.
var remapped = []string{
	"Connection", "Content-Md5", "Date", "Expect", "Host", "Max-Forwards", "Proxy-Authenticate",
	"Server", "Trailer", "Upgrade", "Www-Authenticate",
}

// own are the headers that are the gateway's alone.
var own = []string{"Content-Length", "Transfer-Encoding", "X-Amzn-Requestid", "X-Amz-Apigw-Id"}

// write sends the answer.
func (r response) write(w http.ResponseWriter) {
	h := w.Header()
	for _, field := range r.headers {
		switch {
		case slices.Contains(own, field.name):
		case slices.Contains(remapped, field.name):
			h["X-Amzn-Remapped-"+field.name] = field.values
		default:
			h[field.name] = field.values
		}
	}
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = []string{"application/json"}
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotModified {
		h["Content-Length"] = []string{strconv.Itoa(len(r.body))}
	}
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.body) // an error means that the client has hung up, or that HEAD has no body
}
