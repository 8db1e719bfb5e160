package artillery

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scenarios reads the list of that name. Scenarios of one file share its rate
// evenly, so their weights must be the same.
func (r *reader) scenarios(n *yaml.Node) {
	var weights []float64
	for item := range r.list(n, "scenarios") {
		weights = append(weights, r.scenario(item))
	}
	for _, w := range weights {
		if w != weights[0] {
			r.refuse(n, "scenarios of different weights; run them one by one with -rate")
			return
		}
	}
}

func (r *reader) scenario(n *yaml.Node) (weight float64) {
	weight = 1
	var request *Request
	var name string
	for key, value := range r.mapping(n, "a scenario") {
		switch key.Value {
		case "name":
			name = value.Value
		case "weight":
			weight = r.number(value, "weight")
		case "flow":
			request = r.flow(value)
		case "engine":
			if value.Value != "http" {
				r.refuse(value, "engine %s", value.Value)
			}
		default:
			r.refuse(key, "%s of a scenario", key.Value)
		}
	}
	if request == nil {
		r.refuse(n, "a scenario without a request")
		return weight
	}
	request.Scenario = name
	r.test.Requests = append(r.test.Requests, *request)
	return weight
}

var methods = []string{"get", "post", "put", "patch", "delete", "head", "options"}

// flow reads the one request of a scenario.
func (r *reader) flow(n *yaml.Node) *Request {
	var request *Request
	for step := range r.list(n, "flow") {
		for key, value := range r.mapping(step, "a step of a flow") {
			switch {
			case key.Value == "think" || key.Value == "log":
				r.ignore(key, "%s: arrivals follow from the phases alone", key.Value)
			case !slices.Contains(methods, key.Value):
				r.refuse(key, "%s in a flow", key.Value)
			case request != nil:
				r.refuse(key, "a second request in a flow (%s); only the first would have a planned moment", key.Value)
			default:
				request = r.request(strings.ToUpper(key.Value), value)
			}
		}
	}
	return request
}

func (r *reader) request(method string, n *yaml.Node) *Request {
	request := &Request{Method: method, Header: http.Header{}}
	follows, isJSON := true, false
	if n = resolve(n); n.Kind == yaml.ScalarNode {
		request.URL = r.text(n, "url") // get: "/path"
	} else {
		for key, value := range r.mapping(n, "a request") {
			switch key.Value {
			case "url", "uri":
				request.URL = r.text(value, "url")
			case "headers":
				maps.Copy(request.Header, r.headers(value))
			case "body", "json":
				if request.Body != nil {
					r.refuse(key, "both body and json of a request")
				}
				if key.Value == "json" {
					request.Body = r.json(value)
				} else {
					request.Body = []byte(r.text(value, "body"))
				}
				isJSON = key.Value == "json"
			case "expect":
				r.expect(request, value)
			case "name":
			case "followRedirect":
				follows = r.flag(value, "followRedirect")
			default:
				r.refuse(key, "%s of a request", key.Value)
			}
		}
	}
	if request.URL == "" {
		r.refuse(n, "a request without a url")
	}
	if isJSON && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	r.follows = r.follows || follows
	return request
}

func (r *reader) json(n *yaml.Node) []byte {
	body, err := r.appendJSON([]byte{}, n, 0)
	switch {
	case err != nil:
		r.refuse(n, "json: %v", err)
	case bytes.Contains(body, []byte("{{")):
		r.refuse(n, "a template in json")
	}
	return body
}

// expect reads what the plugin of that name would check.
func (r *reader) expect(request *Request, n *yaml.Node) {
	r.expected = true
	for item := range r.oneOrMore(n, "expect") {
		for key, value := range r.mapping(item, "expect") {
			if key.Value != "statusCode" {
				r.refuse(key, "%s in expect", key.Value)
				continue
			}
			for code := range r.oneOrMore(value, "statusCode") {
				request.ExpectStatus = append(request.ExpectStatus, r.whole(code, "statusCode"))
			}
		}
	}
}
