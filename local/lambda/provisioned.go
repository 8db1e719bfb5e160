package lambda

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
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
	v, a, err := s.allocate(r, n)
	if err != nil {
		return err
	}
	err = v.pool.provision(ctx, n)
	v.allocated(a, err)
	return err
}

// allocation is a provisioned concurrency that was put on a qualifier; the
// function's lock guards it.
type allocation struct {
	requested int
	modified  time.Time
	failure   error // why there is none; nil while it is being allocated, and after it was
}

// ProvisionedConcurrency is a provisioned concurrency as GetProvisionedConcurrencyConfig describes it.
type ProvisionedConcurrency struct {
	// ARN has the qualifier that it was put on.
	ARN string
	// Requested is what was asked for, Allocated what there is, and Available
	// what of it has been initialised.
	Requested, Allocated, Available int
	// Status is IN_PROGRESS, READY or FAILED, and Reason why it failed.
	Status, Reason string
	LastModified   time.Time
}

// GetProvisionedConcurrency describes what was put on a version or an alias.
func (s *Service) GetProvisionedConcurrency(function, qualifier string) (ProvisionedConcurrency, error) {
	r, err := s.reference(function, qualifier)
	if err != nil {
		return ProvisionedConcurrency{}, err
	}
	f, err := s.function(r)
	if err != nil {
		return ProvisionedConcurrency{}, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if _, ok := f.provisioned[r.qualifier]; !ok {
		return ProvisionedConcurrency{}, userError("ProvisionedConcurrencyConfigNotFoundException", http.StatusNotFound,
			"No Provisioned Concurrency Config found for this function")
	}
	return f.describeProvisioned(r.qualifier), nil
}

// ListProvisionedConcurrency describes all that was put on a function, sorted by qualifier.
func (s *Service) ListProvisionedConcurrency(function string) ([]ProvisionedConcurrency, error) {
	f, err := s.unqualified(function)
	if err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	list := make([]ProvisionedConcurrency, 0, len(f.provisioned))
	for _, qualifier := range slices.Sorted(maps.Keys(f.provisioned)) {
		list = append(list, f.describeProvisioned(qualifier))
	}
	return list, nil
}

// describeProvisioned describes what was put on a qualifier. The lock is held.
func (f *function) describeProvisioned(qualifier string) ProvisionedConcurrency {
	a, v := f.provisioned[qualifier], f.versionLocked(qualifier)
	p := ProvisionedConcurrency{ARN: f.arn + ":" + qualifier, Requested: a.requested, Status: "READY", LastModified: a.modified}
	switch {
	case a.failure != nil:
		p.Status, p.Reason = "FAILED", a.failure.Error()
		return p
	case v.allocating:
		p.Status = "IN_PROGRESS"
	}
	p.Allocated, p.Available = v.pool.provisioned()
	return p
}

// allocate finds the version that a reference leads to and counts n provisioned
// environments of it against the concurrency. The caller must call allocated.
func (s *Service) allocate(r reference, n int) (*version, *allocation, error) {
	isAlias := r.qualifier != "" && r.qualifier != latest && !numberRE.MatchString(r.qualifier)
	missing := notFound(s.arn(r))
	if isAlias {
		missing = aliasNotFound(s.arn(r))
	}
	f, err := s.function(r)
	if err != nil {
		return nil, nil, missing
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	v := f.versionLocked(r.qualifier)
	switch {
	case v == nil:
		return nil, nil, missing
	case v.number == latest:
		return nil, nil, invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	case v.allocating:
		return nil, nil, updateInProgress(s.arn(r))
	}
	for other := range f.provisioned {
		switch {
		case other == r.qualifier || f.resolve(other) != v.number:
		case isAlias:
			return nil, nil, conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
		default:
			return nil, nil, conflict("Version is pointed by a Provisioned Concurrency alias")
		}
	}
	if err := s.concurrency.provision(&f.share, n-v.provisioned); err != nil {
		return nil, nil, err
	}
	a := &allocation{requested: n, modified: time.Now()}
	f.provisioned[r.qualifier] = a
	v.provisioned, v.allocating = n, true
	return v, a, nil
}

// allocated ends what allocate began; after a failure nothing is provisioned.
func (v *version) allocated(a *allocation, failure error) {
	f := v.function
	f.mu.Lock()
	defer f.mu.Unlock()
	v.allocating, a.failure = false, failure
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
	p.starting += missing
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

// provisioned counts the provisioned environments that are kept or being
// started, and those of them that have been initialised.
func (p *pool) provisioned() (allocated, available int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.members, p.target), min(p.members-p.starting, p.target)
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
		p.starting--
		p.mu.Unlock()
		return err
	}
	p.mu.Lock()
	p.starting--
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
	p.starting++
	return true
}
