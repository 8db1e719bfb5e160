//go:build linux || darwin

package sandbox

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// process is one run of a runtime client: its Runtime API, its output, and the
// cage that holds whatever it starts. An environment has one after the other if
// an init phase fails.
type process struct {
	api    *server
	output *output
	cage   *cage
	handle *os.Process
	// spawned is when its start began.
	spawned time.Time
	// exited has its end, once.
	exited chan *os.ProcessState
	frozen bool
	// ended is set once the end was taken from exited.
	ended *os.ProcessState
}

// startProcess starts the runtime client of an environment. The error is an
// [entrypointFault] or this machine's.
func (h *Host) startProcess(e *environment) (*process, error) {
	api, err := listen(h.peers.check)
	if err != nil {
		return nil, err
	}
	output, w, err := newOutput(e.journal)
	if err != nil {
		api.close()
		return nil, err
	}
	defer w.Close()
	c := e.config
	attr := &os.ProcAttr{
		Dir:   c.TaskRoot,
		Env:   variables(c, e.kind, e.journal.stream.Name(), api.address()),
		Files: []*os.File{h.null, w, w},
	}
	b := h.spawner.spawn(c.Argv, attr, func(g *cage) { e.enforce("memory size", g.limitMemory(c.MemoryMB)) })
	if b.err != nil {
		api.close()
		output.close()
		return nil, b.err
	}
	p := &process{api: api, output: output, cage: b.cage, handle: b.process, spawned: b.at, exited: make(chan *os.ProcessState, 1)}
	go func() {
		state, _ := b.process.Wait()
		p.exited <- state
	}()
	return p, nil
}

func (p *process) freeze() error {
	if p.frozen {
		return nil
	}
	p.frozen = true
	return p.cage.freeze()
}

func (p *process) freezeAtOnce() error {
	if p.frozen {
		return nil
	}
	p.frozen = true
	return p.cage.freezeAtOnce()
}

func (p *process) thaw() error {
	if !p.frozen {
		return nil
	}
	p.frozen = false
	return p.cage.thaw()
}

// terminate asks the process to end, and waits for it no longer than the grace.
func (p *process) terminate(grace time.Duration) {
	if p.ended != nil || p.thaw() != nil || p.handle.Signal(syscall.SIGTERM) != nil {
		return
	}
	select {
	case p.ended = <-p.exited:
	case <-time.After(grace):
	}
}

// stop kills the process and everything that it left behind, reads the last of
// its output and takes its Runtime API down. It returns once all of it is over.
func (p *process) stop() error {
	err := p.cage.kill()
	if p.ended == nil {
		p.ended = <-p.exited
	}
	p.output.close()
	p.api.close()
	if rerr := p.cage.remove(); err == nil {
		err = rerr
	}
	if err != nil {
		return fmt.Errorf("stop process %d: %w", p.handle.Pid, err)
	}
	return nil
}

// reason says how the process ended, in Lambda's words.
func reason(s *os.ProcessState) string {
	if s == nil {
		return "exit status unknown"
	}
	status, ok := s.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return "signal: " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", s.ExitCode())
}
