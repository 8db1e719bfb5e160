package deploy

import (
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// firstVersion is what publishing a new function gives.
const firstVersion = "1"

// functionProperties are those that a resource of Pulumi's provider and one of
// CloudFormation have in common.
type functionProperties struct {
	Description, Role, Runtime, Handler string
	Architectures                       []functions.Architecture
	MemorySize, Timeout                 int
	Environment                         struct{ Variables map[string]string }
	LoggingConfig                       struct{ LogFormat, LogGroup string }
	TracingConfig                       struct{ Mode string }
	ReservedConcurrentExecutions        *int
	Tags                                ignored
}

type functionInputs struct {
	functionProperties
	Name    string
	Code    string // path
	Publish bool
}

func (m *monitor) function(in functionInputs) (string, outputs, error) {
	c, err := m.functionConfig(in.Name, in.Code, in.functionProperties)
	if err != nil {
		return "", nil, err
	}
	c.Publish = in.Publish
	m.plan.Functions = append(m.plan.Functions, c)
	arn := m.functionARN(in.Name)
	out := outputs{"arn": arn, "invokeArn": m.invokeARN(arn), "version": "$LATEST"}
	if in.Publish {
		out["version"] = firstVersion
		out["qualifiedArn"] = arn + ":" + firstVersion
		out["qualifiedInvokeArn"] = m.invokeARN(arn + ":" + firstVersion)
	}
	return in.Name, out, nil
}

// functionConfig is a function as this machine makes it, from the zip of a path.
func (m *monitor) functionConfig(name, path string, in functionProperties) (lambda.FunctionConfig, error) {
	zip, ok := m.artifacts[path]
	if !ok {
		return lambda.FunctionConfig{}, fmt.Errorf("code %s is no artefact of this plan", path)
	}
	if len(in.Architectures) != 1 {
		return lambda.FunctionConfig{}, fmt.Errorf("architectures %v: a function has one", in.Architectures)
	}
	if format := in.LoggingConfig.LogFormat; format != "Text" && format != "" {
		return lambda.FunctionConfig{}, fmt.Errorf("log format %s is not known to local: Text is", format)
	}
	tracing := in.TracingConfig.Mode
	if tracing != "Active" && tracing != "PassThrough" && tracing != "" {
		return lambda.FunctionConfig{}, fmt.Errorf("tracing mode %s is not known to local: Active and PassThrough are", tracing)
	}
	return lambda.FunctionConfig{
		Name: name, RoleARN: in.Role, Runtime: in.Runtime, Handler: in.Handler, Description: in.Description,
		Architecture: in.Architectures[0], MemoryMB: in.MemorySize, Timeout: time.Duration(in.Timeout) * time.Second,
		Variables: in.Environment.Variables, CodePath: zip.Path, CodeSHA256: zip.SHA256,
		LogGroup: in.LoggingConfig.LogGroup, Tracing: tracing == "Active",
		ReservedConcurrency: in.ReservedConcurrentExecutions,
	}, nil
}

func (m *monitor) functionARN(name string) string { return m.arn("lambda", "function:"+name) }

// invokeARN is what API Gateway calls a function by.
func (m *monitor) invokeARN(arn string) string {
	return "arn:aws:apigateway:" + m.region + ":" + invokePath + arn + "/invocations"
}

const invokePath = "lambda:path/2015-03-31/functions/"

type aliasInputs struct {
	Name, FunctionName, FunctionVersion string
	Description                         ignored
}

func (m *monitor) alias(in aliasInputs) (string, outputs, error) {
	function := nameFromARN(in.FunctionName)
	m.plan.Aliases = append(m.plan.Aliases, Alias{Function: function, Name: in.Name, Version: in.FunctionVersion})
	arn := m.functionARN(function) + ":" + in.Name
	return function + "/" + in.Name, outputs{"arn": arn, "invokeArn": m.invokeARN(arn)}, nil
}

type provisionedInputs struct {
	FunctionName, Qualifier         string
	ProvisionedConcurrentExecutions int
}

func (m *monitor) provisioned(in provisionedInputs) (string, outputs, error) {
	c := Provisioned{
		Function: nameFromARN(in.FunctionName), Qualifier: in.Qualifier, Count: in.ProvisionedConcurrentExecutions,
	}
	m.plan.Provisioned = append(m.plan.Provisioned, c)
	return c.Function + "," + c.Qualifier, nil, nil
}

type permissionInputs struct {
	StatementID string `json:"statementId"`
	Function    string
	Qualifier   string
	Principal   string
	Action      string
	SourceARN   string `json:"sourceArn"`
}

func (m *monitor) permission(in permissionInputs) (string, outputs, error) {
	m.plan.Permissions = append(m.plan.Permissions, lambda.Permission{
		StatementID: in.StatementID, Function: nameFromARN(in.Function), Qualifier: in.Qualifier,
		Principal: in.Principal, Action: in.Action, SourceARN: in.SourceARN,
	})
	return in.StatementID, nil, nil
}
