package deploy

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/gateway"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
	"github.com/lambda-benchmark/lambda-benchmark/local/ssm"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

// AccountID is the account that local resources are in.
const AccountID = "123456789012"

// DefaultRegion is the region of a stage that names none.
const DefaultRegion = "us-east-1"

// Plan is everything that a stage needs on this machine. All lists are sorted.
type Plan struct {
	Region, AccountID, Stage string
	Config                   stage.Config

	Roles       []iam.Role
	LogGroups   []LogGroup
	Functions   []lambda.FunctionConfig
	Aliases     []Alias
	Provisioned []Provisioned
	Permissions []lambda.Permission
	Parameters  []ssm.Parameter
	APIs        []gateway.API

	Tables        []Table
	StateMachines []executions.StateMachine
	Schedules     []executions.Schedule
	Secrets       []secrets.Secret

	// ModulesAPI and StatsAPI are the IDs, among the APIs, of the one in front of
	// the module functions and of the one that shows results; empty if left out.
	ModulesAPI, StatsAPI string
	// APIKeySecret is the name of the secret that holds the key of the stats API.
	APIKeySecret string

	// Deployed is what the users of the stack see. Its URLs are empty until
	// the plan is carried out.
	Deployed deployed.Stack

	// stacks are where some of the functions are from, for the plan's check.
	stacks []functionStack
}

// LogGroup is a group of log streams.
type LogGroup struct {
	Name          string
	RetentionDays int
}

// Alias is a name for a published version of a function.
type Alias struct{ Function, Name, Version string }

// Provisioned is how many environments of a version or alias are kept initialised.
type Provisioned struct {
	Function, Qualifier string
	Count               int
}

// Options say what to plan.
type Options struct {
	// Stage is what is planned, as [stage.Config.Local] has it for this machine.
	Stage stage.Stage
	// Artifacts are the zips, by variant. Without those of Config.Modules the
	// plan has no module functions and no API for them, without those of
	// Config.Harness no workflow, table, schedule and stats API.
	Artifacts stack.Artifacts
	// Cells are the benchmarked variants to define, each with an artefact.
	Cells []matrix.Variant
	// APIKey is the key of the stats API; empty makes one up.
	APIKey string
}

// Make runs the stack's definition and returns what this machine has to start.
// It starts nothing.
func Make(o Options) (Plan, error) {
	s := o.Stage
	artifacts, err := o.artifacts(s.Config)
	if err != nil {
		return Plan{}, fmt.Errorf("plan stage %s: %w", s.Name, err)
	}
	m := newMonitor(cmp.Or(s.Region, DefaultRegion), artifacts)
	m.newKey = cmp.Or(o.APIKey, m.newKey)
	m.plan.Stage, m.plan.Config = s.Name, s.Config
	plan, err := m.run(s.Project, func(ctx *pulumi.Context) error {
		outputs, err := stack.Define(ctx, s.Config, artifacts)
		if err != nil {
			return err
		}
		outputs.Deployed.ApplyT(func(d deployed.Stack) deployed.Stack {
			m.plan.Deployed = d
			return d
		})
		pulumi.All(outputs.ModulesAPI, outputs.StatsAPI, outputs.APIKeySecret).ApplyT(func(of []any) []any {
			m.plan.ModulesAPI, m.plan.StatsAPI, m.plan.APIKeySecret = of[0].(string), of[1].(string), of[2].(string)
			return of
		})
		return nil
	})
	if err != nil {
		return Plan{}, fmt.Errorf("plan stage %s: %w", s.Name, err)
	}
	return plan, nil
}

// artifacts are the zips of the cells, and those of our other functions that there are.
func (o Options) artifacts(c stage.Config) (stack.Artifacts, error) {
	artifacts := stack.Artifacts{}
	for _, v := range o.Cells {
		zip, ok := o.Artifacts[v]
		if !ok {
			return nil, fmt.Errorf("%v: no artefact was built for it", v)
		}
		artifacts[v] = zip
	}
	for _, v := range slices.Concat(c.Modules(), c.Harness()) {
		if zip, ok := o.Artifacts[v]; ok {
			artifacts[v] = zip
		}
	}
	return artifacts, nil
}

// run runs a program under the monitor and returns the plan of its resources.
func (m *monitor) run(project string, program pulumi.RunFunc) (Plan, error) {
	err := pulumi.RunErr(program, pulumi.WithMocks(project, m.plan.Stage, m))
	// The monitor's own words come first: Pulumi wraps them in those of its RPC.
	if err := cmp.Or(errors.Join(m.errs...), err); err != nil {
		return Plan{}, err
	}
	return m.finish()
}

// finish puts the plan in order and checks it as a whole.
func (m *monitor) finish() (Plan, error) {
	p := &m.plan
	apis, err := m.gateway.served()
	if err != nil {
		return Plan{}, err
	}
	p.APIs = apis
	slices.SortFunc(p.Roles, func(a, b iam.Role) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(p.LogGroups, func(a, b LogGroup) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(p.Functions, func(a, b lambda.FunctionConfig) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(p.Aliases, func(a, b Alias) int {
		return cmp.Or(strings.Compare(a.Function, b.Function), strings.Compare(a.Name, b.Name))
	})
	slices.SortFunc(p.Provisioned, func(a, b Provisioned) int {
		return cmp.Or(strings.Compare(a.Function, b.Function), strings.Compare(a.Qualifier, b.Qualifier))
	})
	slices.SortFunc(p.Permissions, func(a, b lambda.Permission) int {
		return cmp.Or(strings.Compare(a.Function, b.Function), strings.Compare(a.StatementID, b.StatementID))
	})
	slices.SortFunc(p.Tables, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	for _, t := range p.Tables {
		slices.SortFunc(t.Items, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	}
	slices.SortFunc(p.StateMachines, func(a, b executions.StateMachine) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(p.Schedules, func(a, b executions.Schedule) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(p.Secrets, func(a, b secrets.Secret) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(p.Parameters, func(a, b ssm.Parameter) int { return strings.Compare(a.Name, b.Name) })
	text, err := json.Marshal(p.Deployed)
	if err != nil {
		return Plan{}, fmt.Errorf("deployed stack: %w", err)
	}
	if output, ok := unsuppliedIn(string(text)); ok {
		return Plan{}, fmt.Errorf("deployed stack: it contains %s, which local does not supply", output)
	}
	if err := p.check(); err != nil {
		return Plan{}, err
	}
	return *p, nil
}
