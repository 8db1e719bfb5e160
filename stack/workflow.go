package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sfn"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

// workflow makes the state machine that runs the benchmark.
func (d *definition) workflow(runner, collector function) (*sfn.StateMachine, error) {
	name := d.names.Physical("workflow")
	// Log groups of this prefix share one resource policy, which else grows with
	// each state machine of the account until it is too long.
	logs, err := d.namedLogGroup("workflow", "/aws/vendedlogs/states/"+name)
	if err != nil {
		return nil, err
	}
	// The children of a distributed map may present the machine's ARN with the map's
	// label behind it.
	machineARN := d.arn("states", "stateMachine:"+name)
	states := principal{service: "states.amazonaws.com", sources: []string{machineARN, machineARN + "/*"}}
	role, err := d.role("workflow", states, d.workflowMay(name, runner, collector)...)
	if err != nil {
		return nil, err
	}
	machine, err := sfn.NewStateMachine(d.ctx, "workflow", &sfn.StateMachineArgs{
		Name:       pulumi.String(name),
		Type:       pulumi.String("STANDARD"), // cannot be changed later
		RoleArn:    role.Arn,
		Definition: d.workflowDefinition(runner, collector),
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

// workflowDefinition is the state machine over the two functions. It has the
// stage's input, so that an execution started without one does what the stage says.
func (d *definition) workflowDefinition(runner, collector function) pulumi.StringOutput {
	return pulumi.All(runner.Arn, collector.Arn).ApplyT(func(arns []any) (string, error) {
		return workflow.Definition(arns[0].(string), arns[1].(string), d.config.WorkflowInput())
	}).(pulumi.StringOutput)
}
