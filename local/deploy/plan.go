package deploy

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/local/awsapi"
	"github.com/lambda-benchmark/lambda-benchmark/local/gateway"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/stack"
)

// AccountID is the account that local resources are in.
const AccountID = "123456789012"

// DefaultRegion is the region of a stage that names none.
const DefaultRegion = "us-east-1"

// Plan is everything that a stage needs on this machine. All lists are sorted.
type Plan struct {
	Region, AccountID, Stage string
	Config                   stack.Config

	Roles       []iam.Role
	LogGroups   []LogGroup
	Functions   []lambda.FunctionConfig
	Aliases     []Alias
	Provisioned []Provisioned
	Permissions []lambda.Permission
	Parameters  []awsapi.Parameter
	APIs        []gateway.API

	// Deployed is what the users of the stack see. Its URLs are empty until
	// the plan is carried out.
	Deployed deployed.Stack
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
	// Root is the repository's root, Stage one of its Pulumi.<stage>.yaml.
	Root, Stage string
	// Region replaces the stage's.
	Region string
	// Architecture is that of the module functions: the host's, because they
	// are load-tested. It replaces the stage's.
	Architecture functions.Architecture
	// Artifacts are the zips, by variant. Without those of Config.Modules the
	// plan has no module functions and no API for them.
	Artifacts stack.Artifacts
	// Cells are the benchmarked variants to define, each with an artefact.
	Cells []matrix.Variant
}

// Make runs the stack's definition and returns what this machine has to start.
// It starts nothing.
func Make(o Options) (Plan, error) {
	s, err := ReadStage(o.Root, o.Stage)
	if err != nil {
		return Plan{}, fmt.Errorf("plan: %w", err)
	}
	s.Config.Architecture = cmp.Or(o.Architecture, s.Config.Architecture)
	artifacts, err := o.artifacts(s.Config)
	if err != nil {
		return Plan{}, fmt.Errorf("plan stage %s: %w", s.Name, err)
	}
	m := newMonitor(cmp.Or(o.Region, s.Region, DefaultRegion), artifacts)
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
		return nil
	})
	if err != nil {
		return Plan{}, fmt.Errorf("plan stage %s: %w", s.Name, err)
	}
	return plan, nil
}

// artifacts are the zips of the cells and those of the module functions that there are.
func (o Options) artifacts(c stack.Config) (stack.Artifacts, error) {
	artifacts := stack.Artifacts{}
	for _, v := range o.Cells {
		zip, ok := o.Artifacts[v]
		if !ok {
			return nil, fmt.Errorf("%v: no artefact was built for it", v)
		}
		artifacts[v] = zip
	}
	for _, v := range c.Modules() {
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
	slices.SortFunc(p.Parameters, func(a, b awsapi.Parameter) int { return strings.Compare(a.Name, b.Name) })
	p.Deployed.Platform, p.Deployed.APIURL = deployed.Local, ""
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
