package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

const (
	helloWorkload  = "hello"
	sha256Workload = "sha256"
	maxIterations  = 10_000_000
)

var (
	errEvent      = errors.New("the event must be a JSON object")
	errWorkload   = errors.New(`workload must be "hello" or "sha256"`)
	errIterations = fmt.Errorf("iterations must be a whole number from 0 to %d", maxIterations)
)

type request struct {
	workload   string
	iterations int
}

// parse reads the event itself, or the body of an API Gateway proxy event.
func parse(event json.RawMessage) (request, error) {
	// A map, because fields of a struct would match in any case of letters.
	fields, ok := object(event)
	if !ok {
		return request{}, errEvent
	}
	if requestContext := fields["requestContext"]; len(requestContext) > 0 && requestContext[0] == '{' {
		if fields, ok = bodyObject(fields); !ok {
			return request{}, errEvent
		}
	}
	r := request{workload: helloWorkload}
	if json.Unmarshal(defaulted(fields["workload"], `"hello"`), &r.workload) != nil ||
		r.workload != helloWorkload && r.workload != sha256Workload {
		return request{}, errWorkload
	}
	var iterations float64
	if json.Unmarshal(defaulted(fields["iterations"], "0"), &iterations) != nil ||
		iterations != math.Trunc(iterations) || iterations < 0 || iterations > maxIterations {
		return request{}, errIterations
	}
	r.iterations = int(iterations)
	return r, nil
}

// object reads a JSON object; nothing at all and null are an empty one.
func object(text []byte) (fields map[string]json.RawMessage, ok bool) {
	if len(text) == 0 {
		return nil, true
	}
	return fields, json.Unmarshal(text, &fields) == nil
}

func bodyObject(proxy map[string]json.RawMessage) (fields map[string]json.RawMessage, ok bool) {
	var body string
	if json.Unmarshal(defaulted(proxy["body"], `""`), &body) != nil {
		return nil, false
	}
	if string(proxy["isBase64Encoded"]) != "true" {
		return object([]byte(body))
	}
	decoded, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return nil, false
	}
	return object(decoded)
}

func defaulted(value json.RawMessage, absent string) json.RawMessage {
	if len(value) == 0 {
		return json.RawMessage(absent)
	}
	return value // null leaves the default of its destination alone
}

// sha256Chain hashes 32 zero bytes, then the hash, and so on.
func sha256Chain(iterations int) string {
	var block [sha256.Size]byte
	for range iterations {
		block = sha256.Sum256(block[:])
	}
	return hex.EncodeToString(block[:])
}
