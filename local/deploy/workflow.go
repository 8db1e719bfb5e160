package deploy

import (
	"fmt"

	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
	"github.com/lambda-benchmark/lambda-benchmark/local/executions"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

type stateMachineInputs struct {
	Name, Type, RoleARN, Definition                  string
	LoggingConfiguration, TracingConfiguration, Tags ignored
}

func (m *monitor) stateMachine(in stateMachineInputs) (string, outputs, error) {
	if in.Type != "STANDARD" {
		return "", nil, fmt.Errorf("type %s is not known to local: STANDARD is", in.Type)
	}
	if _, err := states.Parse([]byte(in.Definition)); err != nil {
		return "", nil, fmt.Errorf("definition: %w", err)
	}
	arn := m.arn("states", "stateMachine:"+in.Name)
	m.plan.StateMachines = append(m.plan.StateMachines, executions.StateMachine{
		Name: in.Name, ARN: arn, RoleARN: in.RoleARN, Definition: []byte(in.Definition),
	})
	return arn, outputs{"arn": arn}, nil
}

type scheduleInputs struct {
	Name, ScheduleExpression, State string
	FlexibleTimeWindow              struct{ Mode string }
	Target                          struct {
		ARN, RoleARN, Input string
		RetryPolicy         ignored
	}
	Description ignored
}

func (m *monitor) schedule(in scheduleInputs) (string, outputs, error) {
	if in.FlexibleTimeWindow.Mode != "OFF" {
		return "", nil, fmt.Errorf("flexible time window %s is not known to local: OFF is", in.FlexibleTimeWindow.Mode)
	}
	if in.State != "ENABLED" && in.State != "DISABLED" {
		return "", nil, fmt.Errorf("state %s is neither ENABLED nor DISABLED", in.State)
	}
	rate, err := stage.ParseRate(in.ScheduleExpression)
	if err != nil {
		return "", nil, fmt.Errorf("schedule expression %w", err)
	}
	m.plan.Schedules = append(m.plan.Schedules, executions.Schedule{
		Name: in.Name, Every: rate.Every, Enabled: in.State == "ENABLED",
		TargetARN: in.Target.ARN, RoleARN: in.Target.RoleARN, Input: in.Target.Input,
	})
	return "default/" + in.Name, outputs{"arn": m.arn("scheduler", "schedule/default/"+in.Name)}, nil
}
