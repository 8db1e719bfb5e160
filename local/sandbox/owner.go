//go:build linux || darwin

package sandbox

import (
	"encoding/base64"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
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
	case routeResponse, routeError:
		return e.handleAnswer(q)
	case routeInitError:
		return e.handleInitError(q)
	case routeRestoreNext, routeRestoreError:
		// Only SnapStart's environments have these, and none is here.
		return apiError(http.StatusNotFound, "NotFound", "restore is only there for SnapStart")
	case routeExtensionRegister:
		e.extension = true
		return registered(e.config, e.id)
	case routeHangUp:
		if e.parked == q.conn {
			e.parked = nil
		}
	}
	return nil
}

// handleNext ends the phase before: an init phase or an invocation.
func (e *environment) handleNext(q *request) *reply {
	switch e.state {
	case stateInit:
		duration := q.at.Sub(e.process.spawned)
		e.parked = q.conn
		e.state = stateReady
		if e.kind != functions.ProvisionedConcurrency {
			e.enforce("CPU share", e.process.cage.limitCPU(e.config.MemoryMB))
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

// endInit ends the init phase of Launch, well or not.
func (e *environment) endInit(at time.Time) {
	e.set(alarmNone, 0)
	if e.process != nil {
		e.init.Duration = at.Sub(e.process.spawned)
	}
	if e.failed != nil {
		e.init.Err = e.failed
		e.journal.platform(initReport(e.init.Duration, "init", e.failed))
	} else if e.kind == functions.ProvisionedConcurrency {
		e.enforce("freezing", e.process.freezeAtOnce())
	} else {
		e.set(alarmFreeze, idleBeforeFreeze)
	}
	e.host.spawner.rest()
	close(e.initialised)
}

func (e *environment) freeze() {
	e.enforce("freezing", e.process.freeze())
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

// handleAnswer takes the function's response or error.
func (e *environment) handleAnswer(q *request) *reply {
	c := e.call
	if c == nil || q.id != c.RequestID || c.dispatched.IsZero() {
		return invalidRequestID()
	}
	if e.state != stateRunning {
		to := "InvocationResponse"
		if q.route == routeError {
			to = "InvocationErrorResponse"
		}
		return invalidTransition(e.state.String(), to)
	}
	if !q.at.Before(c.deadline) { // the alarm is about to ring
		e.handleDeadline()
		return nil
	}
	mode := q.header.Get("Lambda-Runtime-Function-Response-Mode")
	if mode != "" && mode != "streaming" && mode != "buffered" {
		return invalidResponseMode()
	}
	rep := statusOK
	response := Response{Payload: q.body, ContentType: q.header.Get("Content-Type")}
	switch {
	case q.tooLarge:
		c.failure, rep = tooLarge(), requestTooLarge()
	case q.truncated:
		c.failure, rep = truncated(), requestTruncated()
	case q.route == routeError:
		c.failure = &failure{status: statusError, errorType: reportedType(q.header.Get(errorTypeHeader)),
			payload: q.body, contentType: response.ContentType, handled: true}
	case q.trailer.Get(errorTypeHeader) != "":
		c.failure = midStream(q)
	}
	if c.failure != nil {
		response = c.failure.response()
	}
	e.state = stateAnswered
	e.answer(response, q.at)
	return rep
}

const (
	errorTypeHeader = "Lambda-Runtime-Function-Error-Type"
	errorBodyHeader = "Lambda-Runtime-Function-Error-Body"
)

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

// answer tells the caller, who does not wait for the rest.
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

// fail ends the invocation because of what happened to the process, or to the
// init phase that was run inside of it.
func (e *environment) fail(f *failure, at time.Time) {
	c := e.call
	e.spent = true
	e.measure()
	if c.again && e.process != nil && (e.state == stateInit || e.state == stateInitError) {
		e.journal.platform(initReport(at.Sub(e.process.spawned), "invoke", f))
	}
	e.logStart()
	if c.response == nil {
		c.failure = f
		e.answer(f.response(), at)
	}
	e.stop()
	switch f.errorType {
	case errorTypeTimeout:
		e.journal.message(at.UTC().Format("2006-01-02T15:04:05.000Z") + " " + c.RequestID + " Task timed out after " +
			strconv.FormatFloat(e.config.Timeout.Seconds(), 'f', 2, 64) + " seconds")
	case errorTypeExit:
		e.journal.message(exitMessage(f) + "\n" + errorTypeExit)
	}
	e.conclude(f, at)
	e.leave()
}

// finish ends the invocation with the request for the next event.
func (e *environment) finish(at time.Time) {
	e.set(alarmNone, 0)
	e.process.output.catchUp()
	e.measure()
	var f *failure
	if c := e.call; c.failure != nil && !c.failure.handled {
		f = c.failure
	}
	e.conclude(f, at)
	// After the outcome, which the caller waits for: the kernel lets one change of a
	// cgroup happen at a time on the whole machine, and making one takes 10 ms.
	e.freeze()
}

// conclude writes END and REPORT and hands the outcome to Invoke.
func (e *environment) conclude(f *failure, at time.Time) {
	c := e.call
	o := Outcome{
		Response: *c.response, Init: e.initDuration, Latency: c.latency, Duration: at.Sub(c.began),
		Status: statusSuccess, Reusable: !e.spent,
	}
	e.initDuration = nil
	o.Billed = billed(o.Duration, nil)
	if e.kind != functions.ProvisionedConcurrency {
		o.Billed = billed(o.Duration, o.Init)
	}
	if e.peak > 0 {
		mb := int((e.peak + 1<<20 - 1) >> 20)
		o.MaxMemoryUsedMB = &mb
	}
	for _, why := range []*failure{f, c.failure} {
		if why != nil {
			o.Status, o.ErrorType = why.status, why.errorType
			break
		}
	}
	e.journal.platform(endRecord(c.RequestID))
	e.journal.platform(report(e.config, c.Invocation, o, f))
	o.Response.LogTail = e.journal.last()
	e.call = nil
	c.outcome <- o
}

func (e *environment) measure() {
	if e.process == nil {
		return
	}
	if peak, ok := e.process.cage.peak(); ok {
		e.peak = max(e.peak, peak)
	}
}

// handleInitError takes the error of a client that cannot load the function.
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
		close(e.gone)
	}
}

// endFailedInit ends an init phase that failed at that time.
func (e *environment) endFailedInit(at time.Time) {
	if e.call != nil {
		e.fail(e.failed, at)
		return
	}
	e.measure()
	e.init.Duration = at.Sub(e.process.spawned)
	e.stop()
	e.state = stateStopped
	e.endInit(at)
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
		e.process.terminate(extensionGrace)
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

// stop ends the process, if there is one, and all that it left behind.
func (e *environment) stop() {
	e.set(alarmNone, 0)
	if e.process == nil {
		return
	}
	e.host.spawner.rest() // its thread may still be in the cage that is to be removed
	if err := e.process.stop(); err != nil {
		e.closeErr = err
		e.host.progress("%s: environment %s: %v", e.config.FunctionName, e.id, err)
	}
	e.process, e.parked = nil, nil
}

// leave is the end of the environment.
func (e *environment) leave() {
	e.state = stateOver
	select {
	case <-e.gone:
	default:
		close(e.gone)
	}
}
