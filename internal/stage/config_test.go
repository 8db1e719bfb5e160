package stage

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.yaml.in/yaml/v3"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

func TestParseConfig(t *testing.T) {
	defaults := Config{
		Platform: deployed.AWS,
		MemoryMB: []int{512}, Architecture: functions.ARM64, ModuleMemoryMB: 512, ProvisionedConcurrency: 20, ModuleRequestsPerSecond: 200,
		LogRetentionDays: 14, ParameterValue: "Hello from Parameter Store",
		Cold: 30, Warm: 120, Rounds: 10, Iterations: 2000, MapConcurrency: 10,
		Schedule: Rate{Expression: "rate(2 hours)", Every: 2 * time.Hour}, ScheduleEnabled: true, SampleTTLDays: 90,
	}
	const mine = "arn:aws:lambda:us-east-1:123456789012:function:mine"
	with := func(change func(*Config)) Config {
		c := defaults
		change(&c)
		return c
	}
	for _, row := range []struct {
		name   string
		values map[string]string
		want   Config
		err    string
	}{
		{name: "defaults", want: defaults},
		{name: "sizes are sorted", values: map[string]string{"memoryMB": "[1769, 128]"}, want: with(func(c *Config) { c.MemoryMB = []int{128, 1769} })},
		{name: "exclude", values: map[string]string{"exclude": "dotnet8, java"}, want: with(func(c *Config) { c.Exclude = []string{"dotnet8", "java"} })},
		{name: "include", values: map[string]string{"include": "java25, go"}, want: with(func(c *Config) { c.Include = []string{"java25", "go"} })},
		{name: "x86", values: map[string]string{"architecture": "x86_64"}, want: with(func(c *Config) { c.Architecture = functions.X8664 })},
		{name: "no provisioned concurrency", values: map[string]string{"provisionedConcurrency": "0"}, want: with(func(c *Config) { c.ProvisionedConcurrency = 0 })},
		{name: "another schedule", values: map[string]string{"scheduleExpression": "rate(1 day)"}, want: with(func(c *Config) { c.Schedule = Rate{Expression: "rate(1 day)", Every: 24 * time.Hour} })},
		{name: "no schedule", values: map[string]string{"scheduleEnabled": "false"}, want: with(func(c *Config) { c.ScheduleEnabled = false })},
		{name: "scale-out", values: map[string]string{"scaleOut": "nodejs18.x"}, want: with(func(c *Config) { c.ScaleOut = []string{"nodejs18.x"} })},
		{name: "a secret that can be got back", values: map[string]string{"secretRecoveryDays": "30"}, want: with(func(c *Config) { c.SecretRecoveryDays = 30 })},
		{
			name:   "existing functions",
			values: map[string]string{"functions": `[{"arn": "` + mine + `", "reconfigure": true}, {"arn": "` + mine + `:live", "payload": {"a": [1]}}]`},
			want: with(func(c *Config) {
				c.Functions = []ExistingFunction{{ARN: mine, Reconfigure: true}, {ARN: mine + ":live", Payload: json.RawMessage(`{"a": [1]}`)}}
			}),
		},

		{name: "unknown key", values: map[string]string{"memory": "512"}, err: "config memory: there is no such key: choose from apiKeySecret, architecture, cold, exclude, functions, include, iterations, logRetentionDays, mapConcurrency, memoryMB, moduleMemoryMB, moduleRequestsPerSecond, moduleReservedConcurrency, parameterValue, pointInTimeRecovery, provisionedConcurrency, rounds, sampleTTLDays, scaleOut, scheduleEnabled, scheduleExpression, secretRecoveryDays, warm"},
		{name: "a size that is no list", values: map[string]string{"memoryMB": "512"}, err: `config memoryMB: "512" is not a list of sizes such as [128, 512]`},
		{name: "no size", values: map[string]string{"memoryMB": "[]"}, err: "config memoryMB: the list is empty"},
		{name: "a size twice", values: map[string]string{"memoryMB": "[512, 512]"}, err: "config memoryMB: 512 is there twice"},
		{name: "too little", values: map[string]string{"memoryMB": "[64]"}, err: "config memoryMB: 64 MB is outside of what Lambda offers"},
		{name: "half a megabyte", values: map[string]string{"moduleMemoryMB": "128.5"}, err: `config moduleMemoryMB: "128.5" is not a whole number`},
		{name: "a word that names nothing", values: map[string]string{"exclude": "cobol"}, err: `config exclude: "cobol" is no runtime, language or architecture`},
		{name: "an inclusion that names nothing", values: map[string]string{"include": "nodejs16.x"}, err: `config include: "nodejs16.x" is no runtime, language or architecture: choose from arm64, current, dotnet,`},
		{name: "an architecture of others", values: map[string]string{"architecture": "amd64"}, err: `config architecture: "amd64" is neither arm64 nor x86_64`},
		{name: "negative", values: map[string]string{"provisionedConcurrency": "-1"}, err: "config provisionedConcurrency: -1 is negative"},
		{name: "less reserved than provisioned", values: map[string]string{"moduleReservedConcurrency": "19"}, err: "config moduleReservedConcurrency: 19 environments at most cannot hold provisionedConcurrency 20"},
		{name: "no request", values: map[string]string{"moduleRequestsPerSecond": "0"}, err: `config moduleRequestsPerSecond: "0" is not a whole number between 1 and 10000`},
		{name: "a retention that CloudWatch lacks", values: map[string]string{"logRetentionDays": "10"}, err: `config logRetentionDays: "10" is none of the periods`},
		{name: "no value", values: map[string]string{"parameterValue": ""}, err: "config parameterValue: it is empty"},
		{name: "less than no cold start", values: map[string]string{"cold": "-1"}, err: `config cold: "-1" is not a whole number between 0 and 1000`},
		{name: "half a warm one", values: map[string]string{"warm": "0.5"}, err: `config warm: "0.5" is not a whole number between 0 and 100000`},
		{name: "a calendar", values: map[string]string{"scheduleExpression": "cron(0 * * * ? *)"}, err: `config scheduleExpression: "cron(0 * * * ? *)" is not a rate such as rate(2 hours)`},
		{name: "never", values: map[string]string{"scheduleExpression": "rate(0 hours)"}, err: `config scheduleExpression: "rate(0 hours)" is not a rate`},
		{name: "one hours", values: map[string]string{"scheduleExpression": "rate(1 hours)"}, err: `config scheduleExpression: "rate(1 hours)": AWS wants the singular for 1`},
		{name: "two day", values: map[string]string{"scheduleExpression": "rate(2 day)"}, err: `config scheduleExpression: "rate(2 day)": AWS wants the singular for 1`},
		{name: "once in a life", values: map[string]string{"scheduleExpression": "rate(999 days)"}, err: `is more than a year`},
		{name: "perhaps", values: map[string]string{"scheduleEnabled": "yes"}, err: `config scheduleEnabled: "yes" is neither true nor false`},
		{name: "a recovery that AWS does not offer", values: map[string]string{"secretRecoveryDays": "5"}, err: `config secretRecoveryDays: "5" is neither 0 nor between 7 and 30`},
		{name: "functions that are no list", values: map[string]string{"functions": `{"arn": "` + mine + `"}`}, err: `config functions: "{`},
		{name: "an unknown key of a function", values: map[string]string{"functions": `[{"name": "mine"}]`}, err: `unknown field "name"`},
		{name: "a function by name", values: map[string]string{"functions": `[{"arn": "mine"}]`}, err: `config functions: arn "mine" is not the ARN of a function`},
		{name: "a function twice", values: map[string]string{"functions": `[{"arn": "` + mine + `"}, {"arn": "` + mine + `"}]`}, err: "config functions: arn " + mine + " is there twice"},
		{name: "a version that is to be changed", values: map[string]string{"functions": `[{"arn": "` + mine + `:3", "reconfigure": true}]`}, err: "reconfigure changes $LATEST only: name the function without 3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := ParseConfig(row.values)
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Fatalf("error is %v, want one that says %q", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLocal says what is different on one machine, and that nothing else is.
func TestLocal(t *testing.T) {
	c, err := ParseConfig(map[string]string{
		"cold": "7", "warm": "11", "rounds": "2", "iterations": "50", "scaleOut": "java", "mapConcurrency": "4",
		"functions": `[{"arn": "arn:aws:lambda:us-east-1:123456789012:function:theirs"}]`,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := c
	want.Platform, want.Architecture, want.MapConcurrency, want.Functions = deployed.Local, functions.X8664, 1, nil
	if diff := cmp.Diff(want, c.Local(functions.X8664), cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSecretsAreNotShown makes an error of a secret value, key by key.
func TestSecretsAreNotShown(t *testing.T) {
	const value = "hunter2"
	for _, key := range Keys() {
		c, err := ParseConfig(map[string]string{key: value}, key)
		if err == nil {
			if !c.IsSecret(key) {
				t.Errorf("%s is not secret any more", key)
			}
			continue // it takes any text
		}
		if strings.Contains(err.Error(), value) || !strings.Contains(err.Error(), "config "+key+": its value, which is secret") {
			t.Errorf("error is %v, want one about %s without its value", err, key)
		}
	}
}

// TestPulumiYAML keeps Pulumi.yaml, which the pulumi command reads, and the
// table of keys, which the program reads, the same.
func TestPulumiYAML(t *testing.T) {
	data, err := os.ReadFile("../../Pulumi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Type, Description string
		Items             struct{ Type string }
		Default           any
	}
	var project struct {
		Config map[string]entry
	}
	if err := yaml.Unmarshal(data, &project); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, e := range project.Config {
		fallback := fmt.Sprint(e.Default)
		if e.Type == "array" {
			text, err := json.Marshal(e.Default)
			if err != nil {
				t.Fatal(err)
			}
			fallback = string(text)
		}
		got[name] = fmt.Sprintf("%s of %q = %s: %s", e.Type, e.Items.Type, fallback, e.Description)
	}
	want := map[string]string{}
	for _, k := range keys {
		want[k.name] = fmt.Sprintf("%s of %q = %s: %s", k.kind, k.items, k.fallback, k.description)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Pulumi.yaml differs from internal/stage/keys.go (-code +yaml):\n%s", diff)
	}
}

// A stage that leaves its counts open has as many samples as it takes to rank its
// functions, those that are included later and those that exist already among them.
func TestCountsOfTheNumberOfFunctions(t *testing.T) {
	arn := func(n int) string {
		return fmt.Sprintf(`{"arn":"arn:aws:lambda:us-east-1:123456789012:function:f%d"}`, n)
	}
	var existing []string
	for n := range 30 {
		existing = append(existing, arn(n))
	}
	for _, row := range []struct {
		name         string
		values       map[string]string
		cold, rounds int
	}{
		{"said", map[string]string{"cold": "3", "rounds": "2"}, 3, 2},
		{"14 functions", map[string]string{"cold": "0", "rounds": "0"}, 8, 8},
		{"42 functions", map[string]string{"cold": "0", "rounds": "4", "memoryMB": "[128,512,1024]"}, 9, 4},
		{"two, whose warm environments are few", map[string]string{"cold": "0", "rounds": "0", "exclude": "nodejs,python,dotnet,java,rust"}, 7, 7},
		{"many that exist", map[string]string{"cold": "0", "rounds": "0", "functions": "[" + strings.Join(existing, ",") + "]"}, 9, 9},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := ParseConfig(row.values)
			if err != nil {
				t.Fatal(err)
			}
			if c.Cold != row.cold || c.Rounds != row.rounds {
				t.Errorf("cold %d, rounds %d; want %d and %d", c.Cold, c.Rounds, row.cold, row.rounds)
			}
		})
	}
}
