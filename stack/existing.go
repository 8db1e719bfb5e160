package stack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lambda"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// ExistingFunction is a function that the stack did not make and measures all
// the same.
type ExistingFunction struct {
	// ARN may end in a version or an alias.
	ARN string `json:"arn"`
	// Payload is what it is invoked with.
	Payload json.RawMessage `json:"payload,omitempty"`
	// Reconfigure allows cold starts to be forced by changing one of its
	// environment variables, which is put back.
	Reconfigure bool `json:"reconfigure,omitempty"`
}

var functionARNPattern = regexp.MustCompile(`^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:[a-zA-Z0-9$_-]+)?$`)

func parseExisting(value string) ([]ExistingFunction, error) {
	dec := json.NewDecoder(strings.NewReader(value))
	dec.DisallowUnknownFields()
	var list []ExistingFunction
	if err := dec.Decode(&list); err != nil {
		return nil, fmt.Errorf(`%q is not a list such as [{"arn": "arn:aws:lambda:us-east-1:123456789012:function:mine"}]: %w`, value, err)
	}
	for i, f := range list {
		_, qualifier := f.split()
		switch {
		case !functionARNPattern.MatchString(f.ARN):
			return nil, fmt.Errorf("arn %q is not the ARN of a function, such as arn:aws:lambda:us-east-1:123456789012:function:mine", f.ARN)
		case f.Reconfigure && qualifier != "":
			return nil, fmt.Errorf("arn %s: reconfigure changes $LATEST only: name the function without %s", f.ARN, qualifier)
		case slices.ContainsFunc(list[:i], func(g ExistingFunction) bool { return g.ARN == f.ARN }):
			return nil, fmt.Errorf("arn %s is there twice", f.ARN)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// split takes the qualifier, if there is one, off the ARN.
func (f ExistingFunction) split() (arn, qualifier string) {
	parts := strings.SplitN(f.ARN, ":", 8)
	if len(parts) < 8 {
		return f.ARN, ""
	}
	return strings.Join(parts[:7], ":"), parts[7]
}

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

func (d *definition) describe(f ExistingFunction) (deployed.Function, error) {
	arn, qualifier := f.split()
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
