package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	moduleTimeout = 5 // seconds
	// liveAlias is what callers of a module function use: provisioned
	// concurrency belongs to an alias or a version, never to $LATEST.
	liveAlias = "live"
	// parameterVariable tells a module function which parameter to read.
	parameterVariable = "PARAMETER_NAME"
)

// module is a function behind the API, and the alias that it is called by.
type module struct {
	function
	alias *lambda.Alias
}

// moduleAPI is the API in front of the module functions, and what they read.
type moduleAPI struct {
	parameter *ssm.Parameter
	modules   []module
	stage     *apigateway.Stage
}

// moduleAPI makes the module functions, their parameter and their API, or
// nothing if they have no artefacts.
func (d *definition) moduleAPI() (*moduleAPI, error) {
	if ok, err := d.has(d.config.Modules()); err != nil || !ok {
		return nil, err
	}
	parameter, err := d.parameter()
	if err != nil {
		return nil, err
	}
	modules, err := d.modules(parameter)
	if err != nil {
		return nil, err
	}
	stage, err := d.serveModules(modules)
	if err != nil {
		return nil, err
	}
	return &moduleAPI{parameter: parameter, modules: modules, stage: stage}, nil
}

// serveModules gives each module function a path, joined to its alias: calls of
// $LATEST would not use its provisioned concurrency.
func (d *definition) serveModules(modules []module) (*apigateway.Stage, error) {
	api, err := d.restAPI("modules", "ES module and CommonJS functions, side by side")
	if err != nil {
		return nil, err
	}
	for _, m := range modules {
		name := m.variant.Function
		path, err := api.path(name, api.RootResourceId, name)
		if err != nil {
			return nil, err
		}
		if err := api.get(name, path.ID(), m.alias.InvokeArn, false); err != nil {
			return nil, err
		}
	}
	stage, err := api.stage()
	if err != nil {
		return nil, err
	}
	rate := d.config.ModuleRequestsPerSecond
	if err := api.throttle(stage, float64(rate), 2*rate); err != nil {
		return nil, err
	}
	for _, m := range modules {
		if err := api.permit(m.variant.Name(), stage, m.variant.Function, m.alias.FunctionName, m.alias.Name); err != nil {
			return nil, err
		}
	}
	return stage, nil
}

// modules makes the ES module and the CommonJS function: the same but for
// their source.
func (d *definition) modules(parameter *ssm.Parameter) ([]module, error) {
	var all []module
	for _, v := range d.config.Modules() {
		logical := v.Name()
		group, err := d.logGroup(logical)
		if err != nil {
			return nil, err
		}
		role, err := d.executionRole(v.Function,
			writeLogs(pulumi.Sprintf("%s:*", group.Arn)),
			statement{
				sid:       "ReadParameter",
				actions:   []string{"ssm:GetParameter"},
				resources: pulumi.StringArray{parameter.Arn},
			},
			sendTraces())
		if err != nil {
			return nil, err
		}
		f, err := d.function(functionSpec{
			variant: v, role: role, logGroup: group, timeout: moduleTimeout, tracing: true, reserved: d.config.ModuleReservedConcurrency,
			variables: pulumi.StringMap{parameterVariable: parameter.Name},
		})
		if err != nil {
			return nil, err
		}
		alias, err := lambda.NewAlias(d.ctx, logical, &lambda.AliasArgs{
			Name:            pulumi.String(liveAlias),
			FunctionName:    f.Name,
			FunctionVersion: f.Version,
		})
		if err != nil {
			return nil, fmt.Errorf("alias of %v: %w", v, err)
		}
		if err := d.provision(logical, alias); err != nil {
			return nil, err
		}
		all = append(all, module{function: f, alias: alias})
	}
	return all, nil
}

// provision keeps environments of an alias initialised, if the stage wants any.
func (d *definition) provision(logical string, alias *lambda.Alias) error {
	if d.config.ProvisionedConcurrency == 0 {
		return nil
	}
	_, err := lambda.NewProvisionedConcurrencyConfig(d.ctx, logical, &lambda.ProvisionedConcurrencyConfigArgs{
		FunctionName:                    alias.FunctionName,
		Qualifier:                       alias.Name,
		ProvisionedConcurrentExecutions: pulumi.Int(d.config.ProvisionedConcurrency),
	})
	if err != nil {
		return fmt.Errorf("provisioned concurrency of %s: %w", logical, err)
	}
	return nil
}
