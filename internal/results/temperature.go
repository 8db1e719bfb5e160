package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// Temperature says what kind of start a sample saw.
type Temperature string

// The temperatures, as METHOD.md defines them. Only cold and warm are
// measurements of a start; the others are counted, kept and shown apart.
const (
	Cold             Temperature = "cold"
	Warm             Temperature = "warm"
	ProvisionedFirst Temperature = "provisioned-first"
	Proactive        Temperature = "proactive"
	InitTimeout      Temperature = "init-timeout"
	Unknown          Temperature = "unknown"
)

// Temperatures lists them in the order in which they are shown.
func Temperatures() []Temperature {
	return []Temperature{Cold, Warm, ProvisionedFirst, Proactive, InitTimeout, Unknown}
}

// Temperature classifies the sample by what both sides say about it. It is the
// only place that does. Neither side is enough: a provisioned environment's
// first record has an Init Duration that no caller waited for, and an environment
// counts its invocations without knowing how it was made. Where the two
// contradict each other, or one is missing, the answer is [Unknown], not a guess.
func (s Sample) Temperature() Temperature {
	if s.Record == nil || s.Answer == nil || s.Error != "" {
		return Unknown
	}
	initialized, restored := s.Record.InitDuration, s.Record.RestoreDuration
	if s.Answer.Invocation > 1 {
		if initialized != nil || restored != nil {
			return Unknown
		}
		return Warm
	}
	if s.Answer.Invocation < 1 {
		return Unknown
	}
	var start *time.Duration
	switch s.Answer.InitializationType {
	case functions.ProvisionedConcurrency:
		return ProvisionedFirst
	case functions.OnDemand:
		start = initialized
	case functions.SnapStart:
		start = restored
	default:
		return Unknown
	}
	if s.Variant.SnapStart && s.Answer.InitializationType != functions.SnapStart {
		return Unknown // it was not restored, so it is no start of this cell
	}
	switch {
	case start == nil && s.Answer.InitializationType == functions.OnDemand:
		return InitTimeout
	case start == nil || s.Record.Duration == nil || s.Elapsed <= 0:
		// A sample without the client's clock cannot prove that a caller waited.
		return Unknown
	case s.Elapsed < *start+*s.Record.Duration:
		return Proactive
	}
	return Cold
}
