package stack

import (
	"encoding/json"
	"reflect"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// Outputs are what a stack tells its users.
type Outputs struct {
	// APIURL is the base URL of the module functions' API; the paths are
	// /esmodule and /commonjs. It is empty if the API is left out.
	APIURL pulumi.StringOutput
	// ParameterName is the parameter that the module functions read, or empty.
	ParameterName pulumi.StringOutput
	// StatsURL is the base URL of the stats API, APIKeySecret the name of the
	// secret that holds its key, WorkflowARN the state machine that runs the
	// benchmark, TableName where its results are. All are empty if the harness
	// is left out.
	StatsURL, APIKeySecret, WorkflowARN, TableName pulumi.StringOutput
	// Cost is an estimate.
	Cost cost.Breakdown
	// ModulesAPI and StatsAPI are the IDs of the two APIs, for those who carry
	// the definition out somewhere else than on AWS.
	ModulesAPI, StatsAPI pulumi.StringOutput
	// Deployed is the stack as its users see it. It has no secrets.
	Deployed DeployedOutput
	// Payloads are the secret payloads of functions that exist already, as JSON by
	// ARN; empty if none is secret.
	Payloads pulumi.StringOutput
}

// DeployedOutput is a [deployed.Stack] that is known once all of it is deployed.
type DeployedOutput struct{ *pulumi.OutputState }

// ElementType is the type of the value.
func (DeployedOutput) ElementType() reflect.Type { return reflect.TypeFor[deployed.Stack]() }

// FunctionOutput is a [deployed.Function] that is known once it is deployed.
type FunctionOutput struct{ *pulumi.OutputState }

// ElementType is the type of the value.
func (FunctionOutput) ElementType() reflect.Type { return reflect.TypeFor[deployed.Function]() }

func init() {
	pulumi.RegisterOutputType(DeployedOutput{})
	pulumi.RegisterOutputType(FunctionOutput{})
}

func (d *definition) outputs(measured []measured, modules *moduleAPI, h *harness) Outputs {
	nothing := d.known("")
	o := Outputs{
		APIURL: nothing, ParameterName: nothing,
		StatsURL: nothing, APIKeySecret: nothing, WorkflowARN: nothing, TableName: nothing,
		ModulesAPI: nothing, StatsAPI: nothing, Payloads: nothing,
	}
	secret := d.config.IsSecret(stage.KeyFunctions)
	if secret {
		o.Payloads = d.payloads()
	}
	var functions []any
	for _, m := range measured {
		functions = append(functions, m.entry)
	}
	if modules != nil {
		o.APIURL, o.ParameterName = modules.stage.InvokeUrl, modules.parameter.Name
		o.ModulesAPI = modules.stage.RestApi
		for _, m := range modules.modules {
			functions = append(functions, d.entry(m.variant, m.Arn, m.logGroup, m.alias.Name))
		}
	}
	if h != nil {
		o.StatsURL, o.APIKeySecret = h.stats.stage.InvokeUrl, h.stats.secret
		o.StatsAPI = h.stats.stage.RestApi
		o.WorkflowARN, o.TableName = h.workflow.Arn, h.table.Name
	}
	o.Deployed = pulumi.All(o.APIURL, o.WorkflowARN, o.TableName, pulumi.All(functions...)).ApplyT(func(of []any) deployed.Stack {
		s := deployed.Stack{
			Platform: d.config.Platform, Region: d.region, Stage: d.names.Stage,
			APIURL: of[0].(string), WorkflowARN: of[1].(string), Table: of[2].(string),
		}
		if modules != nil {
			s.APIRequestsPerSecond = d.config.ModuleRequestsPerSecond
		}
		for _, f := range of[3].([]any) {
			function := f.(deployed.Function)
			if secret {
				function.Payload = nil
			}
			s.Functions = append(s.Functions, function)
		}
		return s
	}).(DeployedOutput)
	return o
}

// payloads are those of the functions that exist already, as a secret.
func (d *definition) payloads() pulumi.StringOutput {
	of := map[string]json.RawMessage{}
	for _, f := range d.config.Functions {
		if len(f.Payload) > 0 {
			of[f.ARN] = f.Payload
		}
	}
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // they were parsed from JSON
	}
	return pulumi.ToSecret(d.known(string(text))).(pulumi.StringOutput)
}

// entry is a function of the stack as its users see it.
func (d *definition) entry(v matrix.Variant, arn pulumi.StringOutput, group *cloudwatch.LogGroup, qualifier pulumi.StringOutput) FunctionOutput {
	return pulumi.All(arn, group.Name, qualifier).ApplyT(func(of []any) deployed.Function {
		return deployed.Function{
			Variant: v, ARN: of[0].(string), LogGroup: of[1].(string), Qualifier: of[2].(string), Owned: true,
			SHA256: d.artifacts[v].SHA256,
		}
	}).(FunctionOutput)
}

// known is an output whose value is known already. Other than
// pulumi.String(value).ToStringOutput() it belongs to the program's context,
// which then waits for whatever is applied to it.
func (d *definition) known(value string) pulumi.StringOutput {
	o, resolve, _ := d.ctx.NewOutput()
	resolve(value)
	return o.ApplyT(func(v any) string { return v.(string) }).(pulumi.StringOutput)
}

// export makes the outputs visible to the pulumi command.
func (o Outputs) export(ctx *pulumi.Context) {
	ctx.Export("apiUrl", o.APIURL)
	ctx.Export("esmoduleUrl", pulumi.Sprintf("%s/esmodule", o.APIURL))
	ctx.Export("commonjsUrl", pulumi.Sprintf("%s/commonjs", o.APIURL))
	ctx.Export("parameterName", o.ParameterName)
	ctx.Export("statsUrl", o.StatsURL)
	ctx.Export("apiKeySecretName", o.APIKeySecret)
	ctx.Export("workflowArn", o.WorkflowARN)
	ctx.Export("tableName", o.TableName)
	ctx.Export("estimatedCostPerRun", pulumi.String(o.Cost.PerRun().String()))
	ctx.Export("estimatedCostPerMonthStanding", pulumi.String(o.Cost.StandingPerMonth().String()))
	ctx.Export("estimatedCostPerMonth", pulumi.String(o.Cost.PerMonth().String()))
	ctx.Export("deployed", pulumi.JSONMarshal(o.Deployed))
	ctx.Export("payloads", o.Payloads)
}
