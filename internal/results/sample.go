package results

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Sample is one invocation, seen from both sides: the client's clock and the
// platform's record. Absent is not zero: Record and Answer are nil where there
// was none.
type Sample struct {
	Run string `json:"run"`
	// Platform is where the invocation ran. Samples of different platforms are
	// never summarised together.
	Platform deployed.Platform `json:"platform"`
	Round    int               `json:"round"`
	Variant  matrix.Variant    `json:"variant"`
	Event    functions.Event   `json:"event"`
	// Wanted is the temperature that the invocation was sent to measure. A sample
	// that came out otherwise is kept, and belongs to no cold or warm series.
	// Empty means that nothing was arranged for: the sample is taken as it came.
	Wanted Temperature `json:"wanted,omitempty"`
	// WarmUp says that the invocation was sent to warm its environment up. It is
	// kept and belongs to no series.
	WarmUp bool `json:"warmUp,omitempty"`
	// Published is when the version that was invoked was published; zero for a function
	// without SnapStart, whose versions are not told apart.
	Published time.Time `json:"published,omitzero"`
	RequestID string    `json:"requestId"`
	// Start is the client's wall clock when it sent the request.
	Start time.Time `json:"start"`
	// Elapsed is the client's monotonic clock from the request to the whole
	// response, in JSON elapsedMs; zero means that no client saw it.
	Elapsed time.Duration     `json:"-"`
	Record  *lambdalog.Record `json:"record,omitempty"`
	Answer  *functions.Answer `json:"answer,omitempty"`
	// OthersCPU is the share of the machine's processor time, from 0 to 1, that other
	// programs took meanwhile. The process that runs the machine adds it; nil means that
	// it was not measured, as on AWS.
	OthersCPU *float64 `json:"othersCPU,omitempty"`
	// Error says what went wrong, or is empty.
	Error string `json:"error,omitempty"`
}

// Key identifies the sample within its store: the request id, or, for a request
// that never got one, who sent it and when.
func (s Sample) Key() string {
	if s.RequestID != "" {
		return s.RequestID
	}
	return fmt.Sprintf("%s/%s/%s", s.Run, s.Variant.Name(), s.Start.UTC().Format(time.RFC3339Nano))
}

// CompareSamples orders samples by start time, then by key.
func CompareSamples(a, b Sample) int {
	return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Key(), b.Key()))
}

// Series returns the series that the sample belongs to, if any. A warm-up
// belongs to none, and neither does a cold or warm sample that was meant to be
// the other: nothing prepared it for the series that it would land in.
func (s Sample) Series() (Series, bool) {
	t := s.Temperature()
	if s.WarmUp || (t == Cold || t == Warm) && s.Wanted != "" && s.Wanted != t {
		return Series{}, false
	}
	return Series{Variant: s.Variant, Event: s.Event, Temperature: t}, true
}

// Series is what can be summarised together: samples of one variant, one event
// and one temperature.
type Series struct {
	Variant     matrix.Variant  `json:"variant"`
	Event       functions.Event `json:"event"`
	Temperature Temperature     `json:"temperature"`
}

// sampleFields are the fields of Sample without its methods.
type sampleFields Sample

// MarshalJSON writes Elapsed in milliseconds, as every duration at an edge.
func (s Sample) MarshalJSON() ([]byte, error) {
	var elapsed *float64
	if s.Elapsed > 0 {
		ms := milliseconds(s.Elapsed)
		elapsed = &ms
	}
	return json.Marshal(struct {
		sampleFields
		ElapsedMs *float64 `json:"elapsedMs,omitempty"`
	}{sampleFields(s), elapsed})
}

// maxElapsedMs is a day; an invocation lasts 15 minutes at most.
const maxElapsedMs = 24 * 60 * 60 * 1000

// UnmarshalJSON reads what MarshalJSON wrote, to the nanosecond.
func (s *Sample) UnmarshalJSON(data []byte) error {
	var v struct {
		sampleFields
		ElapsedMs *float64 `json:"elapsedMs"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*s = Sample(v.sampleFields)
	if v.ElapsedMs != nil {
		if !(*v.ElapsedMs >= 0 && *v.ElapsedMs <= maxElapsedMs) {
			return fmt.Errorf("elapsedMs is %v, want 0 to %d", *v.ElapsedMs, maxElapsedMs)
		}
		s.Elapsed = fromMilliseconds(*v.ElapsedMs)
	}
	return nil
}
