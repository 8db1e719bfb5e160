package stage

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// wholeNumber sets a field to a number within bounds.
func wholeNumber(least, most int, field func(*Config) *int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q is not a whole number between %d and %d", value, least, most)
		}
		*field(c) = n
		return nil
	}
}

// onOrOff sets a field to a truth value, as Pulumi writes it.
func onOrOff(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value != "true" && value != "false" {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		*field(c) = value == "true"
		return nil
	}
}

// selection sets a field to a selection of benchmarked functions.
func selection(field func(*Config) *matrix.Selection) func(*Config, string) error {
	return func(c *Config, value string) (err error) {
		*field(c), err = ParseSelection(value)
		return err
	}
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
