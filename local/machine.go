package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/artifact"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/local/awsapi"
	"github.com/lambda-benchmark/lambda-benchmark/local/deploy"
	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/gateway"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/loopback"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
	"github.com/lambda-benchmark/lambda-benchmark/local/ssm"
)

// machine is a plan that has been carried out: the stack, running here.
type machine struct {
	plan  deploy.Plan
	cells cells
	// stack is what the users of the stack see, URLs included.
	stack deployed.Stack
	// statsURL is the base URL of the stats API, apiKey its key; empty without a harness.
	statsURL, apiKey string
	// operator signs requests that may do everything. It is new in every start.
	operator iam.Credentials
	// database names what keeps the results, and its file if it has one.
	database string
	// knobs say how freezing, CPU share and memory are enforced.
	knobs map[string]string

	functions *lambda.Service
	workflows *executions.Service
	schedules []executions.Schedule
	results   *dynamo.Store  // nil without a harness
	progress  *progress      // of the workflow's executions
	closers   []func() error // in the order in which they were opened
}

// startOptions are what a machine needs besides its plan.
type startOptions struct {
	host       *sandbox.Host // the machine closes it
	database   databaseOptions
	finder     *runtimes.Finder
	codeDir    string // where zips are unpacked
	logDir     string // where log streams are kept
	seed       uint64
	ssmLatency time.Duration
	console    *console.Console
	// allowed, if not nil, is told of everything that a role asked for and was allowed.
	allowed func(roleARN, action, resource string)
	// admit, if not nil, gives every execution of the workflow its turn.
	admit func(context.Context) (release func())
}

// start carries out a plan and returns once every provisioned environment is
// ready. What an error leaves behind has been closed.
func start(ctx context.Context, plan deploy.Plan, c cells, o startOptions) (_ *machine, err error) {
	m := &machine{plan: plan, cells: c, stack: plan.Deployed, operator: newOperator(), progress: newProgress()}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start the stack: %w", err), m.Close())
		}
	}()

	store := logs.NewStore(o.logDir)
	m.closers = append(m.closers, store.Close)
	for _, g := range plan.LogGroups {
		if err := store.CreateGroup(g.Name); err != nil {
			return nil, err
		}
	}
	m.closers = append(m.closers, o.host.Close)
	m.knobs = o.host.Knobs()

	endpoint, err := listen()
	if err != nil {
		return nil, err
	}
	m.stack.EndpointURL = "http://" + endpoint.Addr().String()
	directory := iam.NewDirectory(plan.Roles...)
	directory.Observe(o.allowed)
	directory.AdmitOperator(m.operator)
	m.functions = lambda.New(lambda.Options{
		Region: plan.Region, AccountID: plan.AccountID,
		Launcher: o.host, Logs: store, Directory: directory,
		Runtime: runtimeLauncher(o.finder),
		CodeDir: o.codeDir, Unpack: artifact.Unpacker{Progress: o.console.Printf}.Unpack,
		Endpoints: map[string]string{"AWS_ENDPOINT_URL": m.stack.EndpointURL},
		Seed:      o.seed,
		Progress:  o.console.Printf,
	})
	m.closers = append(m.closers, m.functions.Close)
	m.workflows = executions.New(executions.Options{
		Functions: m.functions, Directory: directory, Seed: o.seed, Observe: m.progress.observe, Admit: o.admit, Progress: o.console.Printf,
	})
	m.closers = append(m.closers, m.workflows.Close)
	for _, machine := range plan.StateMachines {
		if err := m.workflows.Create(machine); err != nil {
			return nil, err
		}
	}
	m.schedules = plan.Schedules
	services := awsapi.Options{
		Region: plan.Region, AccountID: plan.AccountID,
		Lambda: m.functions, Logs: store, Directory: directory, Workflows: m.workflows,
		SSM: ssm.New(ssm.Options{
			Region: plan.Region, AccountID: plan.AccountID, Parameters: plan.Parameters, Latency: o.ssmLatency,
		}),
		Secrets: secrets.New(plan.Region, plan.AccountID, plan.Secrets),
	}
	if len(plan.Tables) > 0 {
		server, err := m.startDatabase(ctx, plan.Tables, o.database)
		if err != nil {
			return nil, err
		}
		services.DynamoDB = server.Handler
		m.results = dynamo.New(server.Client(), plan.Deployed.Table, dynamo.Options{
			SampleTTL: time.Duration(plan.Config.SampleTTLDays) * 24 * time.Hour,
		})
	}
	m.serve(endpoint, awsapi.New(services))

	if err := m.create(ctx, plan, o.console); err != nil {
		return nil, err
	}
	for _, api := range plan.APIs {
		listener, err := listen()
		if err != nil {
			return nil, err
		}
		m.serve(listener, loopback.Only(gateway.New(api, m.functions.Invoke, plan.Region, plan.AccountID)))
		url := "http://" + listener.Addr().String() + "/" + api.Stage
		switch api.ID {
		case plan.ModulesAPI:
			m.stack.APIURL = url
		case plan.StatsAPI:
			m.statsURL = url
		}
	}
	for _, secret := range plan.Secrets {
		if secret.Name == plan.APIKeySecret {
			m.apiKey = secret.Value
		}
	}
	return m, nil
}

