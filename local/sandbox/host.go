package sandbox

import "time"

// HostOptions say how a [Host] uses this machine.
type HostOptions struct {
	// Slots is how many init phases may run at once; 0 means one per CPU.
	Slots int
	// Freeze is how environments are frozen between invocations: cgroup2,
	// sigstop, off, or empty for the best that this machine allows.
	Freeze string
	// Progress, if not nil, is told of what goes wrong without failing an invocation.
	Progress func(format string, args ...any)
}

// How environments are frozen.
const (
	freezeCgroup2 = "cgroup2"
	freezeSignal  = "sigstop"
	freezeOff     = "off"
)

// mbPerCPU is the memory size that comes with one virtual CPU.
const mbPerCPU = 1769

const (
	// initLimit is how long an on-demand init phase may take.
	initLimit = 10 * time.Second
	// provisionedInitLimit is the same with provisioned concurrency, for
	// functions whose timeout is not longer still.
	provisionedInitLimit = 130 * time.Second
	// idleBeforeFreeze is how long an on-demand environment stays awake after its
	// init phase: its first invocation is there already, as a rule.
	idleBeforeFreeze = 10 * time.Millisecond
	// lingerAfterInitError is how long a runtime client may live on after it has
	// reported that its init phase failed; it exits by itself and may still log.
	lingerAfterInitError = 500 * time.Millisecond
)

// limits are the times after which a host stops waiting. Tests set others.
type limits struct {
	// slot is how long an init phase keeps its slot. One that takes longer
	// mostly waits, maybe for an environment of another function to start.
	slot time.Duration
	// extensionGrace is how long a process that asked for SIGTERM has after it.
	extensionGrace time.Duration
}

var defaultLimits = limits{slot: time.Second, extensionGrace: 500 * time.Millisecond}
