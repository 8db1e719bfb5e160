//go:build linux || darwin

package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// environment is one execution environment of a [Host].
//
// The fields below "the owner's" belong to the goroutine that runs own; begin
// sets them up before that starts.
type environment struct {
	host    *Host
	id      string
	config  Config
	kind    functions.InitializationType
	journal *journal

	calls       chan *call
	closing     chan struct{}
	closeOnce   sync.Once
	initialised chan struct{} // closed when the init phase has ended; init is final then
	gone        chan struct{}
	ended       chan struct{} // closed when the owner has ended, and closeErr is final
	closeErr    error
	busy        atomic.Bool
	init        Init

	// The owner's.
	state   state
	process *process // nil: none is running
	call    *call    // the invocation, from its arrival to its outcome
	parked  *conn    // waits on /next; nil if no connection does
	timer   *time.Timer
	alarm   alarm
	// failed is why the last init phase has failed; the first invocation has to know.
	failed *failure
	// initDuration is what the first REPORT shows; nil once it has.
	initDuration *time.Duration
	failedAt     time.Time // when the init phase did
	extension    bool      // has asked for SIGTERM before SIGKILL
	spent        bool      // not to be used for another invocation
	peak         int64     // bytes of memory; 0 if it cannot be told
}

// state is where an environment stands, named as the Runtime API names it to a
// client that asks for what cannot be.
type state int

const (
	stateInit      state = iota // the process has not asked for an event yet
	stateInitError              // it has reported that its init phase failed
	stateReady                  // it waits for an event, or is about to
	stateRunning                // it has an event
	stateAnswered               // it has answered, and not yet asked for the next event
	stateStopped                // there is no process; the next invocation starts one
	stateOver                   // there will be none
)

var stateNames = [...]string{"Started", "InitError", "Ready", "Running", "ResponseSent", "Stopped", "Over"}

func (s state) String() string { return stateNames[s] }

// alarm is what the timer is set for.
type alarm int

const (
	alarmNone alarm = iota
	alarmInit
	alarmDeadline
	alarmFreeze
	alarmLinger
)

// call is an invocation on its way through the environment.
type call struct {
	Invocation
	answered chan Response // one is sent, before the outcome
	outcome  chan Outcome

	// began is where Duration begins: the dispatch of the event, or the arrival
	// of an invocation that has to run the init phase again.
	began, deadline time.Time
	// dispatched is when the event was handed to the runtime client; zero if it never was.
	dispatched time.Time
	// again says that the init phase was run inside this invocation.
	again bool
	// started says that START has been logged.
	started bool
	// response is what the caller was told, once it was.
	response *Response
	latency  time.Duration
	// failure is why that is an error; nil if it is none.
	failure *failure
}

func newEnvironment(h *Host, c Config, t functions.InitializationType, log LogStream) *environment {
	id := make([]byte, 16)
	rand.Read(id) // never fails
	e := &environment{
		host: h, id: hex.EncodeToString(id), config: c, kind: t, journal: newJournal(log),
		calls: make(chan *call), closing: make(chan struct{}), initialised: make(chan struct{}),
		gone: make(chan struct{}), ended: make(chan struct{}),
		timer: time.NewTimer(time.Hour),
	}
	e.timer.Stop()
	return e
}

func (e *environment) ID() string                                       { return e.id }
func (e *environment) Init() Init                                       { return e.init }
func (e *environment) InitializationType() functions.InitializationType { return e.kind }
func (e *environment) Gone() <-chan struct{}                            { return e.gone }

// Invoke implements [Environment]. As on AWS, an invocation goes on when its
// caller has lost interest: ctx does not end it, Close does.
func (e *environment) Invoke(_ context.Context, i Invocation) Outcome {
	if !e.busy.CompareAndSwap(false, true) {
		panic("sandbox: Invoke of an environment that is busy with another invocation")
	}
	defer e.busy.Store(false)
	c := &call{Invocation: i, answered: make(chan Response, 1), outcome: make(chan Outcome, 1)}
	select {
	case e.calls <- c:
	case <-e.ended:
		return e.refuse(c)
	}
	response := <-c.answered
	if i.Respond != nil {
		i.Respond(response)
	}
	return <-c.outcome
}

// refuse is the outcome of an invocation that came after the environment's end.
func (e *environment) refuse(c *call) Outcome {
	f := exited(c.RequestID, "the execution environment was closed")
	response := f.response()
	if c.Respond != nil {
		c.Respond(response)
	}
	return Outcome{Response: response, Status: f.status, ErrorType: f.errorType}
}

func (e *environment) Close() error {
	e.closeOnce.Do(func() { close(e.closing) })
	<-e.ended
	return e.closeErr
}

// enforce tells of a knob that was detected and does not work after all.
func (e *environment) enforce(what string, err error) {
	if err != nil {
		e.host.progress("%s: %s not enforced in environment %s: %v", e.config.FunctionName, what, e.id, err)
	}
}

// requestID is the current invocation's, or one for what happens outside of any.
func (e *environment) requestID() string {
	if e.call != nil {
		return e.call.RequestID
	}
	id := e.id
	return fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:])
}

func (e *environment) set(a alarm, d time.Duration) {
	e.alarm = a
	if a == alarmNone {
		e.timer.Stop()
		return
	}
	e.timer.Reset(d)
}

func (e *environment) freeze() {
	e.enforce("freezing", e.process.freeze())
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
	e.markGone()
}

// markGone closes Gone, once: the process has ended.
func (e *environment) markGone() {
	select {
	case <-e.gone:
	default:
		close(e.gone)
	}
}
