package lambda

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// patience is how long an invocation waits for an environment that has
// answered and is about to ask for its next event, before it has another one
// started. On AWS the way of the answer back to the caller hides this moment;
// here a caller's next request can be faster than the environment. A small
// function may have to wait for its next share of CPU first, every 20 ms.
const patience = 25 * time.Millisecond

// environment is an execution environment of a pool. It is either in one of
// the pool's lists or in the hands of the one goroutine that took it out.
type environment struct {
	sandbox.Environment
	// end closes it, once.
	end         func() error
	provisioned bool
	idleSince   time.Time
	// answered is set between the function's answer and the end of the invocation; guarded by the pool.
	answered bool
}

func (e *environment) gone() bool {
	select {
	case <-e.Gone():
		return true
	default:
		return false
	}
}

// pool has the execution environments of one version.
type pool struct {
	launch func(context.Context, functions.InitializationType) (sandbox.Environment, error)
	// admit counts an invocation on demand against the concurrency, or refuses
	// it; dismiss ends it. Both may be called with the lock held.
	admit    func() error
	dismiss  func()
	lifetime *lifetime
	timeout  time.Duration // of idle environments on demand
	progress func(format string, args ...any)

	mu sync.Mutex
	// idle are on demand, the most recently used last; ready are provisioned.
	idle, ready []*environment
	random      *rand.Rand
	// target is how many provisioned environments there should be, members how
	// many there are: ready, busy and being started. Of those, starting are the last.
	target, members, starting int
	// answered counts busy environments that have answered, waiting the
	// invocations that wait for one of them, and freed is closed when one has ended.
	answered, waiting int
	freed             chan struct{}
	reaper            *time.Timer // nil while nothing idles
	retired           bool
}

// claim takes out an environment for one invocation: a provisioned one at
// random, else the one on demand that was used last. Where a new one has to be
// started it returns nil. Either way the caller owes the pool a put, or an abandon.
func (p *pool) claim(ctx context.Context) (*environment, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var expired <-chan time.Time
	for {
		e, err := p.take()
		if e != nil {
			return e, nil
		}
		if p.answered > p.waiting {
			if expired == nil {
				expired = time.After(patience)
			}
			if p.wait(ctx, expired) {
				continue
			}
		}
		if err == nil {
			err = p.admit()
		}
		return nil, err
	}
}

// wait lets go of the lock until an environment is free, and says whether one is.
func (p *pool) wait(ctx context.Context, expired <-chan time.Time) bool {
	p.waiting++
	freed := p.freed
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.waiting--
	}()
	select {
	case <-freed:
		return true
	case <-expired:
	case <-ctx.Done():
	}
	return false
}

// take takes out an idle environment, if there is one and the concurrency allows it.
func (p *pool) take() (*environment, error) {
	for len(p.ready) > 0 {
		i := p.random.IntN(len(p.ready))
		e := p.ready[i]
		p.ready = slices.Delete(p.ready, i, i+1)
		if !e.gone() {
			return e, nil
		}
		p.lifetime.spawn(func() { p.discard(e) })
	}
	for len(p.idle) > 0 {
		last := len(p.idle) - 1
		e := p.idle[last]
		if !e.gone() {
			if err := p.admit(); err != nil {
				return nil, err
			}
			p.idle = p.idle[:last]
			return e, nil
		}
		p.idle = p.idle[:last]
		p.lifetime.spawn(func() { p.discard(e) })
	}
	return nil, nil
}

// adopt makes an environment the pool's that was launched for it, and watches
// it. When the service closes, the watcher ends it, even while it is taken out.
func (p *pool) adopt(launched sandbox.Environment, provisioned bool) *environment {
	e := &environment{Environment: launched, end: sync.OnceValue(launched.Close), provisioned: provisioned}
	p.lifetime.spawn(func() {
		select {
		case <-e.Gone():
			if p.remove(e) {
				p.discard(e)
			}
		case <-p.lifetime.context.Done():
			p.close(e)
		}
	})
	return e
}

// hasAnswered notes that a claimed environment will soon be free.
func (p *pool) hasAnswered(e *environment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !e.answered {
		e.answered = true
		p.answered++
	}
}

// put gives back an environment after an invocation. It returns false if the
// environment is to be discarded by the caller, whose it remains.
func (p *pool) put(e *environment, reusable bool) (kept bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.answered {
		e.answered = false
		p.answered--
	}
	if !e.provisioned {
		p.dismiss()
	}
	kept = p.keep(e, reusable)
	p.notify()
	return kept
}

// abandon ends an invocation that never had an environment.
func (p *pool) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dismiss()
	p.notify()
}

func (p *pool) notify() {
	if p.waiting > 0 {
		close(p.freed)
		p.freed = make(chan struct{})
	}
}

// keep puts an environment into its list unless it is of no more use.
func (p *pool) keep(e *environment, reusable bool) bool {
	surplus := e.provisioned && p.members > p.target
	if !reusable || p.retired || surplus || e.gone() {
		return false
	}
	if e.provisioned {
		p.ready = append(p.ready, e)
		return true
	}
	e.idleSince = time.Now()
	p.idle = append(p.idle, e)
	if p.reaper == nil {
		p.reaper = time.AfterFunc(p.timeout, p.reap)
	}
	return true
}

// remove takes an environment out of its list and says whether it was there:
// if not, another goroutine has taken it out.
func (p *pool) remove(e *environment) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range []*[]*environment{&p.idle, &p.ready} {
		if i := slices.Index(*list, e); i >= 0 {
			*list = slices.Delete(*list, i, i+1)
			return true
		}
	}
	return false
}

// discard ends an environment that is in no list, and has a provisioned one replaced.
func (p *pool) discard(e *environment) {
	p.close(e)
	if e.provisioned {
		p.mu.Lock()
		p.members--
		p.mu.Unlock()
		p.lifetime.spawn(p.replace)
	}
}

func (p *pool) close(e *environment) {
	if err := e.end(); err != nil {
		err = fmt.Errorf("end environment %s: %w", e.ID(), err)
		p.progress("%v", err)
		p.lifetime.fail(err)
	}
}

// reap ends the environments that have idled for too long.
func (p *pool) reap() {
	if !p.lifetime.begin() {
		return // retire has them
	}
	defer p.lifetime.end()
	p.mu.Lock()
	now := time.Now()
	// The list is in the order of idleSince, for only its end changes.
	n := 0
	for n < len(p.idle) && now.Sub(p.idle[n].idleSince) >= p.timeout {
		n++
	}
	old := slices.Clone(p.idle[:n])
	p.idle = slices.Delete(p.idle, 0, n)
	p.reaper = nil
	if len(p.idle) > 0 {
		p.reaper = time.AfterFunc(p.timeout-now.Sub(p.idle[0].idleSince), p.reap)
	}
	p.mu.Unlock()
	p.closeAll(old)
}

// retire ends all idle environments and lets none idle any more: those that
// are busy end with their invocation. It is for $LATEST's pool, which has no
// provisioned environments.
func (p *pool) retire() {
	p.mu.Lock()
	p.retired = true
	old := p.idle
	p.idle = nil
	if p.reaper != nil {
		p.reaper.Stop()
		p.reaper = nil
	}
	p.mu.Unlock()
	p.closeAll(old)
}

// closeAll ends environments side by side, since each takes a while to be reaped.
func (p *pool) closeAll(list []*environment) {
	var wg sync.WaitGroup
	for _, e := range list {
		wg.Go(func() { p.close(e) })
	}
	wg.Wait()
}
