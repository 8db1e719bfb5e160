package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/scheduler"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sfn"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// A start that fails is tried again for a while; after that the next one is due soon.
const (
	scheduleRetries = 3
	scheduleMaxAge  = 10 * 60 // seconds
)

// schedule starts the workflow again and again. A start that finds a run going
// on ends by itself.
func (d *definition) schedule(machine *sfn.StateMachine) error {
	// EventBridge Scheduler presents the ARN of the schedule's group.
	by := principal{service: "scheduler.amazonaws.com", sources: []string{d.arn("scheduler", "schedule-group/default")}}
	role, err := d.role("schedule", by, statement{
		sid: "StartWorkflow", actions: []string{"states:StartExecution"}, resources: pulumi.StringArray{machine.Arn},
	})
	if err != nil {
		return err
	}
	state := "DISABLED"
	if d.config.ScheduleEnabled {
		state = "ENABLED"
	}
	_, err = scheduler.NewSchedule(d.ctx, "workflow", &scheduler.ScheduleArgs{
		Name:               pulumi.String(d.names.Physical("workflow")),
		Description:        pulumi.String("Runs the benchmark again and again"),
		ScheduleExpression: pulumi.String(d.config.Schedule.Expression),
		State:              pulumi.String(state),
		FlexibleTimeWindow: scheduler.ScheduleFlexibleTimeWindowArgs{Mode: pulumi.String("OFF")},
		Target: scheduler.ScheduleTargetArgs{
			Arn:     machine.Arn,
			RoleArn: role.Arn,
			Input:   pulumi.String("{}"), // the definition has the stage's
			RetryPolicy: scheduler.ScheduleTargetRetryPolicyArgs{
				MaximumRetryAttempts:     pulumi.Int(scheduleRetries),
				MaximumEventAgeInSeconds: pulumi.Int(scheduleMaxAge),
			},
		},
	}, pulumi.DependsOn([]pulumi.Resource{role.policy}))
	if err != nil {
		return fmt.Errorf("schedule: %w", err)
	}
	return nil
}
