package stage

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// key is one configuration key. Pulumi.yaml repeats name, type, default (fallback) and
// description for the pulumi command; a test compares the two.
type key struct {
	name, kind, fallback, description string
	// items is the type of a list's elements.
	items string
	set   func(c *Config, value string) error
}

// Keys lists the configuration keys, sorted.
func Keys() []string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	slices.Sort(names)
	return names
}

// The keys whose values may be secret.
const (
	KeyParameterValue = "parameterValue"
	KeyFunctions      = "functions"
)

const keyReserved = "moduleReservedConcurrency"

var keys = []key{
	{
		name: "memoryMB", kind: "array", items: "integer", fallback: "[512]",
		description: "Memory sizes in MB of the benchmarked functions: every runtime and architecture is deployed at each of them.",
		set:         (*Config).setMemoryMB,
	},
	{
		name: "include", kind: "string", fallback: "",
		description: "Runtimes, languages or architectures to add to the benchmarked functions, with commas between them, such as nodejs24.x,java25; current is every runtime that AWS had not deprecated when its dates were checked, and snapstart adds every function of java21, java25, python3.12 and later, dotnet8 and dotnet10 a second time, with SnapStart.",
		set:         selection(func(c *Config) *matrix.Selection { return &c.Include }),
	},
	{
		name: "exclude", kind: "string", fallback: "",
		description: "Runtimes, languages or architectures to leave out of the benchmarked functions, with commas between them, such as dotnet8,java or arm64; snapstart leaves out those with SnapStart.",
		set:         selection(func(c *Config) *matrix.Selection { return &c.Exclude }),
	},
	{
		name: "architecture", kind: "string", fallback: "arm64",
		description: "Architecture of the functions that are not benchmarked in both: arm64 or x86_64.",
		set:         (*Config).setArchitecture,
	},
	{
		name: "moduleMemoryMB", kind: "integer", fallback: "512",
		description: "Memory size in MB of the ES module and CommonJS functions.",
		set: func(c *Config, value string) (err error) {
			c.ModuleMemoryMB, err = parseMemoryMB(value)
			return err
		},
	},
	{
		name: "provisionedConcurrency", kind: "integer", fallback: "20",
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
		name: keyReserved, kind: "integer", fallback: "0",
		description: "Reserved concurrency of each of the two module functions, which bounds what a public URL can cost; 0 sets no limit.",
		set:         wholeNumber(0, 100_000, func(c *Config) *int { return &c.ModuleReservedConcurrency }),
	},
	{
		name: "moduleRequestsPerSecond", kind: "integer", fallback: "200",
		description: "Requests per second that a load test may send to the API of the two module functions, both paths together; API Gateway throttles each path at this rate, with bursts of twice as many, and answers 429 to the others, which bounds what a public URL can cost.",
		set:         wholeNumber(1, 10_000, func(c *Config) *int { return &c.ModuleRequestsPerSecond }),
	},
	{
		name: "logRetentionDays", kind: "integer", fallback: "14",
		description: "Days that CloudWatch keeps the logs of functions and workflow.",
		set:         (*Config).setLogRetentionDays,
	},
	{
		name: KeyParameterValue, kind: "string", fallback: "Hello from Parameter Store",
		description: "Value of the SSM parameter that the two module functions read once per execution environment and answer with.",
		set: func(c *Config, value string) error {
			if value == "" {
				return fmt.Errorf("it is empty, which SSM does not allow")
			}
			c.ParameterValue = value
			return nil
		},
	},
	{
		name: "cold", kind: "integer", fallback: "30",
		description: "Cold starts of each function and workload in one run; 0 is as many as it takes to rank all functions.",
		set:         wholeNumber(0, 1000, func(c *Config) *int { return &c.Cold }),
	},
	{
		name: "warm", kind: "integer", fallback: "120",
		description: "Warm invocations of each function and workload in one run.",
		set:         wholeNumber(0, 100_000, func(c *Config) *int { return &c.Warm }),
	},
	{
		name: "rounds", kind: "integer", fallback: "10",
		description: "Visits that a run pays to each function; its samples are spread over them, and warm invocations of one visit share an environment. 0 is as many as it takes to rank all functions by warm invocations.",
		set:         wholeNumber(0, 1000, func(c *Config) *int { return &c.Rounds }),
	},
	{
		name: "iterations", kind: "integer", fallback: strconv.Itoa(bench.Iterations),
		description: "SHA-256 hashes that one invocation of the sha256 workload computes.",
		set:         wholeNumber(1, 10_000_000, func(c *Config) *int { return &c.Iterations }),
	},
	{
		name: "mapConcurrency", kind: "integer", fallback: "10",
		description: "Functions that a run visits at the same time.",
		set:         wholeNumber(1, 1000, func(c *Config) *int { return &c.MapConcurrency }),
	},
	{
		name: "scaleOut", kind: "string", fallback: "",
		description: "Runtimes or languages whose cold starts are taken by scale-out, with commas between them: for those that AWS takes no changes of any more.",
		set:         selection(func(c *Config) *matrix.Selection { return &c.ScaleOut }),
	},
	{
		name: "scheduleExpression", kind: "string", fallback: "rate(2 hours)",
		description: "How often a run starts by itself, as rate(N minutes), rate(N hours) or rate(N days).",
		set: func(c *Config, value string) (err error) {
			c.Schedule, err = ParseRate(value)
			return err
		},
	},
	{
		name: "scheduleEnabled", kind: "boolean", fallback: "true",
		description: "Whether runs start by themselves; if not, only by hand.",
		set:         onOrOff(func(c *Config) *bool { return &c.ScheduleEnabled }),
	},
	{
		name: KeyFunctions, kind: "array", items: "object", fallback: "[]",
		description: "Functions that exist already, to be measured too: arn, payload (any JSON; the contract's events if there is none), and reconfigure (true allows cold starts to be forced by changing an environment variable, which is put back).",
		set: func(c *Config, value string) (err error) {
			c.Functions, err = parseExisting(value)
			return err
		},
	},
	{
		name: "sampleTTLDays", kind: "integer", fallback: "90",
		description: "Days that the table keeps raw samples; 0 keeps them for good. Runs and their aggregates stay.",
		set:         wholeNumber(0, 3650, func(c *Config) *int { return &c.SampleTTLDays }),
	},
	{
		name: "pointInTimeRecovery", kind: "boolean", fallback: "false",
		description: "Whether the table can be put back to any second of the last 35 days.",
		set:         onOrOff(func(c *Config) *bool { return &c.PointInTimeRecovery }),
	},
	{
		name: "apiKeySecret", kind: "string", fallback: "",
		description: "Name or ARN of an existing secret that holds the API key of the stats API, 20 to 128 characters; the stack makes key and secret if there is none.",
		set: func(c *Config, value string) error {
			c.APIKeySecret = value
			return nil
		},
	},
	{
		name: "secretRecoveryDays", kind: "integer", fallback: "0",
		description: "Days that the secret can be got back after it is deleted, 7 to 30; 0 deletes it at once.",
		set: func(c *Config, value string) error {
			days, err := strconv.Atoi(value)
			if err != nil || days != 0 && (days < 7 || days > 30) {
				return fmt.Errorf("%q is neither 0 nor between 7 and 30, which is what Secrets Manager offers", value)
			}
			c.SecretRecoveryDays = days
			return nil
		},
	},
}
