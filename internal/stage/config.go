package stage

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Config is the configuration of a stage. Pulumi.yaml describes every key.
type Config struct {
	// Platform is where the stage is deployed. It is no key: [ParseConfig] sets AWS.
	Platform deployed.Platform

	// MemoryMB are the memory sizes of the benchmarked functions.
	MemoryMB []int
	// Include adds the optional runtimes of the benchmarked functions that it keeps;
	// an empty one adds none.
	Include matrix.Selection
	// Exclude leaves runtimes, languages and architectures out of the benchmarked functions.
	Exclude matrix.Selection
	// Architecture is that of the module functions and of our own mains.
	Architecture functions.Architecture
	// ModuleMemoryMB is the memory size of the module functions.
	ModuleMemoryMB int
	// ProvisionedConcurrency is that of each module function; 0 is none.
	ProvisionedConcurrency int
	// ModuleReservedConcurrency is the most environments that each module function may
	// have at once; 0 sets no limit.
	ModuleReservedConcurrency int
	// ModuleRequestsPerSecond is the rate at which the API of the module functions throttles.
	ModuleRequestsPerSecond int
	// LogRetentionDays is how long logs are kept.
	LogRetentionDays int
	// ParameterValue is the value of the parameter that the module functions answer.
	ParameterValue string

	// Cold and Warm are the samples of each function and workload in one run,
	// Rounds the visits that they are spread over. A stage that says 0 of Cold or Rounds
	// has as many as it takes to rank its functions.
	Cold, Warm, Rounds int
	// Iterations are the hashes of the sha256 workload.
	Iterations int
	// MapConcurrency is how many functions a run visits at once.
	MapConcurrency int
	// ScaleOut names runtimes and languages whose cold starts are taken by scale-out.
	ScaleOut matrix.Selection
	// Schedule is how often a run starts by itself.
	Schedule Rate
	// ScheduleEnabled turns the schedule on.
	ScheduleEnabled bool
	// Functions exist already and are measured too.
	Functions []ExistingFunction

	// SampleTTLDays is how long the table keeps raw samples; 0 keeps them for good.
	SampleTTLDays int
	// PointInTimeRecovery keeps 35 days of backups of the table.
	PointInTimeRecovery bool
	// APIKeySecret names an existing secret that holds the API key of the stats
	// API; if it is empty the stack makes both.
	APIKeySecret string
	// SecretRecoveryDays is how long a deleted secret can be got back; 0 deletes it at once.
	SecretRecoveryDays int

	// secrets are the keys whose values are secret.
	secrets []string
	// leaveCold and leaveRounds say that the stage leaves it to its number of functions
	// how many there are.
	leaveCold, leaveRounds bool
}

// IsSecret says whether the value of a key is secret: it must not be shown.
func (c Config) IsSecret(key string) bool { return slices.Contains(c.secrets, key) }

// ParseConfig reads a stage's configuration: values by key, without the
// project's name before it, as Pulumi hands them over (lists as JSON). A key
// without a value has its default; an unknown key is an error. The values of the
// secret keys never get into an error.
func ParseConfig(values map[string]string, secret ...string) (Config, error) {
	c := Config{Platform: deployed.AWS, secrets: secret}
	for _, k := range keys {
		value, ok := values[k.name]
		if !ok {
			value = k.fallback
		}
		if err := k.set(&c, value); err != nil {
			if c.IsSecret(k.name) {
				return Config{}, fmt.Errorf("config %s: its value, which is secret and so not shown, is none that the key takes: %s", k.name, k.description)
			}
			return Config{}, fmt.Errorf("config %s: %w", k.name, err)
		}
	}
	if reserved := c.ModuleReservedConcurrency; reserved > 0 && reserved < c.ProvisionedConcurrency {
		return Config{}, fmt.Errorf("config %s: %d environments at most cannot hold provisionedConcurrency %d: set one of them to the other", keyReserved, reserved, c.ProvisionedConcurrency)
	}
	known := Keys()
	for name := range values {
		if !slices.Contains(known, name) {
			return Config{}, fmt.Errorf("config %s: there is no such key: choose from %s", name, strings.Join(known, ", "))
		}
	}
	c.leaveCold, c.leaveRounds = c.Cold == 0, c.Rounds == 0
	return c.counted(), nil
}

// counted sets the counts that the stage leaves to its number of functions.
func (c Config) counted() Config {
	n := SamplesToRank(len(c.Benchmarked()) + len(c.Functions))
	if c.leaveCold {
		c.Cold = n
	}
	if c.leaveRounds {
		c.Rounds = n
	}
	return c
}

// SamplesToRank is how many cold starts of each function, and how many execution
// environments of its warm invocations, it takes to tell that many functions apart.
func SamplesToRank(functions int) int {
	return int(max(verdict.SamplesToRank(functions, verdict.DefaultConfidence), verdict.MinClusters))
}

// Local is the stage as one machine of an architecture runs it, without AWS.
func (c Config) Local(host functions.Architecture) Config {
	c.Platform = deployed.Local
	c.Architecture = host // the module functions are load-tested, and an emulator's times mean nothing
	c.MapConcurrency = 1  // two functions that are measured at once slow each other down
	c.Functions = nil     // they exist on AWS only
	return c
}
