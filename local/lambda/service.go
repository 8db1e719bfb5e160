package lambda

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// Defaults of [Options].
const (
	DefaultIdle        = 5 * time.Minute
	DefaultConcurrency = 1000
	DefaultPropagation = 50 * time.Millisecond
)

// Options say what a service is made of.
type Options struct {
	Region, AccountID string
	Launcher          sandbox.Launcher
	Logs              *logs.Store
	// Runtime finds what starts a runtime's processes on this machine.
	Runtime func(ctx context.Context, runtime string, arch functions.Architecture) (Launch, error)
	// CodeDir has the unpacked zips, each in a folder named by its hash.
	CodeDir string
	// Unpack unpacks a zip into a folder that may be there already; nil means artifact.Unpacker's.
	Unpack func(zipPath, dir string) error
	// Endpoints are AWS_ENDPOINT_URL and its kin, given to every function.
	Endpoints map[string]string
	// Directory knows the roles; nil allows all.
	Directory *iam.Directory
	// Seed fixes which provisioned environments are picked.
	Seed uint64
	// Idle is how long an environment on demand may idle; 0 means DefaultIdle.
	Idle time.Duration
	// Concurrency is the account's; 0 means DefaultConcurrency.
	Concurrency int
	// Propagation is how long a change of configuration stays InProgress at
	// least, on AWS about a second; 0 means DefaultPropagation.
	Propagation time.Duration
	// Progress hears what no caller hears: logs that are lost, environments
	// that cannot be replaced, events that are given up. It may be nil.
	Progress func(format string, args ...any)
}

// Launch starts a runtime's processes.
type Launch struct {
	// Version is the interpreter's, such as 22.23.3, or empty; Client is the runtime client's.
	Version, Client string
	// Emulated says that an emulator runs them.
	Emulated bool
	// Argv returns the command line and the runtime's own variables.
	Argv func(taskRoot, handler string, memoryMB int) ([]string, map[string]string)
}

// Service is the Lambda service of one account and region. It is safe for
// concurrent use.
type Service struct {
	region, accountID string
	options           Options
	lifetime          *lifetime
	concurrency       *concurrency

	mu        sync.RWMutex
	functions map[string]*function
}

// New returns a service without functions.
func New(o Options) *Service {
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.Concurrency == 0 {
		o.Concurrency = DefaultConcurrency
	}
	if o.Propagation == 0 {
		o.Propagation = DefaultPropagation
	}
	if o.Unpack == nil {
		o.Unpack = artifact.Unpacker{}.Unpack
	}
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	return &Service{
		region:      o.Region,
		accountID:   o.AccountID,
		options:     o,
		lifetime:    newLifetime(),
		concurrency: &concurrency{limit: o.Concurrency},
		functions:   map[string]*function{},
	}
}

// begin starts an operation, which ends with s.lifetime.end.
func (s *Service) begin() error {
	if !s.lifetime.begin() {
		return &apierror.Error{Code: "ServiceException", Status: http.StatusServiceUnavailable, Message: "the service has been closed"}
	}
	return nil
}

// ListFunctions describes $LATEST of every function, sorted by name.
func (s *Service) ListFunctions() []Configuration {
	s.mu.RLock()
	functions := slices.SortedFunc(maps.Values(s.functions), func(a, b *function) int { return strings.Compare(a.name, b.name) })
	s.mu.RUnlock()
	list := make([]Configuration, len(functions))
	for i, f := range functions {
		f.mu.RLock()
		list[i] = f.describe(f.latest, f.arn)
		f.mu.RUnlock()
	}
	return list
}

// Close ends every environment, running ones included, and returns when all
// processes are gone. Events that wait for a retry are given up.
func (s *Service) Close() error {
	// Every environment has a watcher, which ends it and is waited for.
	return s.lifetime.close()
}
