package sandbox

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// cages makes what holds an environment's processes together on macOS: its
// process group, and nothing else. A process that leaves the group is not found.
type cages struct {
	freeze string
	knobs  map[string]string
}

type cage struct {
	pid      int
	freezing string
}

func detectCages(freeze string) (*cages, error) {
	switch freeze {
	case "":
		freeze = freezeSignal
	case freezeSignal, freezeOff:
	case freezeCgroup2:
		return nil, errors.New("freeze by cgroup2: macOS has no cgroups; choose sigstop or off")
	default:
		return nil, fmt.Errorf("freeze is %q, want %s or %s", freeze, freezeSignal, freezeOff)
	}
	return &cages{freeze: freeze, knobs: map[string]string{
		"freeze": freeze,
		"cpu":    "not enforced: macOS has no cgroups",
		"memory": "not enforced and not reported: macOS has no cgroups",
		"kill":   "signals to the process group",
	}}, nil
}

func (c *cages) make() (*cage, error) { return &cage{freezing: c.freeze}, nil }
func (c *cages) leave()               {}
func (c *cages) close() error         { return nil }

func (g *cage) apply(*syscall.SysProcAttr) {}
func (g *cage) limitCPU(int) error         { return nil }
func (g *cage) limitMemory(int) error      { return nil }
func (g *cage) outOfMemory() bool          { return false }
func (g *cage) peak() (int64, bool)        { return 0, false }
func (g *cage) remove() error              { return nil }

// freezeAtOnce is freeze, because a stop signal takes effect at once.
func (g *cage) freezeAtOnce() error { return g.freeze() }

func (g *cage) freeze() error {
	if g.freezing == freezeOff {
		return nil
	}
	return g.signalAll(syscall.SIGSTOP)
}

func (g *cage) thaw() error {
	if g.freezing == freezeOff {
		return nil
	}
	return g.signalAll(syscall.SIGCONT)
}

func (g *cage) signalAll(s syscall.Signal) error {
	err := syscall.Kill(-g.pid, s)
	// A group of which nothing but zombies is left answers EPERM.
	if err != nil && !errors.Is(err, syscall.ESRCH) && !errors.Is(err, syscall.EPERM) {
		return os.NewSyscallError("kill", err)
	}
	return nil
}

func (g *cage) kill() error {
	if err := g.signalAll(syscall.SIGKILL); err != nil {
		return err
	}
	deadline := time.Now().Add(5 * time.Second)
	for wait := 50 * time.Microsecond; syscall.Kill(-g.pid, 0) == nil; wait = min(2*wait, 10*time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process group %d does not end", g.pid)
		}
		time.Sleep(wait)
	}
	return nil
}

// processAttributes are those of a function's process: a process group of its
// own. macOS has no signal for the death of a parent; package guard sees to it.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
