package lambda

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// FunctionConfig is what a function is created with.
type FunctionConfig struct {
	Name, RoleARN, Runtime, Handler, Description string
	Architecture                                 functions.Architecture
	MemoryMB                                     int
	Timeout                                      time.Duration
	Variables                                    map[string]string
	// CodePath is the zip. CodeSHA256 is its hash in hexadecimal, checked if given.
	CodePath, CodeSHA256 string
	// LogGroup is /aws/lambda/<name> if empty.
	LogGroup string
	// Tracing is X-Ray's active tracing.
	Tracing bool
	// Publish makes version 1 at once.
	Publish bool
	// ReservedConcurrency is nil without a reservation; 0 switches the function off.
	ReservedConcurrency *int
}

// ConfigurationChange is what UpdateFunctionConfiguration changes; nil keeps
// what is there. Variables replace all that the function had.
type ConfigurationChange struct {
	Variables   *map[string]string
	MemoryMB    *int
	Timeout     *time.Duration
	Description *string
	// RevisionID, if not empty, must be the function's current one.
	RevisionID string
}

// Configuration describes a function's version as GetFunction does.
type Configuration struct {
	FunctionConfig
	// ARN is qualified if the question was.
	ARN, Version, RevisionID string
	// State is Active.
	State string
	// LastUpdateStatus is InProgress or Successful.
	LastUpdateStatus string
	LastModified     time.Time
	CodeSize         int64
}

func (c FunctionConfig) clone() FunctionConfig {
	c.Variables = maps.Clone(c.Variables)
	if c.ReservedConcurrency != nil {
		n := *c.ReservedConcurrency
		c.ReservedConcurrency = &n
	}
	return c
}

// equal says whether two configurations would publish the same version.
func (c FunctionConfig) equal(d FunctionConfig) bool {
	return c.RoleARN == d.RoleARN && c.Runtime == d.Runtime && c.Handler == d.Handler && c.Description == d.Description &&
		c.Architecture == d.Architecture && c.MemoryMB == d.MemoryMB && c.Timeout == d.Timeout &&
		c.CodeSHA256 == d.CodeSHA256 && c.LogGroup == d.LogGroup && c.Tracing == d.Tracing && maps.Equal(c.Variables, d.Variables)
}

// apply returns the configuration with a change.
func (c FunctionConfig) apply(change ConfigurationChange) FunctionConfig {
	c = c.clone()
	if change.Variables != nil {
		c.Variables = maps.Clone(*change.Variables)
	}
	if change.MemoryMB != nil {
		c.MemoryMB = *change.MemoryMB
	}
	if change.Timeout != nil {
		c.Timeout = *change.Timeout
	}
	if change.Description != nil {
		c.Description = *change.Description
	}
	return c
}

// check refuses what Lambda would refuse.
func (c FunctionConfig) check() error {
	switch {
	case !plainNameRE.MatchString(c.Name):
		return invalidValue(c.Name, "functionName", "Member must satisfy regular expression pattern: "+functionNamePattern)
	case len(c.Name) > 64:
		return nameTooLong(c.Name)
	case c.MemoryMB < 128:
		return invalidValue(c.MemoryMB, "memorySize", "Member must have value greater than or equal to 128")
	case c.MemoryMB > 10240:
		return invalidValue(c.MemoryMB, "memorySize", "Member must have value less than or equal to 10240")
	case c.Timeout < time.Second:
		return invalidValue(c.Timeout.Seconds(), "timeout", "Member must have value greater than or equal to 1")
	case c.Timeout > 900*time.Second:
		return invalidValue(c.Timeout.Seconds(), "timeout", "Member must have value less than or equal to 900")
	case len(c.Description) > 256:
		return invalidValue(c.Description, "description", "Member must have length less than or equal to 256")
	}
	return checkVariables(c.Variables)
}

// reservedVariables are those that Lambda sets itself and refuses in a configuration.
var reservedVariables = []string{
	"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
	"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
	"AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_HANDLER", "_X_AMZN_TRACE_ID",
}

// variablesLimit bounds all variables together, as JSON.
const variablesLimit = 4096

const variablePattern = `[a-zA-Z]([a-zA-Z0-9_])+`

var variableRE = regexp.MustCompile(`^` + variablePattern + `$`)

func checkVariables(variables map[string]string) error {
	const unable = "Lambda was unable to configure your environment variables because the environment variables you have provided "
	names := slices.Sorted(maps.Keys(variables))
	reserved := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(reservedVariables, name) })
	if len(reserved) > 0 {
		return invalidParameter(unable+"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s",
			strings.Join(reserved, ", "))
	}
	for _, name := range names {
		if !variableRE.MatchString(name) {
			return invalidValue("{"+name+"="+variables[name]+"}", "environment.variables",
				"Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "+variablePattern+", Member must not be null]")
		}
	}
	if measured := measure(variables); len(measured) > variablesLimit {
		return invalidParameter(unable+"exceeded the 4KB limit. String measured: %s", measured)
	}
	return nil
}

// measure is the string whose length Lambda limits.
func measure(variables map[string]string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.Encode(variables) // strings always encode, and a Builder never fails
	return strings.TrimSuffix(b.String(), "\n")
}
