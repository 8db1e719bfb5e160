package results

import (
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Sample is one invocation, seen from both sides: the client's clock and the
// platform's record. Absent is not zero: Record and Answer are nil where there
// was none.
type Sample struct {
	Run       string          `json:"run"`
	Round     int             `json:"round"`
	Variant   matrix.Variant  `json:"variant"`
	Event     functions.Event `json:"event"`
	RequestID string          `json:"requestId"`
	// Start is the client's wall clock when it sent the request.
	Start time.Time `json:"start"`
	// Elapsed is the client's monotonic clock from the request to the whole response.
	Elapsed time.Duration     `json:"elapsed"`
	Record  *lambdalog.Record `json:"record,omitempty"`
	Answer  *functions.Answer `json:"answer,omitempty"`
	// Error says what went wrong, or is empty.
	Error string `json:"error,omitempty"`
}

// Temperature says what kind of start a sample saw.
type Temperature string

// The temperatures, as DESIGN.md defines them. Only cold and warm are measurements of a
// start; the others are counted, kept and shown apart.
const (
	Cold             Temperature = "cold"
	Warm             Temperature = "warm"
	ProvisionedFirst Temperature = "provisioned-first"
	Proactive        Temperature = "proactive"
	InitTimeout      Temperature = "init-timeout"
	Unknown          Temperature = "unknown"
)

// Series is what can be summarised together: samples of one variant, one event
// and one temperature.
type Series struct {
	Variant     matrix.Variant  `json:"variant"`
	Event       functions.Event `json:"event"`
	Temperature Temperature     `json:"temperature"`
}
