package lambda

import (
	"strconv"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// function is one function with its versions and aliases.
type function struct {
	service     *Service
	name, arn   string
	credentials sandbox.Credentials
	share       share
	// logsLost says once that the function's logs go nowhere.
	logsLost sync.Once

	mu sync.RWMutex
	// latest is what $LATEST's invocations run on. While an update is in
	// progress, next is what they will run on.
	latest, next *version
	revision     string // of $LATEST
	modified     time.Time
	published    []*version // version n at n-1
	aliases      map[string]Alias
	// provisioned has what was put on each qualifier.
	provisioned map[string]*allocation
	permissions []Permission
}

// resolve follows an alias to $LATEST or a number, and leaves both as they are.
// The lock is held.
func (f *function) resolve(qualifier string) string {
	if a, ok := f.aliases[qualifier]; ok {
		return a.Version
	}
	return qualifier
}

// version returns the version that a qualifier leads to, or nil.
func (f *function) version(qualifier string) *version {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.versionLocked(qualifier)
}

func (f *function) versionLocked(qualifier string) *version {
	number := f.resolve(qualifier)
	if number == "" || number == latest {
		return f.latest
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(f.published) || strconv.Itoa(n) != number {
		return nil
	}
	return f.published[n-1]
}

// GetFunction describes the version that a qualifier leads to.
func (s *Service) GetFunction(function, qualifier string) (Configuration, error) {
	r, err := s.reference(function, qualifier)
	if err != nil {
		return Configuration{}, err
	}
	f, err := s.function(r)
	if err != nil {
		return Configuration{}, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	v := f.versionLocked(r.qualifier)
	if v == nil {
		return Configuration{}, notFound(s.arn(r))
	}
	return f.describe(v, s.arn(r)), nil
}

// describe describes a version under the ARN by which it was asked for. The
// lock is held.
func (f *function) describe(v *version, arn string) Configuration {
	c := Configuration{
		FunctionConfig: v.config.clone(), CodeSize: v.code.size,
		ARN: arn, Version: v.number, RevisionID: v.revision, LastModified: v.modified,
		State: "Active", LastUpdateStatus: "Successful",
	}
	if v.number == latest {
		c.RevisionID, c.LastModified = f.revision, f.modified
		if f.next != nil {
			c.FunctionConfig, c.LastUpdateStatus = f.next.config.clone(), "InProgress"
		}
	}
	return c
}

// PublishVersion makes an immutable version of what $LATEST is. If nothing has
// changed since the last version, that one is returned.
func (s *Service) PublishVersion(function, description string) (Configuration, error) {
	if err := s.begin(); err != nil {
		return Configuration{}, err
	}
	defer s.lifetime.end()
	f, err := s.unqualified(function)
	if err != nil {
		return Configuration{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next != nil {
		return Configuration{}, updateInProgress(f.arn)
	}
	v := f.publish(description)
	return f.describe(v, f.arn+":"+v.number), nil
}

// publish is PublishVersion with the lock held.
func (f *function) publish(description string) *version {
	origin := f.latest.config
	if n := len(f.published); n > 0 && f.published[n-1].origin.equal(origin) {
		return f.published[n-1]
	}
	config := origin.clone()
	if description != "" {
		config.Description = description
	}
	v := f.newVersion(strconv.Itoa(len(f.published)+1), config, f.latest.code)
	v.origin, v.revision, v.modified = origin, newUUID(), time.Now()
	f.published = append(f.published, v)
	f.revision = newUUID() // as AWS does
	return v
}

// ListVersions describes $LATEST and then every version, the oldest first, each by its qualified ARN.
func (s *Service) ListVersions(function string) ([]Configuration, error) {
	f, err := s.unqualified(function)
	if err != nil {
		return nil, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	list := make([]Configuration, 0, 1+len(f.published))
	for _, v := range append([]*version{f.latest}, f.published...) {
		list = append(list, f.describe(v, f.arn+":"+v.number))
	}
	return list, nil
}

// UpdateFunctionConfiguration begins a change of $LATEST and returns what it
// will be, InProgress. Until the change is Successful, calls are served as
// before and every further change is a conflict. Then $LATEST's idle
// environments are gone; those that run end with their invocation.
func (s *Service) UpdateFunctionConfiguration(function string, change ConfigurationChange) (Configuration, error) {
	if err := s.begin(); err != nil {
		return Configuration{}, err
	}
	defer s.lifetime.end()
	f, err := s.unqualified(function)
	if err != nil {
		return Configuration{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next != nil {
		return Configuration{}, updateInProgress(f.arn)
	}
	if change.RevisionID != "" && change.RevisionID != f.revision {
		return Configuration{}, revisionMismatch()
	}
	config := f.latest.config.apply(change)
	if err := config.check(); err != nil {
		return Configuration{}, err
	}
	f.next = f.newVersion(latest, config, f.latest.code)
	f.revision, f.modified = newUUID(), time.Now()
	s.lifetime.spawn(f.settle)
	return f.describe(f.latest, f.arn), nil
}

// settle ends an update. It is Successful only when the idle environments of
// the previous configuration are gone, so that their end does not disturb the
// cold start that follows.
func (f *function) settle() {
	propagation := time.NewTimer(f.service.options.Propagation)
	defer propagation.Stop()
	select {
	case <-propagation.C:
	case <-f.service.lifetime.context.Done():
	}
	f.mu.Lock()
	previous := f.latest
	f.latest = f.next
	f.mu.Unlock()

	previous.pool.retire()

	f.mu.Lock()
	f.next = nil
	f.revision = newUUID() // as AWS does
	f.mu.Unlock()
}
