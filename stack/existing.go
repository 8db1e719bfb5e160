package stack

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// askExisting asks AWS what the functions are that the stack did not make.
func (d *definition) askExisting() ([]deployed.Function, error) {
	var all []deployed.Function
	for _, f := range d.config.Functions {
		one, err := d.describe(f)
		if err != nil {
			return nil, fmt.Errorf("config functions: %s: %w", f.ARN, err)
		}
		if slices.ContainsFunc(all, func(g deployed.Function) bool { return g.Variant == one.Variant }) {
			return nil, fmt.Errorf("config functions: %s: another version of it has the same runtime, architecture and memory, and their results could not be told apart: measure one of them", f.ARN)
		}
		all = append(all, one)
	}
	return all, nil
}

func (d *definition) describe(f stage.ExistingFunction) (deployed.Function, error) {
	arn, qualifier := f.Split()
	if here := d.arn("lambda", "function:"); !strings.HasPrefix(arn, here) {
		return deployed.Function{}, fmt.Errorf("the workflow invokes functions of its own account and region only, whose ARNs begin with %s", here)
	}
	version := cmp.Or(qualifier, "$LATEST") // else the provider lists all versions to find it
	found, err := lambda.LookupFunction(d.ctx, &lambda.LookupFunctionArgs{FunctionName: arn, Qualifier: &version})
	if err != nil {
		return deployed.Function{}, fmt.Errorf("ask AWS about it: %w", err)
	}
	if found.Runtime == "" || len(found.Architectures) == 0 {
		return deployed.Function{}, errors.New("it has no runtime, so it is a container image, which is not supported")
	}
	name := arn[strings.LastIndexByte(arn, ':')+1:] // found.FunctionName is what was asked for
	group := "/aws/lambda/" + name                  // where Lambda logs by itself
	if len(found.LoggingConfigs) > 0 && found.LoggingConfigs[0].LogGroup != "" {
		group = found.LoggingConfigs[0].LogGroup
	}
	return deployed.Function{
		Variant: matrix.Variant{
			Function: name, Language: languageOf(found.Runtime), Runtime: found.Runtime,
			Architecture: functions.Architecture(found.Architectures[0]), MemoryMB: found.MemorySize,
		},
		ARN: arn, Qualifier: qualifier, LogGroup: group, Reconfigure: f.Reconfigure, Payload: f.Payload,
	}, nil
}

// languageOf is the language that a runtime's name begins with. AWS's bare
// operating system says nothing about it.
func languageOf(runtime string) string {
	if strings.HasPrefix(runtime, "provided") {
		return "provided"
	}
	if i := strings.IndexAny(runtime, "0123456789"); i > 0 {
		return runtime[:i]
	}
	return runtime
}
