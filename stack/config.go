package stack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Config is what a stage says about itself. Pulumi.yaml describes every key.
type Config struct {
	// MemoryMB are the memory sizes of the benchmarked functions.
	MemoryMB []int
	// Exclude leaves runtimes and languages out of the benchmarked functions.
	Exclude matrix.Selection
	// Architecture is that of the module functions and of our own mains.
	Architecture functions.Architecture
	// ModuleMemoryMB is the memory size of the module functions.
	ModuleMemoryMB int
	// ProvisionedConcurrency is that of each module function; 0 is none.
	ProvisionedConcurrency int
	// LogRetentionDays is how long the functions' logs are kept.
	LogRetentionDays int
	// ParameterValue is the value of the parameter that the module functions answer.
	ParameterValue string
}

// key is one configuration key. Pulumi.yaml repeats name, type, default and
// description for the pulumi command; a test compares the two.
type key struct {
	name, kind, standard, description string
	set                               func(c *Config, value string) error
}

var keys = []key{
	{
		name: "memoryMB", kind: "array", standard: "[512]",
		description: "Memory sizes in MB of the benchmarked functions: every runtime and architecture is deployed at each of them.",
		set:         (*Config).setMemoryMB,
	},
	{
		name: "exclude", kind: "string", standard: "",
		description: "Runtimes or languages to leave out of the benchmarked functions, with commas between them, such as dotnet8,java.",
		set: func(c *Config, value string) (err error) {
			c.Exclude, err = matrix.ParseSelection(value, helloRows())
			return err
		},
	},
	{
		name: "architecture", kind: "string", standard: "arm64",
		description: "Architecture of the functions that are not benchmarked in both: arm64 or x86_64.",
		set:         (*Config).setArchitecture,
	},
	{
		name: "moduleMemoryMB", kind: "integer", standard: "512",
		description: "Memory size in MB of the ES module and CommonJS functions.",
		set: func(c *Config, value string) (err error) {
			c.ModuleMemoryMB, err = parseMemoryMB(value)
			return err
		},
	},
	{
		name: "provisionedConcurrency", kind: "integer", standard: "20",
		description: "Provisioned concurrency of each of the two module functions, paid for by the hour; 0 is none.",
		set: func(c *Config, value string) (err error) {
			c.ProvisionedConcurrency, err = strconv.Atoi(value)
			if err == nil && c.ProvisionedConcurrency < 0 {
				err = fmt.Errorf("%d is negative: 0 turns provisioned concurrency off", c.ProvisionedConcurrency)
			}
			return err
		},
	},
	{
		name: "logRetentionDays", kind: "integer", standard: "14",
		description: "Days that CloudWatch keeps the functions' logs.",
		set:         (*Config).setLogRetentionDays,
	},
	{
		name: "parameterValue", kind: "string", standard: "Hello from Parameter Store",
		description: "Value of the SSM parameter that the two module functions read once per execution environment and answer with.",
		set: func(c *Config, value string) error {
			if value == "" {
				return fmt.Errorf("it is empty, which SSM does not allow")
			}
			c.ParameterValue = value
			return nil
		},
	},
}

// ParseConfig reads a stage's configuration: values by key, without the
// project's name before it, as Pulumi hands them over (lists as JSON). A key
// that is not there has its default; a key that nobody knows is an error.
func ParseConfig(values map[string]string) (Config, error) {
	var c Config
	for _, k := range keys {
		value, ok := values[k.name]
		if !ok {
			value = k.standard
		}
		if err := k.set(&c, value); err != nil {
			return Config{}, fmt.Errorf("config %s: %w", k.name, err)
		}
	}
	for name := range values {
		if err := checkKey(name); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

func checkKey(name string) error {
	known := make([]string, len(keys))
	for i, k := range keys {
		if k.name == name {
			return nil
		}
		known[i] = k.name
	}
	slices.Sort(known)
	return fmt.Errorf("config %s: there is no such key: choose from %s", name, strings.Join(known, ", "))
}

func (c *Config) setMemoryMB(value string) error {
	var sizes []json.Number
	if err := json.Unmarshal([]byte(value), &sizes); err != nil {
		return fmt.Errorf("%q is not a list of sizes such as [128, 512]: %w", value, err)
	}
	if len(sizes) == 0 {
		return fmt.Errorf("the list is empty: name at least one size, such as 512")
	}
	c.MemoryMB = nil
	for _, s := range sizes {
		mb, err := parseMemoryMB(s.String())
		if err != nil {
			return err
		}
		if slices.Contains(c.MemoryMB, mb) {
			return fmt.Errorf("%d is there twice", mb)
		}
		c.MemoryMB = append(c.MemoryMB, mb)
	}
	slices.Sort(c.MemoryMB)
	return nil
}

// parseMemoryMB keeps to the sizes that Lambda offers.
func parseMemoryMB(value string) (int, error) {
	mb, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number of MB", value)
	}
	if mb < 128 || mb > 10240 {
		return 0, fmt.Errorf("%d MB is outside of what Lambda offers: 128 to 10240", mb)
	}
	return mb, nil
}

func (c *Config) setArchitecture(value string) error {
	c.Architecture = functions.Architecture(value)
	if c.Architecture != functions.ARM64 && c.Architecture != functions.X8664 {
		return fmt.Errorf("%q is neither %s nor %s", value, functions.ARM64, functions.X8664)
	}
	return nil
}

// logRetentionDays are the periods that CloudWatch Logs offers.
var logRetentionDays = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func (c *Config) setLogRetentionDays(value string) error {
	days, err := strconv.Atoi(value)
	if err != nil || !slices.Contains(logRetentionDays, days) {
		return fmt.Errorf("%q is none of the periods that CloudWatch Logs offers: %v", value, logRetentionDays)
	}
	c.LogRetentionDays = days
	return nil
}
