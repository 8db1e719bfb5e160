package awsapi

import (
	"context"

	"github.com/lambda-benchmark/lambda-benchmark/local/ssm"
)

// systemsManager is the wire of package ssm.
type systemsManager struct{ service *ssm.Service }

func (s systemsManager) operations() Operations {
	return Operations{
		"GetParameter":  Operation(s.getParameter),
		"GetParameters": Operation(s.getParameters),
	}
}

type parameterJSON struct {
	Name             string
	Type             string
	Value            string
	Version          int
	Selector         string `json:",omitempty"`
	LastModifiedDate float64
	ARN              string
	DataType         string
}

func parameterOf(r ssm.Reading) parameterJSON {
	return parameterJSON{
		Name: r.Name, Type: r.Type, Value: r.Value, Version: 1, Selector: r.Selector,
		LastModifiedDate: epochSeconds(r.Modified), ARN: r.ARN, DataType: "text",
	}
}

type getParameterInput struct {
	Name           string
	WithDecryption bool
}

type getParameterOutput struct{ Parameter parameterJSON }

func (s systemsManager) getParameter(ctx context.Context, c *Call, in getParameterInput) (getParameterOutput, error) {
	r, err := s.service.GetParameter(ctx, c.Authorize, in.Name, in.WithDecryption)
	return getParameterOutput{Parameter: parameterOf(r)}, err
}

type getParametersInput struct {
	Names          []string
	WithDecryption bool
}

type getParametersOutput struct {
	Parameters        []parameterJSON
	InvalidParameters []string
}

func (s systemsManager) getParameters(ctx context.Context, c *Call, in getParametersInput) (getParametersOutput, error) {
	out := getParametersOutput{Parameters: []parameterJSON{}, InvalidParameters: []string{}}
	found, invalid, err := s.service.GetParameters(ctx, c.Authorize, in.Names, in.WithDecryption)
	for _, r := range found {
		out.Parameters = append(out.Parameters, parameterOf(r))
	}
	out.InvalidParameters = append(out.InvalidParameters, invalid...)
	return out, err
}
