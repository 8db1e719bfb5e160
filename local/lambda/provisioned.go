package lambda

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// A provisioned environment that cannot be replaced is tried again after a
// time that doubles from the first to the second of these.
const (
	replaceFirst = time.Second
	replaceLast  = time.Minute
)

// provision makes n the number of environments that are kept initialised, and
// returns when all are. If one fails, none is kept.
func (p *pool) provision(ctx context.Context, n int) error {
	p.mu.Lock()
	p.target = n
	missing := max(0, n-p.members)
	p.members += missing
	surplus := p.takeSurplus()
	p.mu.Unlock()
	if err := closeAll(surplus); err != nil {
		p.progress("end a provisioned environment: %v", err)
	}

	group, ctx := errgroup.WithContext(ctx)
	for range missing {
		group.Go(func() error { return p.startMember(ctx) })
	}
	err := group.Wait()
	if err == nil {
		return nil
	}
	p.mu.Lock()
	p.target = 0
	surplus = p.takeSurplus()
	p.mu.Unlock()
	if err := closeAll(surplus); err != nil {
		p.progress("end a provisioned environment: %v", err)
	}
	return err
}

// takeSurplus takes out the ready environments above the target. The lock is held.
func (p *pool) takeSurplus() []*environment {
	n := min(len(p.ready), max(0, p.members-p.target))
	kept := len(p.ready) - n
	surplus := append([]*environment(nil), p.ready[kept:]...)
	p.ready = p.ready[:kept]
	p.members -= n
	return surplus
}

// startMember starts a provisioned environment that is counted already. If it
// fails it is no longer counted.
func (p *pool) startMember(ctx context.Context) error {
	launched, err := p.launch(ctx, functions.ProvisionedConcurrency)
	if err == nil {
		if failure := launched.Init().Err; failure != nil {
			err = fmt.Errorf("environment %s failed to initialise: %w", launched.ID(), failure)
			if closing := launched.Close(); closing != nil {
				p.progress("end environment %s: %v", launched.ID(), closing)
			}
		}
	}
	if err != nil {
		p.mu.Lock()
		p.members--
		p.mu.Unlock()
		return err
	}
	e := p.adopt(launched, true)
	p.mu.Lock()
	kept := p.keep(e, true)
	p.notify()
	p.mu.Unlock()
	if !kept {
		p.discard(e)
	}
	return nil
}

// replace starts provisioned environments until there are as many as there should be.
func (p *pool) replace() {
	for wait := replaceFirst; p.lacking(); wait = min(2*wait, replaceLast) {
		err := p.startMember(p.lifetime.context)
		if err == nil {
			wait = replaceFirst
			continue
		}
		if p.lifetime.context.Err() != nil {
			return
		}
		p.progress("replace a provisioned environment: %v (next try in %v)", err, wait)
		select {
		case <-time.After(wait):
		case <-p.lifetime.context.Done():
			return
		}
	}
}

// lacking counts one more environment if there are fewer than there should be.
func (p *pool) lacking() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.retired || p.members >= p.target {
		return false
	}
	p.members++
	return true
}

// provisionedReady returns how many provisioned environments idle.
func (p *pool) provisionedReady() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ready)
}

// provision is the pool's, counted against the concurrency.
func (v *version) provision(ctx context.Context, n int) error {
	f := v.function
	f.mu.Lock()
	change := n - v.provisioned
	if err := f.service.concurrency.provision(&f.share, change); err != nil {
		f.mu.Unlock()
		return err
	}
	v.provisioned = n
	f.mu.Unlock()

	err := v.pool.provision(ctx, n)
	if err != nil {
		f.mu.Lock()
		f.service.concurrency.provision(&f.share, -v.provisioned)
		v.provisioned = 0
		f.mu.Unlock()
	}
	return err
}
