package deploy

import (
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/local/ssm"
)

type parameterInputs struct {
	Name, Type, Value string
	Description, Tags ignored
}

func (m *monitor) parameter(in parameterInputs) (string, outputs, error) {
	m.plan.Parameters = append(m.plan.Parameters, ssm.Parameter{Name: in.Name, Type: in.Type, Value: in.Value})
	// A path's own slash is the one after "parameter".
	return in.Name, outputs{"arn": m.arn("ssm", "parameter/"+strings.TrimPrefix(in.Name, "/"))}, nil
}
