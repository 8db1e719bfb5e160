package lambda

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// version is one immutable combination of code and configuration, and its
// environments. $LATEST is another version after each change.
type version struct {
	function *function
	number   string // $LATEST or 1, 2, ...
	config   FunctionConfig
	code     code
	sandbox  sandbox.Config
	pool     *pool

	// provisioned is how many environments are to be kept initialised, and
	// allocating whether that is being changed. The function's lock guards both.
	provisioned int
	allocating  bool

	// Of published versions only:
	origin   FunctionConfig // $LATEST's when it was published
	revision string
	modified time.Time
}

func (f *function) newVersion(number string, c FunctionConfig, code code) *version {
	s := f.service
	argv, variables := code.launch.Argv(code.taskRoot, c.Handler, c.MemoryMB)
	v := &version{
		function: f,
		number:   number,
		config:   c,
		code:     code,
		sandbox: sandbox.Config{
			FunctionName:     f.name,
			FunctionARN:      f.arn,
			Version:          number,
			Runtime:          c.Runtime,
			Handler:          c.Handler,
			MemoryMB:         c.MemoryMB,
			Timeout:          c.Timeout,
			Region:           s.region,
			AccountID:        s.accountID,
			LogGroup:         c.LogGroup,
			Variables:        c.Variables,
			TaskRoot:         code.taskRoot,
			Argv:             argv,
			RuntimeVariables: variables,
			Emulated:         code.launch.Emulated,
			RuntimeVersion:   runtimeVersion(c.Runtime, code.launch.Version),
			Credentials:      f.credentials,
			Endpoints:        s.options.Endpoints,
			Tracing:          c.Tracing,
		},
	}
	name := fnv.New64a()
	name.Write([]byte(f.arn + ":" + number))
	v.pool = &pool{
		launch:   v.start,
		admit:    func() error { return s.concurrency.admit(&f.share) },
		dismiss:  func() { s.concurrency.dismiss(&f.share) },
		lifetime: s.lifetime,
		timeout:  s.options.Idle,
		progress: func(format string, args ...any) {
			s.options.Progress("%s:%s: "+format, append([]any{f.name, number}, args...)...)
		},
		random: rand.New(rand.NewPCG(s.options.Seed, name.Sum64())),
		freed:  make(chan struct{}),
	}
	return v
}

var runtimeName = regexp.MustCompile(`^([a-z]+)\.?(.*?)(\.x)?$`)

// runtimeVersion is what INIT_START calls a runtime: nodejs:22.v22.23.3 for
// nodejs22.x. AWS's own end in a release number that means nothing here.
func runtimeVersion(runtime, version string) string {
	m := runtimeName.FindStringSubmatch(runtime)
	if m == nil || m[2] == "" {
		return runtime
	}
	name := m[1] + ":" + m[2]
	if version != "" {
		name += ".v" + version
	}
	return name
}

// start launches one environment with a log stream of its own.
func (v *version) start(ctx context.Context, t functions.InitializationType) (sandbox.Environment, error) {
	name := fmt.Sprintf("%s/[%s]%s", time.Now().UTC().Format("2006/01/02"), v.number, randomHex(32))
	e, err := v.function.service.options.Launcher.Launch(ctx, v.sandbox, t, v.stream(name))
	if err != nil {
		return nil, fmt.Errorf("start an environment of %s:%s: %w", v.function.name, v.number, err)
	}
	return e, nil
}

// stream opens a log stream as the function's role. Without the permission, or
// without the group and the permission to make it, the logs are lost, as on
// AWS. Here the loss is printed once.
func (v *version) stream(name string) sandbox.LogStream {
	stream, err := v.openStream(name)
	if err != nil {
		v.function.logsLost.Do(func() {
			v.function.service.options.Progress("%s: its logs are lost: %v", v.function.name, err)
		})
		return lostStream(name)
	}
	return stream
}

func (v *version) openStream(name string) (sandbox.LogStream, error) {
	s, group := v.function.service, v.config.LogGroup
	if s.options.Logs == nil {
		return nil, errors.New("there is no log store")
	}
	arn := "arn:aws:logs:" + s.region + ":" + s.accountID + ":log-group:" + group + ":log-stream:"
	authorize := func(action, resource string) error {
		if s.options.Directory == nil {
			return nil
		}
		return s.options.Directory.Authorize(v.function.credentials.AccessKeyID, action, resource)
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		if err := authorize(action, arn+name); err != nil {
			return nil, err
		}
	}
	stream, err := s.options.Logs.NewStream(group, name)
	if !errors.Is(err, logs.ErrNoGroup) {
		return stream, err
	}
	if denied := authorize("logs:CreateLogGroup", arn); denied != nil {
		return nil, fmt.Errorf("%w, and may not be created: %w", err, denied)
	}
	if err := s.options.Logs.CreateGroup(group); err != nil && !errors.Is(err, logs.ErrGroupExists) {
		return nil, err
	}
	return s.options.Logs.NewStream(group, name)
}

// lostStream is a log stream that exists by its name only.
type lostStream string

func (l lostStream) Name() string             { return string(l) }
func (l lostStream) Append(time.Time, []byte) {}
