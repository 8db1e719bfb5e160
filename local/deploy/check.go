package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// check finds names that lead nowhere and names that are there twice. AWS
// refuses most of them; local would fail in the middle of its start, or later.
func (p *Plan) check() error {
	errs := p.duplicates()
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	for _, f := range p.Functions {
		if err := p.trusted(f.RoleARN, "lambda.amazonaws.com", p.arn("lambda", "function:"+f.Name)); err != nil {
			refuse("function %s: %w", f.Name, err)
		}
		if !slices.ContainsFunc(p.LogGroups, func(g LogGroup) bool { return g.Name == f.LogGroup }) {
			refuse("function %s: log group %s does not exist", f.Name, f.LogGroup)
		}
	}
	for _, s := range p.stacks {
		if err := p.deployable(s); err != nil {
			refuse("CloudFormation stack %s: %w", s.name, err)
		}
	}
	for _, a := range p.Aliases {
		if err := p.qualified(a.Function, a.Version); err != nil {
			refuse("alias %s: %w", a.Name, err)
		}
	}
	for _, c := range p.Provisioned {
		if c.Qualifier == "$LATEST" {
			refuse("provisioned concurrency of %s: $LATEST cannot have any: publish a version", c.Function)
		} else if err := p.qualified(c.Function, c.Qualifier); err != nil {
			refuse("provisioned concurrency: %w", err)
		}
	}
	for _, permission := range p.Permissions {
		if err := p.qualified(permission.Function, permission.Qualifier); err != nil {
			refuse("permission %s: %w", permission.StatementID, err)
		}
	}
	for _, api := range p.APIs {
		for _, r := range api.Routes {
			function, qualifier, _ := strings.Cut(nameFromARN(r.FunctionARN), ":")
			if err := p.qualified(function, qualifier); err != nil {
				refuse("api %s: %s %s: %w", api.Name, r.Method, r.Path, err)
			}
		}
	}
	for _, m := range p.StateMachines {
		if err := p.trusted(m.RoleARN, "states.amazonaws.com", m.ARN); err != nil {
			refuse("state machine %s: %w", m.Name, err)
		}
	}
	for _, s := range p.Schedules {
		if err := p.trusted(s.RoleARN, "scheduler.amazonaws.com", p.arn("scheduler", "schedule-group/default")); err != nil {
			refuse("schedule %s: %w", s.Name, err)
		}
		if !slices.ContainsFunc(p.StateMachines, func(m executions.StateMachine) bool { return m.ARN == s.TargetARN }) {
			refuse("schedule %s: state machine %s does not exist", s.Name, s.TargetARN)
		}
	}
	for _, s := range p.Secrets {
		if s.Value == "" {
			refuse("secret %s has no value", s.Name)
		}
	}
	return errors.Join(errs...)
}

// trusted says whether a role exists and lets a service act as it for a resource.
func (p *Plan) trusted(role, service, arn string) error {
	i := slices.IndexFunc(p.Roles, func(r iam.Role) bool { return r.ARN == role })
	switch {
	case i < 0:
		return fmt.Errorf("role %s does not exist", role)
	case !p.Roles[i].Trusts(service, iam.Source{AccountID: p.AccountID, ARN: arn}):
		return fmt.Errorf("role %s does not trust %s for %s", role, service, arn)
	}
	return nil
}

// arn is the ARN of a thing of the plan's account and region.
func (p *Plan) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + p.Region + ":" + p.AccountID + ":" + rest
}

// qualified says whether a function exists and has the version or alias.
// An empty qualifier is the function itself.
func (p *Plan) qualified(function, qualifier string) error {
	i := slices.IndexFunc(p.Functions, func(f lambda.FunctionConfig) bool { return f.Name == function })
	switch {
	case i < 0:
		return fmt.Errorf("function %s does not exist", function)
	case qualifier == "" || qualifier == "$LATEST",
		qualifier == firstVersion && p.Functions[i].Publish,
		slices.ContainsFunc(p.Aliases, func(a Alias) bool { return a.Function == function && a.Name == qualifier }):
		return nil
	}
	return fmt.Errorf("function %s has no version or alias %s", function, qualifier)
}

func (p *Plan) duplicates() []error {
	var errs []error
	seen := map[string]bool{}
	once := func(kind, name string) {
		if what := kind + " " + name; seen[what] {
			errs = append(errs, fmt.Errorf("%s is there twice", what))
		} else {
			seen[what] = true
		}
	}
	for _, r := range p.Roles {
		once("role", r.Name)
	}
	for _, g := range p.LogGroups {
		once("log group", g.Name)
	}
	for _, f := range p.Functions {
		once("function", f.Name)
	}
	for _, a := range p.Aliases {
		once("alias", a.Function+":"+a.Name)
	}
	for _, permission := range p.Permissions {
		once("permission", permission.Function+":"+permission.Qualifier+" "+permission.StatementID)
	}
	for _, parameter := range p.Parameters {
		once("parameter", parameter.Name)
	}
	for _, t := range p.Tables {
		once("table", t.Name)
	}
	for _, m := range p.StateMachines {
		once("state machine", m.Name)
	}
	for _, s := range p.Schedules {
		once("schedule", s.Name)
	}
	for _, s := range p.Secrets {
		once("secret", s.Name)
	}
	for _, api := range p.APIs {
		once("api", api.ID+"/"+api.Stage)
		for _, r := range api.Routes {
			once("route", api.ID+"/"+api.Stage+" "+r.Method+" "+r.Path)
		}
	}
	return errs
}

// nameFromARN takes what identifies a function, name or ARN, to its name, and
// keeps the qualifier if there is one.
func nameFromARN(reference string) string {
	if _, name, ok := strings.Cut(reference, ":function:"); ok {
		return name
	}
	return reference
}