// create makes the plan's functions, and what hangs on them.
func (m *machine) create(ctx context.Context, plan deploy.Plan, c *console.Console) error {
	for _, f := range plan.Functions {
		if _, _, err := m.functions.CreateFunction(ctx, f); err != nil {
			return fmt.Errorf("create function %s: %w", f.Name, err)
		}
	}
	for _, a := range plan.Aliases {
		if _, err := m.functions.CreateAlias(a.Function, a.Name, a.Version); err != nil {
			return fmt.Errorf("create alias %s of %s: %w", a.Name, a.Function, err)
		}
	}
	for _, p := range plan.Permissions {
		if err := m.functions.AddPermission(p); err != nil {
			return fmt.Errorf("permission %s of %s: %w", p.StatementID, p.Function, err)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range plan.Provisioned {
		c.Status("starting %d provisioned environments of each module function", p.Count)
		group.Go(func() error {
			if err := m.functions.PutProvisionedConcurrency(ctx, p.Function, p.Qualifier, p.Count); err != nil {
				return fmt.Errorf("provisioned concurrency of %s:%s: %w", p.Function, p.Qualifier, err)
			}
			return nil
		})
	}
	err := group.Wait()
	c.Done()
	return err
}

// newOperator returns random credentials in the shape of AWS's.
func newOperator() iam.Credentials {
	return iam.Credentials{AccessKeyID: "AKIA" + rand.Text()[:16], SecretAccessKey: (rand.Text() + rand.Text())[:40]}
}

// listen opens a port that only this machine can reach.
func listen() (net.Listener, error) {
	return net.Listen("tcp", "127.0.0.1:0")
}

// serve answers on a listener until the machine is closed.
func (m *machine) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go server.Serve(l) //nolint:errcheck // it ends with ErrServerClosed
	m.closers = append(m.closers, server.Close)
}

// Close ends every process and every listener of the machine.
func (m *machine) Close() error {
	var errs []error
	for i := len(m.closers) - 1; i >= 0; i-- {
		errs = append(errs, m.closers[i]())
	}
	m.closers = nil
	return errors.Join(errs...)
}

// runtimeLauncher lets the Lambda service find what starts a runtime's processes.
func runtimeLauncher(f *runtimes.Finder) func(context.Context, string, functions.Architecture) (lambda.Launch, error) {
	return func(ctx context.Context, runtime string, arch functions.Architecture) (lambda.Launch, error) {
		r, err := f.Find(ctx, runtime, arch)
		if err != nil {
			return lambda.Launch{}, err
		}
		return lambda.Launch{Version: r.Version, Client: r.Client, Emulated: r.Emulator != "", Argv: r.Launch}, nil
	}
}
