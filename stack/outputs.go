package stack

import (
	"reflect"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/apigateway"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// Outputs are what a stack tells its users.
type Outputs struct {
	// APIURL is the base URL of the API; the paths are /esmodule and /commonjs.
	APIURL pulumi.StringOutput
	// ParameterName is the parameter that the module functions read.
	ParameterName pulumi.StringOutput
	// Deployed is the stack as its users see it.
	Deployed DeployedOutput
}

// DeployedOutput is a [deployed.Stack] that is known once all of it is deployed.
type DeployedOutput struct{ *pulumi.OutputState }

// ElementType is the type of the value.
func (DeployedOutput) ElementType() reflect.Type { return reflect.TypeFor[deployed.Stack]() }

func init() { pulumi.RegisterOutputType(DeployedOutput{}) }

func (d *definition) outputs(api *apigateway.Stage, parameter *ssm.Parameter, benchmarked []function, modules []module) Outputs {
	entries := []any{api.InvokeUrl}
	for _, f := range benchmarked {
		// Measured through $LATEST, the only version whose configuration can
		// change: hence no qualifier.
		entries = append(entries, d.entry(f, pulumi.String("").ToStringOutput()))
	}
	for _, m := range modules {
		entries = append(entries, d.entry(m.function, m.alias.Name))
	}
	stack := pulumi.All(entries...).ApplyT(func(entries []any) deployed.Stack {
		s := deployed.Stack{
			Platform: deployed.AWS, Region: d.region, Stage: d.names.stage,
			APIURL: entries[0].(string),
		}
		for _, e := range entries[1:] {
			s.Functions = append(s.Functions, e.(deployed.Function))
		}
		return s
	}).(DeployedOutput)
	return Outputs{APIURL: api.InvokeUrl, ParameterName: parameter.Name, Deployed: stack}
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
