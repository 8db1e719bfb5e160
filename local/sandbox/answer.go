//go:build linux || darwin

package sandbox

import "time"

// handleAnswer takes the function's answer, a response or an error: failure
// returns why the answer is an error, or nil. transition is the Runtime API's
// name of the state that the client asks for.
func (e *environment) handleAnswer(q *request, transition string, failure func() *failure) *reply {
	c := e.call
	if c == nil || q.id != c.RequestID || c.dispatched.IsZero() {
		return invalidRequestID()
	}
	if e.state != stateRunning {
		return invalidTransition(e.state.String(), transition)
	}
	if !q.at.Before(c.deadline) { // the alarm is about to ring
		e.handleDeadline()
		return nil
	}
	switch q.header.Get("Lambda-Runtime-Function-Response-Mode") {
	case "", "streaming", "buffered":
	default:
		return invalidResponseMode()
	}
	rep := statusOK
	switch {
	case q.tooLarge:
		c.failure, rep = tooLarge(), requestTooLarge()
	case q.truncated:
		c.failure, rep = truncated(), requestTruncated()
	default:
		c.failure = failure()
	}
	response := Response{Payload: q.body, ContentType: q.header.Get("Content-Type")}
	if c.failure != nil {
		response = c.failure.response()
	}
	e.state = stateAnswered
	e.answer(response, q.at)
	return rep
}

// answer gives the response to the caller, who does not wait for the rest.
func (e *environment) answer(r Response, at time.Time) {
	c := e.call
	c.latency = at.Sub(c.began)
	if !c.dispatched.IsZero() {
		c.latency = at.Sub(c.dispatched)
	}
	if e.process != nil {
		e.process.output.catchUp()
	}
	r.LogTail = e.journal.last()
	c.response = &r
	c.answered <- r
}
