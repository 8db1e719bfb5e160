//go:build linux || darwin

package sandbox

import (
	"strconv"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// fail ends the invocation because of what happened to the process, or to the
// init phase that was run inside of it.
func (e *environment) fail(f *failure, at time.Time) {
	c := e.call
	e.spent = true
	e.measure()
	if e.process != nil {
		e.process.output.catchUp() // what the function printed comes before what the platform says of its end
	}
	if began, ok := e.secondInit(); ok {
		e.journal.platform(initReport(at.Sub(began), "invoke", f))
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
	case errorTypeExit, errorTypeEntrypoint:
		e.journal.message(failureMessage(f) + "\n" + f.errorType)
	}
	e.conclude(f, at)
	e.leave()
}

// secondInit returns when the init phase inside the invocation began, if the
// invocation is still in it. A process that could not be started never left it.
func (e *environment) secondInit() (began time.Time, ok bool) {
	switch {
	case !e.call.again:
		return time.Time{}, false
	case e.process == nil:
		return e.call.began, true
	}
	return e.process.spawned, e.state == stateInit || e.state == stateInitError
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
