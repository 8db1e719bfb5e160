//go:build linux || darwin

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// Host starts execution environments on this machine. It implements [Launcher].
type Host struct {
	options HostOptions
	cages   *cages
	spawner *spawner
	slots   *semaphore.Weighted // in parts of wholeSlot
	null    *os.File
	limits  limits
	peers   peers

	mu           sync.Mutex
	environments map[*environment]struct{} // nil once closed
	launching    sync.WaitGroup
}

// NewHost detects what this machine can enforce and removes what a killed
// program has left behind.
func NewHost(o HostOptions) (*Host, error) {
	if o.Slots == 0 {
		o.Slots = runtime.NumCPU()
	}
	if o.Slots < 0 {
		return nil, fmt.Errorf("host: slots is %d, want 1 or more, or 0 for one per CPU", o.Slots)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	c, err := detectCages(o.Freeze)
	if err != nil {
		null.Close()
		return nil, fmt.Errorf("host: %w", err)
	}
	return &Host{
		options: o, cages: c, spawner: newSpawner(c), slots: semaphore.NewWeighted(int64(o.Slots) * wholeSlot), null: null,
		limits: defaultLimits, peers: detectPeers(), environments: map[*environment]struct{}{},
	}, nil
}

// Knobs tells how freezing, CPU share, memory size, killing and the protection of
// the Runtime APIs from other users are done here, or that they are not enforced,
// and why.
func (h *Host) Knobs() map[string]string {
	knobs := maps.Clone(h.cages.knobs)
	knobs["runtime API"] = h.peers.how
	return knobs
}

// Launch implements [Launcher].
func (h *Host) Launch(ctx context.Context, c Config, t functions.InitializationType, log LogStream) (Environment, error) {
	e, err := h.launch(ctx, c, t, log)
	if err != nil {
		return nil, fmt.Errorf("launch %s: %w", c.FunctionName, err)
	}
	return e, nil
}

func (h *Host) launch(ctx context.Context, c Config, t functions.InitializationType, log LogStream) (*environment, error) {
	if len(c.Argv) == 0 || !filepath.IsAbs(c.Argv[0]) {
		return nil, fmt.Errorf("argv is %q, want the absolute path of a runtime client or bootstrap first", c.Argv)
	}
	if c.Timeout <= 0 || c.MemoryMB <= 0 {
		return nil, fmt.Errorf("timeout is %s and memory size %d MB, want more than none", c.Timeout, c.MemoryMB)
	}
	began := time.Now()
	part := h.slot(c, t)
	if h.slots.Acquire(ctx, part) != nil {
		return nil, context.Cause(ctx)
	}
	release := sync.OnceFunc(func() { h.slots.Release(part) })
	defer release()

	e := newEnvironment(h, c, t, log)
	if err := h.adopt(e); err != nil {
		return nil, err
	}
	defer h.launching.Done()
	e.init.Placement = time.Since(began)
	late := time.AfterFunc(h.limits.slot, release)
	defer late.Stop()
	if err := e.begin(); err != nil {
		h.disown(e)
		return nil, err
	}
	go e.own()
	select {
	case <-e.initialised:
		return e, nil
	case <-ctx.Done():
		return nil, errors.Join(context.Cause(ctx), e.Close())
	}
}

// wholeSlot is one spawn slot: an init phase that may use a whole CPU.
const wholeSlot = 1000

// slot is the part of a spawn slot that an init phase takes. A provisioned one
// runs at its memory size's share of a CPU, so that several fit beside each
// other on one CPU without slowing each other down.
func (h *Host) slot(c Config, t functions.InitializationType) int64 {
	if t != functions.ProvisionedConcurrency || c.Emulated || strings.HasPrefix(h.cages.knobs["cpu"], "not enforced") {
		return wholeSlot
	}
	return min(wholeSlot, max(1, wholeSlot*int64(c.MemoryMB)/mbPerCPU))
}

func (h *Host) adopt(e *environment) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.environments == nil {
		return errClosed
	}
	h.environments[e] = struct{}{}
	h.launching.Add(1)
	return nil
}

func (h *Host) disown(e *environment) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.environments, e)
}

// Close closes the environments that are left and removes the host's cgroups.
func (h *Host) Close() error {
	h.mu.Lock()
	left := h.environments
	h.environments = nil
	h.mu.Unlock()
	if left == nil {
		return nil
	}
	errs := make(chan error, len(left))
	for e := range left {
		go func() { errs <- e.Close() }()
	}
	var all []error
	for range left {
		all = append(all, <-errs)
	}
	h.launching.Wait()
	h.spawner.close()
	return errors.Join(append(all, h.cages.close(), h.null.Close())...)
}

func (h *Host) progress(format string, args ...any) {
	if h.options.Progress != nil {
		h.options.Progress(format, args...)
	}
}
