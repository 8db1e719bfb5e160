package stack

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// Outputs are what a stack tells its users.
type Outputs struct {
	// APIURL is the base URL of the module functions' API; the paths are
	// /esmodule and /commonjs. It is empty if the API is left out.
	APIURL pulumi.StringOutput
	// ParameterName is the parameter that the module functions read, or empty.
	ParameterName pulumi.StringOutput
	// Deployed is the stack as its users see it.
	Deployed DeployedOutput
}

// DeployedOutput is a [deployed.Stack] that is known once all of it is deployed.
type DeployedOutput struct{ *pulumi.OutputState }

// ElementType is the type of the value.
func (DeployedOutput) ElementType() reflect.Type { return reflect.TypeFor[deployed.Stack]() }

func init() { pulumi.RegisterOutputType(DeployedOutput{}) }

func (d *definition) outputs(modules *moduleAPI, benchmarked []function) Outputs {
	nothing := pulumi.String("").ToStringOutput()
	o := Outputs{APIURL: nothing, ParameterName: nothing}
	var functions []any
	for _, f := range benchmarked {
		// Measured through $LATEST, the only version whose configuration can
		// change: hence no qualifier.
		functions = append(functions, d.entry(f, nothing))
	}
	if modules != nil {
		o.APIURL, o.ParameterName = modules.stage.InvokeUrl, modules.parameter.Name
		for _, m := range modules.modules {
			functions = append(functions, d.entry(m.function, m.alias.Name))
		}
	}
	o.Deployed = pulumi.All(o.APIURL, pulumi.All(functions...)).ApplyT(func(of []any) deployed.Stack {
		s := deployed.Stack{
			Platform: deployed.AWS, Region: d.region, Stage: d.names.stage,
			APIURL: of[0].(string),
		}
		for _, f := range of[1].([]any) {
			s.Functions = append(s.Functions, f.(deployed.Function))
		}
		return s
	}).(DeployedOutput)
	return o
}

func (d *definition) entry(f function, qualifier pulumi.StringOutput) pulumi.Output {
	return pulumi.All(f.Arn, f.logGroup.Name, qualifier).ApplyT(func(of []any) deployed.Function {
		return deployed.Function{
			Variant: f.variant, ARN: of[0].(string), LogGroup: of[1].(string), Qualifier: of[2].(string), Owned: true,
		}
	})
}

// export makes the outputs visible to the pulumi command.
func (o Outputs) export(ctx *pulumi.Context) {
	ctx.Export("apiUrl", o.APIURL)
	ctx.Export("esmoduleUrl", pulumi.Sprintf("%s/esmodule", o.APIURL))
	ctx.Export("commonjsUrl", pulumi.Sprintf("%s/commonjs", o.APIURL))
	ctx.Export("parameterName", o.ParameterName)
	ctx.Export("deployed", pulumi.JSONMarshal(o.Deployed))
}
