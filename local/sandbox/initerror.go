//go:build linux || darwin

package sandbox

import "time"

// handleInitError takes the error of a client that cannot load the function:
// POST /2018-06-01/runtime/init/error.
func (e *environment) handleInitError(q *request) *reply {
	if e.state != stateInit {
		return invalidTransition(e.state.String(), "InitError")
	}
	rep := statusOK
	e.failed = &failure{status: statusError, errorType: reportedType(q.header.Get(errorTypeHeader)),
		payload: q.body, contentType: q.header.Get("Content-Type")}
	if q.tooLarge {
		e.failed, rep = tooLarge(), requestTooLarge()
	}
	e.failedAt = q.at
	e.state = stateInitError
	linger := lingerAfterInitError
	if e.call != nil {
		linger = min(linger, time.Until(e.call.deadline))
	}
	e.set(alarmLinger, linger)
	return rep
}
