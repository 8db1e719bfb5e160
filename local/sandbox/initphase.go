//go:build linux || darwin

package sandbox

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// begin starts the first process.
func (e *environment) begin() error {
	e.journal.platform(initStart(e.config))
	if err := e.start(time.Now().Add(e.initLimit())); err != nil {
		return err
	}
	if e.state == stateStopped { // nothing could be started, and that is the function's fault
		e.endInit(time.Now())
	}
	return nil
}

func (e *environment) initLimit() time.Duration {
	if e.kind == functions.ProvisionedConcurrency {
		return max(provisionedInitLimit, e.config.Timeout)
	}
	return initLimit
}

// start runs an init phase until the deadline. The error is this machine's; an
// entrypoint that cannot be started is a failed phase.
func (e *environment) start(deadline time.Time) error {
	e.failed, e.parked, e.extension = nil, nil, false
	p, err := e.host.startProcess(e)
	if err != nil {
		e.state = stateStopped
		if !entrypointFault(err) {
			return err
		}
		e.failed = invalidEntrypoint(e.requestID(), err)
		return nil
	}
	e.process, e.state = p, stateInit
	if e.kind == functions.ProvisionedConcurrency {
		e.limitCPU()
	}
	e.set(alarmInit, time.Until(deadline))
	return nil
}

// limitCPU holds the processes to their memory size's share of a CPU.
func (e *environment) limitCPU() {
	if !e.config.Emulated {
		e.enforce("CPU share", e.process.cage.limitCPU(e.config.MemoryMB))
	}
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
