package stack

import (
	"fmt"
	"slices"
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
	// LogRetentionDays is how long logs are kept.
	LogRetentionDays int
	// ParameterValue is the value of the parameter that the module functions answer.
	ParameterValue string

	// Cold and Warm are the samples of each function and workload in one run,
	// Rounds the visits that they are spread over.
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

	// SampleTTLDays is how long the table keeps raw samples; 0 is for good.
	SampleTTLDays int
	// PointInTimeRecovery keeps 35 days of backups of the table.
	PointInTimeRecovery bool
	// APIKeySecret names an existing secret that holds the API key of the stats
	// API; empty has the stack make both.
	APIKeySecret string
	// SecretRecoveryDays is how long a deleted secret can be got back; 0 deletes it at once.
	SecretRecoveryDays int
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
