//go:build linux || darwin

package sandbox

import (
	"os"
	"time"
)

// own is the life of the environment: one message after the other, each of
// which may change the state. Nothing else does.
func (e *environment) own() {
	defer close(e.ended)
	defer e.host.disown(e)
	for e.state != stateOver {
		var requests chan *request
		var exits chan *os.ProcessState
		if e.process != nil {
			requests = e.process.api.requests
			if e.process.ended == nil {
				exits = e.process.exited
			}
		}
		var calls chan *call
		if e.call == nil && (e.state == stateReady || e.state == stateStopped) {
			calls = e.calls
		}
		select {
		case q := <-requests:
			q.verdict <- e.handle(q)
		case s := <-exits:
			e.process.ended = s
			e.handleExit(s)
		case c := <-calls:
			e.handleCall(c)
		case <-e.timer.C:
			e.handleAlarm()
		case <-e.closing:
			e.handleClose()
		}
	}
}

// handle decides what a runtime client is told.
func (e *environment) handle(q *request) *reply {
	switch q.route {
	case routeNext:
		return e.handleNext(q)
	case routeResponse:
		return e.handleResponse(q)
	case routeError:
		return e.handleError(q)
	case routeInitError:
		return e.handleInitError(q)
	case routeExtensionRegister:
		return e.handleRegister()
	case routeHangUp:
		e.handleHangUp(q)
	}
	return nil
}

func (e *environment) handleCall(c *call) {
	e.call = c
	e.set(alarmNone, 0)
	c.began = time.Now()
	c.deadline = c.began.Add(e.config.Timeout)
	e.journal.begin()
	if e.state == stateReady {
		e.dispatch()
		return
	}
	// The init phase has failed, or the process has ended since: it is run again
	// at the invocation's expense.
	c.again = true
	e.initDuration = nil
	if err := e.start(c.deadline); err != nil {
		e.failed = invalidEntrypoint(c.RequestID, err)
	}
	if e.failed != nil {
		e.fail(e.failed, time.Now())
	}
}

// handleExit is called when the process has ended by itself.
func (e *environment) handleExit(s *os.ProcessState) {
	now := time.Now()
	f := exited(e.requestID(), reason(s))
	if e.process.cage.outOfMemory() {
		f = outOfMemory(e.requestID())
	}
	switch {
	case e.state == stateInit:
		e.failed = f
		e.endFailedInit(now)
	case e.state == stateInitError:
		e.endFailedInit(e.failedAt)
	case e.call != nil:
		e.fail(f, now)
	default: // between two invocations
		e.stop()
		e.spent, e.state = true, stateStopped
		e.markGone()
	}
}

func (e *environment) handleAlarm() {
	switch e.alarm {
	case alarmInit:
		if e.call != nil {
			e.handleDeadline()
			return
		}
		e.failed = initTimedOut(e.initLimit())
		e.endFailedInit(time.Now())
	case alarmLinger:
		e.endFailedInit(e.failedAt)
	case alarmDeadline:
		e.handleDeadline()
	case alarmFreeze:
		e.freeze()
	}
}

// handleDeadline ends an invocation that has used up the function's timeout:
// without grace, as a success after it would be none on AWS.
func (e *environment) handleDeadline() {
	e.fail(timedOut(e.call.RequestID, e.config.Timeout), e.call.deadline)
}

func (e *environment) handleClose() {
	if e.extension && e.process != nil {
		e.process.terminate(e.host.limits.extensionGrace)
	}
	if e.call != nil {
		e.fail(exited(e.call.RequestID, "signal: killed"), time.Now())
		return
	}
	if e.state == stateInit || e.state == stateInitError {
		e.failed = exited(e.requestID(), "signal: killed")
		e.init.Err = e.failed
		defer close(e.initialised)
	}
	e.stop()
	e.leave()
}
