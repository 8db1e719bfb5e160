package lambda

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// PutProvisionedConcurrency keeps n environments of a published version, named
// by its number or an alias, initialised. It returns when all of them are
// ready. If one of them fails to initialise, none is kept and the error says why.
func (s *Service) PutProvisionedConcurrency(ctx context.Context, function, qualifier string, n int) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.lifetime.end()
	r, err := s.reference(function, qualifier)
	if err != nil {
		return err
	}
	if n < 1 {
		return invalidValue(n, "provisionedConcurrentExecutions", "Member must have value greater than or equal to 1")
	}
	v, err := s.allocate(r, n)
	if err != nil {
		return err
	}
	err = v.pool.provision(ctx, n)
	v.allocated(err)
	return err
}

// allocate finds the version that a reference leads to and counts n provisioned
// environments of it against the concurrency. The caller must call allocated.
func (s *Service) allocate(r reference, n int) (*version, error) {
	isAlias := r.qualifier != "" && r.qualifier != latest && !numberRE.MatchString(r.qualifier)
	missing := notFound(s.arn(r))
	if isAlias {
		missing = aliasNotFound(s.arn(r))
	}
	f, err := s.function(r)
	if err != nil {
		return nil, missing
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.versionLocked(r.qualifier)
	switch {
	case v == nil:
		return nil, missing
	case v.number == latest:
		return nil, invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	case v.allocating:
		return nil, updateInProgress(s.arn(r))
	}
	for other := range f.provisioned {
		switch {
		case other == r.qualifier || f.resolve(other) != v.number:
		case isAlias:
			return nil, conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
		default:
			return nil, conflict("Version is pointed by a Provisioned Concurrency alias")
		}
	}
	if err := s.concurrency.provision(&f.share, n-v.provisioned); err != nil {
		return nil, err
	}
	f.provisioned[r.qualifier] = true
	v.provisioned, v.allocating = n, true
	return v, nil
}

// allocated ends what allocate began; after a failure nothing is provisioned.
func (v *version) allocated(failure error) {
	f := v.function
	f.mu.Lock()
	defer f.mu.Unlock()
	v.allocating = false
	if failure != nil {
		f.service.concurrency.release(&f.share, v.provisioned)
		v.provisioned = 0
	}
}

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
	p.closeAll(surplus)

	group, ctx := errgroup.WithContext(ctx)
	for range missing {
		group.Go(func() error { return p.startMember(ctx) })
	}
	err := group.Wait()
	if err != nil {
		p.mu.Lock()
		p.target = 0
		surplus = p.takeSurplus()
		p.mu.Unlock()
		p.closeAll(surplus)
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
	var e *environment
	if err == nil {
		e = p.adopt(launched, true)
		if failure := e.Init().Err; failure != nil {
			p.close(e)
			err = fmt.Errorf("a provisioned environment failed to initialise: %w", failure)
		}
	}
	if err != nil {
		p.mu.Lock()
		p.members--
		p.mu.Unlock()
		return err
	}
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
	wait := replaceFirst
	for p.lacking() {
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
		wait = min(2*wait, replaceLast)
	}
}

// lacking counts one more environment if there are fewer than there should be
// and the service is not closing.
func (p *pool) lacking() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.members >= p.target || p.lifetime.context.Err() != nil {
		return false
	}
	p.members++
	return true
}
