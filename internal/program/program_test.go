package program_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
)

// TestEnvironment looks for the secrets and the settings of a user's shell.
func TestEnvironment(t *testing.T) {
	tests := []struct {
		name   string
		passed bool
	}{
		{"AWS_ACCESS_KEY_ID", false}, {"AWS_SECRET_ACCESS_KEY", false}, {"AWS_SESSION_TOKEN", false}, {"AWS_PROFILE", false},
		{"GITHUB_TOKEN", false}, {"PULUMI_ACCESS_TOKEN", false}, {"PULUMI_CONFIG_PASSPHRASE", false}, {"NPM_TOKEN", false},
		{"CARGO_REGISTRIES_MINE_TOKEN", false}, {"npm_config__auth", false}, {"NODE_OPTIONS", false}, {"PYTHONPATH", false},
		{"JAVA_TOOL_OPTIONS", false}, {"LD_PRELOAD", false}, {"GOFLAGS", false},
		{"HTTPS_PROXY", true}, {"no_proxy", true}, {"npm_config_registry", true}, {"NPM_CONFIG_REGISTRY", true}, {"PIP_INDEX_URL", true},
		{"MAVEN_OPTS", true}, {"GOPROXY", true}, {"CARGO_HTTP_CAINFO", true}, {"SSL_CERT_FILE", true}, {"PATH", true},
	}
	for _, tt := range tests {
		t.Setenv(tt.name, os.Getenv(tt.name)+"value-of-"+tt.name)
	}
	got := program.Environment("HOME=mine")
	for _, tt := range tests {
		passed := slices.ContainsFunc(got, func(v string) bool { return strings.HasPrefix(v, tt.name+"=") })
		if passed != tt.passed {
			t.Errorf("%s is passed: %t, want %t", tt.name, passed, tt.passed)
		}
	}
	if got[len(got)-1] != "HOME=mine" {
		t.Errorf("the last variable is %q, want the caller's own, which wins", got[len(got)-1])
	}
}

// TestUnreachable has what the clients print.
func TestUnreachable(t *testing.T) {
	tests := []struct{ name, client, output, want string }{
		{"npm, refused", "npm", "npm error code ECONNREFUSED\nnpm error syscall connect\nnpm error errno ECONNREFUSED\n" +
			"npm error FetchError: request to http://127.0.0.1:9/left-pad failed, reason: connect ECONNREFUSED 127.0.0.1:9\nnpm error     at ClientRequest.<anonymous> (index.js:130:14)",
			"npm cannot reach its registry: connect ECONNREFUSED 127.0.0.1:9"},
		{"npm, no such host", "npm", "npm error network request to http://nowhere.invalid/left-pad failed, reason: getaddrinfo ENOTFOUND nowhere.invalid\nnpm error network This is a problem",
			"npm cannot reach its registry: getaddrinfo ENOTFOUND nowhere.invalid"},
		{"npm, old and short", "npm", "npm ERR! code ETIMEDOUT\nnpm ERR! errno ETIMEDOUT", "npm cannot reach its registry: ETIMEDOUT"},
		{"npm, not there", "npm", "npm error code E404\nnpm error 404 Not Found - GET https://registry.example/x", ""},
		{"pip, refused", "pip", "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/x/\nERROR: No matching distribution found",
			"pip cannot reach its registry: [Errno 111] Connection refused"},
		{"pip, not there", "pip", "ERROR: Could not find a version that satisfies the requirement x (from versions: none)", ""},
		{"Maven, no such host", "mvn", "[ERROR] Could not transfer artifact a:b:pom:3.8.1 from/to central (https://nowhere.invalid): transfer failed for https://nowhere.invalid/a.pom: Unknown host nowhere.invalid: Name or service not known -> [Help 1]\n[ERROR] To see",
			"mvn cannot reach its registry: Unknown host nowhere.invalid"},
		{"Maven, refused", "mvn", "Could not transfer artifact a:b:pom:3.8.1 from/to central (https://127.0.0.1:9): transfer failed for https://127.0.0.1:9/a.pom: Connect to 127.0.0.1:9 [/127.0.0.1] failed: Connection refused -> [Help 1]",
			"mvn cannot reach its registry: Connect to 127.0.0.1:9 [/127.0.0.1] failed: Connection refused"},
		{"go, refused", "go", `main.go:17:2: github.com/aws/aws-lambda-go@v1.55.1: Get "http://127.0.0.1:9/x.zip": dial tcp 127.0.0.1:9: connect: connection refused`,
			"go cannot reach its registry: dial tcp 127.0.0.1:9: connect: connection refused"},
		{"go, a compiler's error", "go", "./main.go:3:1: undefined: refused", ""},
		{"cargo", "cargo", "warning: spurious network error (3 tries remaining): [6] Couldn't resolve host name (Could not resolve host: index.crates.io)\nerror",
			"cargo cannot reach its registry: Could not resolve host: index.crates.io"},
		{"NuGet", "dotnet", "/src/Hello.csproj : error NU1301: Unable to load the service index for source https://api.nuget.org/v3/index.json.\n",
			"dotnet cannot reach its registry: Unable to load the service index for source https://api.nuget.org/v3/index.json."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err, ok := program.Unreachable(tt.client, tt.output); ok {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("error is %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzUnreachable(f *testing.F) {
	f.Add("npm error code ETIMEDOUT\n")
	f.Fuzz(func(t *testing.T, output string) {
		if err, ok := program.Unreachable("npm", output); ok && (len(err.Reason) > 210 || strings.Contains(err.Reason, "\n")) {
			t.Errorf("reason %q is no part of one sentence", err.Reason)
		}
	})
}
