package stack

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

func TestParseConfig(t *testing.T) {
	standard := Config{
		MemoryMB: []int{512}, Architecture: functions.ARM64, ModuleMemoryMB: 512, ProvisionedConcurrency: 20,
		LogRetentionDays: 14, ParameterValue: "Hello from Parameter Store",
	}
	with := func(change func(*Config)) Config {
		c := standard
		change(&c)
		return c
	}
	for _, row := range []struct {
		name   string
		values map[string]string
		want   Config
		err    string
	}{
		{name: "defaults", want: standard},
		{name: "sizes are sorted", values: map[string]string{"memoryMB": "[1769, 128]"}, want: with(func(c *Config) { c.MemoryMB = []int{128, 1769} })},
		{name: "exclude", values: map[string]string{"exclude": "dotnet8, java"}, want: with(func(c *Config) { c.Exclude = []string{"dotnet8", "java"} })},
		{name: "x86", values: map[string]string{"architecture": "x86_64"}, want: with(func(c *Config) { c.Architecture = functions.X8664 })},
		{name: "no provisioned concurrency", values: map[string]string{"provisionedConcurrency": "0"}, want: with(func(c *Config) { c.ProvisionedConcurrency = 0 })},

		{name: "unknown key", values: map[string]string{"memory": "512"}, err: "config memory: there is no such key: choose from architecture, exclude, logRetentionDays, memoryMB, moduleMemoryMB, parameterValue, provisionedConcurrency"},
		{name: "a size that is no list", values: map[string]string{"memoryMB": "512"}, err: `config memoryMB: "512" is not a list of sizes such as [128, 512]`},
		{name: "no size", values: map[string]string{"memoryMB": "[]"}, err: "config memoryMB: the list is empty"},
		{name: "a size twice", values: map[string]string{"memoryMB": "[512, 512]"}, err: "config memoryMB: 512 is there twice"},
		{name: "too little", values: map[string]string{"memoryMB": "[64]"}, err: "config memoryMB: 64 MB is outside of what Lambda offers"},
		{name: "half a megabyte", values: map[string]string{"moduleMemoryMB": "128.5"}, err: `config moduleMemoryMB: "128.5" is not a whole number`},
		{name: "a word that names nothing", values: map[string]string{"exclude": "cobol"}, err: `config exclude: "cobol" is neither a runtime nor a language`},
		{name: "an architecture of others", values: map[string]string{"architecture": "amd64"}, err: `config architecture: "amd64" is neither arm64 nor x86_64`},
		{name: "negative", values: map[string]string{"provisionedConcurrency": "-1"}, err: "config provisionedConcurrency: -1 is negative"},
		{name: "a retention that CloudWatch lacks", values: map[string]string{"logRetentionDays": "10"}, err: `config logRetentionDays: "10" is none of the periods`},
		{name: "no value", values: map[string]string{"parameterValue": ""}, err: "config parameterValue: it is empty"},
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
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPulumiYAML keeps Pulumi.yaml, which the pulumi command reads, and the
// table of keys, which the program reads, the same.
func TestPulumiYAML(t *testing.T) {
	data, err := os.ReadFile("../Pulumi.yaml")
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
		standard := fmt.Sprint(e.Default)
		if e.Type == "array" {
			text, err := json.Marshal(e.Default)
			if err != nil {
				t.Fatal(err)
			}
			standard = string(text)
		}
		got[name] = fmt.Sprintf("%s = %s: %s", e.Type, standard, e.Description)
	}
	want := map[string]string{}
	for _, k := range keys {
		want[k.name] = fmt.Sprintf("%s = %s: %s", k.kind, k.standard, k.description)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Pulumi.yaml differs from stack/config.go (-code +yaml):\n%s", diff)
	}
}
