package stack

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sfn"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// workflowDefinition is Amazon States Language with ${runner} and ${collector}
// where the ARNs of functions go.
//
//go:embed workflow.asl.json
var workflowDefinition string

// workflow makes the state machine that runs the benchmark.
func (d *definition) workflow(runner, collector function) (*sfn.StateMachine, error) {
	name := d.names.Physical("workflow")
	// Log groups of this prefix share one resource policy, which else grows with
	// each state machine of the account until it is too long.
	logs, err := d.namedLogGroup("workflow", "/aws/vendedlogs/states/"+name)
	if err != nil {
		return nil, err
	}
	role, err := d.role("workflow", "states.amazonaws.com", d.workflowMay(name, runner, collector)...)
	if err != nil {
		return nil, err
	}
	machine, err := sfn.NewStateMachine(d.ctx, "workflow", &sfn.StateMachineArgs{
		Name:       pulumi.String(name),
		Type:       pulumi.String("STANDARD"), // cannot be changed later
		RoleArn:    role.Arn,
		Definition: fill(workflowDefinition, map[string]pulumi.StringInput{"runner": runner.Arn, "collector": collector.Arn}),
		LoggingConfiguration: sfn.StateMachineLoggingConfigurationArgs{
			// Step Functions keeps the history of each execution by itself; what failed is
			// wanted longer and in one place.
			Level:                pulumi.String("ERROR"),
			IncludeExecutionData: pulumi.Bool(true),
			LogDestination:       pulumi.Sprintf("%s:*", logs.Arn),
		},
		TracingConfiguration: sfn.StateMachineTracingConfigurationArgs{Enabled: pulumi.Bool(true)},
		Tags:                 d.tags,
	}, pulumi.DependsOn([]pulumi.Resource{role.policy}))
	if err != nil {
		return nil, fmt.Errorf("workflow: %w", err)
	}
	return machine, nil
}

// workflowMay is what the state machine needs.
func (d *definition) workflowMay(name string, runner, collector function) []statement {
	return []statement{
		{sid: "InvokeHarness", actions: []string{"lambda:InvokeFunction"}, resources: pulumi.StringArray{runner.Arn, collector.Arn}},
		// A distributed map runs its iterations as executions of the same state machine.
		{sid: "StartChildren", actions: []string{"states:StartExecution"}, resources: pulumi.StringArray{
			pulumi.String(d.arn("states", "stateMachine:"+name)),
		}},
		{sid: "FollowChildren", actions: []string{"states:DescribeExecution", "states:StopExecution"}, resources: pulumi.StringArray{
			pulumi.String(d.arn("states", "execution:"+name+":*")),
			pulumi.String(d.arn("states", "execution:"+name+"/*")),
		}},
		// Neither X-Ray nor the delivery of logs has resource-level permissions for
		// these actions, hence the "*".
		{sid: "SendTraces", actions: []string{
			"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
		}, resources: pulumi.StringArray{pulumi.String("*")}},
		{sid: "DeliverLogs", actions: []string{
			"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
			"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
		}, resources: pulumi.StringArray{pulumi.String("*")}},
	}
}

// fill puts values in the place of a definition's ${names}. A name without a
// value, and a value without a name, are errors.
func fill(definition string, values map[string]pulumi.StringInput) pulumi.StringOutput {
	inputs := pulumi.StringMap{}
	for name, value := range values {
		inputs[name] = value
	}
	return inputs.ToStringMapOutput().ApplyT(func(values map[string]string) (string, error) {
		return substitute(definition, values)
	}).(pulumi.StringOutput)
}

func substitute(definition string, values map[string]string) (string, error) {
	for name := range values {
		if !strings.Contains(definition, "${"+name+"}") {
			return "", fmt.Errorf("workflow: the definition does not use ${%s}", name)
		}
	}
	for name, value := range values {
		definition = strings.ReplaceAll(definition, "${"+name+"}", value)
	}
	if _, rest, found := strings.Cut(definition, "${"); found {
		name, _, _ := strings.Cut(rest, "}")
		return "", fmt.Errorf("workflow: the definition has ${%s}, which nothing fills in", name)
	}
	return definition, nil
}
