//go:build linux || darwin

package sandbox

import (
	"net/http"
	"strconv"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// handleNext takes the request for an event, which ends the phase before it: an
// init phase or an invocation. GET /2018-06-01/runtime/invocation/next.
func (e *environment) handleNext(q *request) *reply {
	switch e.state {
	case stateInit:
		duration := q.at.Sub(e.process.spawned)
		e.parked = q.conn
		e.state = stateReady
		e.process.output.catchUp() // what the init phase printed comes before START
		if e.kind != functions.ProvisionedConcurrency {
			e.limitCPU()
		}
		if e.call != nil { // the phase was run again inside an invocation
			e.dispatch()
			return nil
		}
		e.initDuration = &duration
		e.endInit(q.at)
	case stateReady:
		if e.parked != nil && e.parked != q.conn {
			e.parked.Close() // a client has one connection; it has lost the other
		}
		e.parked = q.conn
		if e.call != nil {
			e.dispatch()
		}
	case stateAnswered:
		e.parked = q.conn
		e.state = stateReady
		e.finish(q.at)
	default:
		return invalidTransition(e.state.String(), "Ready")
	}
	return nil
}

// handleHangUp notes the end of a connection that waited for an event.
func (e *environment) handleHangUp(q *request) {
	if e.parked == q.conn {
		e.parked = nil
	}
}

// dispatch hands the event to the connection that waits for one. If none does,
// the next request for an event gets it.
func (e *environment) dispatch() {
	c := e.call
	e.enforce("thawing", e.process.thaw())
	if e.parked != nil {
		e.write()
	}
	e.set(alarmDeadline, time.Until(c.deadline))
}

// write writes the event, and START to the log before anything that the
// function prints because of it.
func (e *environment) write() {
	c, to := e.call, e.parked
	e.parked = nil
	now := time.Now()
	if !c.again {
		c.began, c.deadline = now, now.Add(e.config.Timeout)
	}
	event := e.event()
	if len(c.Payload) > 64<<10 {
		// More than the connection may hold: the client has to read while we
		// write, and may not.
		e.logStart()
		_ = to.SetWriteDeadline(c.deadline)
		defer to.SetWriteDeadline(time.Time{})
		c.dispatched = time.Now()
		if to.write(event, false) != nil {
			to.Close()
			return
		}
		e.state = stateRunning
		return
	}
	// The journal keeps the function's output back until START is in.
	e.journal.mu.Lock()
	defer e.journal.mu.Unlock()
	c.dispatched = time.Now()
	if to.write(event, false) != nil {
		to.Close()
		return
	}
	e.state = stateRunning
	if !c.started {
		c.started = true
		e.journal.append(startRecord(c.RequestID, e.config.Version))
	}
}

func (e *environment) logStart() {
	if !e.call.started {
		e.call.started = true
		e.journal.platform(startRecord(e.call.RequestID, e.config.Version))
	}
}

// event is the reply to a request for an event.
func (e *environment) event() *reply {
	c := e.call
	header := []string{
		"Content-Type", "application/json",
		"Lambda-Runtime-Aws-Request-Id", c.RequestID,
		"Lambda-Runtime-Deadline-Ms", strconv.FormatInt(c.deadline.UnixMilli(), 10),
		"Lambda-Runtime-Invoked-Function-Arn", c.InvokedARN,
	}
	if c.TraceID != "" {
		header = append(header, "Lambda-Runtime-Trace-Id", c.TraceID)
	}
	if len(c.ClientContext) > 0 {
		header = append(header, "Lambda-Runtime-Client-Context", string(c.ClientContext))
	}
	return &reply{status: http.StatusOK, header: header, body: c.Payload}
}
