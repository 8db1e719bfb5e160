//go:build linux || darwin

package sandbox

import "encoding/base64"

const (
	errorTypeHeader = "Lambda-Runtime-Function-Error-Type"
	errorBodyHeader = "Lambda-Runtime-Function-Error-Body"
)

// handleResponse takes the function's response:
// POST /2018-06-01/runtime/invocation/REQUEST_ID/response.
func (e *environment) handleResponse(q *request) *reply {
	return e.handleAnswer(q, "InvocationResponse", func() *failure {
		if q.trailer.Get(errorTypeHeader) == "" {
			return nil
		}
		return midStream(q)
	})
}

// midStream is the failure of a function that had begun to stream its response:
// the error is in the trailers, and what was streamed is lost to a caller that
// waits for the whole.
func midStream(q *request) *failure {
	f := &failure{status: statusError, errorType: reportedType(q.trailer.Get(errorTypeHeader)), handled: true}
	body, err := base64.StdEncoding.DecodeString(q.trailer.Get(errorBodyHeader))
	if err != nil || len(body) == 0 {
		body = clientPayload(f.errorType, "the response ended in an error that the runtime did not describe")
	}
	f.payload = body
	return f
}
