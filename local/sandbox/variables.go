package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// runtimeDir is where a real environment has its runtime client. Nothing is
// there on this machine; clients only pass it on.
const runtimeDir = "/var/runtime"

// variables returns the environment of a function's process, complete: nothing
// of this program's own environment gets in. Later maps win over earlier ones,
// so a function may set its own PATH, but neither a reserved variable nor the
// endpoints that keep its calls on this machine.
func variables(c Config, t functions.InitializationType, stream, runtimeAPI string) []string {
	all := map[string]string{}
	maps.Copy(all, overridable(c))
	maps.Copy(all, c.RuntimeVariables)
	for name, value := range c.Variables {
		if !forbidden(name) {
			all[name] = value
		}
	}
	maps.Copy(all, reserved(c, t, stream, runtimeAPI))
	maps.Copy(all, c.Endpoints)

	list := make([]string, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}

// overridable are the defaults that AWS lets a function change.
func overridable(c Config) map[string]string {
	path := "/usr/local/bin:/usr/bin/:/bin:/opt/bin"
	libraries := []string{"/lib64", "/usr/lib64", runtimeDir, runtimeDir + "/lib", c.TaskRoot, c.TaskRoot + "/lib", "/opt/lib"}
	if managed(c.Runtime) {
		path = "/var/lang/bin:" + path
		libraries = append([]string{"/var/lang/lib"}, libraries...)
	}
	return map[string]string{
		"LANG":                     "en_US.UTF-8",
		"TZ":                       ":UTC",
		"PATH":                     path,
		"LD_LIBRARY_PATH":          strings.Join(libraries, ":"),
		"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
		// AWS's daemon has a link-local address. Here no daemon listens, and what a
		// function sends must not leave the machine.
		"AWS_XRAY_DAEMON_ADDRESS":  "127.0.0.1:2000",
		"_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
		"_AWS_XRAY_DAEMON_PORT":    "2000",
	}
}

func reserved(c Config, t functions.InitializationType, stream, runtimeAPI string) map[string]string {
	all := map[string]string{
		"_HANDLER":                        c.Handler,
		"AWS_REGION":                      c.Region,
		"AWS_DEFAULT_REGION":              c.Region,
		"AWS_ACCESS_KEY_ID":               c.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":           c.Credentials.SecretAccessKey,
		"AWS_SESSION_TOKEN":               c.Credentials.SessionToken,
		"AWS_LAMBDA_FUNCTION_NAME":        c.FunctionName,
		"AWS_LAMBDA_FUNCTION_VERSION":     c.Version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  string(t),
		"AWS_LAMBDA_LOG_GROUP_NAME":       c.LogGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"LAMBDA_TASK_ROOT":                c.TaskRoot,
	}
	if dir, ok := c.RuntimeVariables["LAMBDA_RUNTIME_DIR"]; ok {
		all["LAMBDA_RUNTIME_DIR"] = dir
	} else {
		all["LAMBDA_RUNTIME_DIR"] = runtimeDir
	}
	if managed(c.Runtime) {
		all["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + c.Runtime
	}
	if strings.HasPrefix(c.Runtime, "java") {
		all["AWS_ACCESS_KEY"] = c.Credentials.AccessKeyID
		all["AWS_SECRET_KEY"] = c.Credentials.SecretAccessKey
	}
	return all
}

// managed says whether AWS provides the language: the runtimes called provided
// have neither /var/lang nor AWS_EXECUTION_ENV.
func managed(runtime string) bool { return !strings.HasPrefix(runtime, "provided") }

// forbidden are the reserved variables that this environment does not have at
// all: they would change how a runtime client works.
func forbidden(name string) bool {
	switch name {
	case "AWS_LAMBDA_MAX_CONCURRENCY", "_X_AMZN_TRACE_ID", "_LAMBDA_TELEMETRY_LOG_FD", "AWS_EXECUTION_ENV":
		return true
	}
	return false
}
