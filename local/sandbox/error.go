//go:build linux || darwin

package sandbox

// handleError takes the error that the handler ended with:
// POST /2018-06-01/runtime/invocation/REQUEST_ID/error.
func (e *environment) handleError(q *request) *reply {
	return e.handleAnswer(q, "InvocationErrorResponse", func() *failure {
		return &failure{
			status: statusError, errorType: reportedType(q.header.Get(errorTypeHeader)),
			payload: q.body, contentType: q.header.Get("Content-Type"), handled: true,
		}
	})
}
