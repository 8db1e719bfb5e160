package results

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Settings are what a run was set to beside its counts and its seed. They hold no
// secret. A zero field was not given, or does not apply.
type Settings struct {
	// Only are the runtimes and languages that a local run was restricted to.
	Only []string `json:"only,omitempty"`
	// Include are the optional runtimes that a local run added to the default ones.
	Include []string `json:"include,omitempty"`
	// SSMLatencyMs is how long the local SSM takes to answer.
	SSMLatencyMs *float64 `json:"ssmLatencyMs,omitempty"`

	// URL is what the targets' paths were appended to.
	URL string `json:"url,omitempty"`
	// Provisioned is the provisioned concurrency that each module function had during the
	// load test, in place of the stage's own; 0 if that was left alone.
	Provisioned int `json:"provisionedConcurrency,omitempty"`
	// Artillery are the files that the load test was read from.
	Artillery []string `json:"artillery,omitempty"`
	// Phases are the load test's schedule, such as 60s@10.
	Phases []string `json:"phases,omitempty"`
	// RateShared says that the phases' rates are those of all targets together, not of each.
	RateShared bool   `json:"rateShared,omitempty"`
	Arrivals   string `json:"arrivals,omitempty"`
	// Trace is the file that the arrival times were read from.
	Trace string `json:"trace,omitempty"`
	// Conns and DurationSeconds are those of a closed loop.
	Conns           int     `json:"conns,omitempty"`
	DurationSeconds float64 `json:"durationSeconds,omitempty"`

	Method string `json:"method,omitempty"`
	// Header has the values of those headers that are known to be no secret.
	Header map[string]string `json:"header,omitempty"`
	// BodyBytes and BodySHA256 stand for the body, which may be a secret.
	BodyBytes          int    `json:"bodyBytes,omitempty"`
	BodySHA256         string `json:"bodySHA256,omitempty"`
	ExpectStatus       []int  `json:"expectStatus,omitempty"`
	ExpectBodyContains string `json:"expectBodyContains,omitempty"`

	TimeoutMs float64 `json:"timeoutMs,omitempty"`
	MaxConns  int     `json:"maxConns,omitempty"`
	HTTP2     bool    `json:"http2,omitempty"`
	Insecure  bool    `json:"insecure,omitempty"`
	DNS       string  `json:"dns,omitempty"`
	Pace      string  `json:"pace,omitempty"`
	Engine    string  `json:"engine,omitempty"`

	Margin string   `json:"margin,omitempty"`
	FailIf []string `json:"failIf,omitempty"`
}

// Measured yields the settings that have an influence on what is measured, by the
// names that they have in JSON. Settings that were not given are left out.
func (s Settings) Measured() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
		words := func(w []string) string { return strings.Join(w, ", ") }
		var statuses, headers []string
		for _, code := range s.ExpectStatus {
			statuses = append(statuses, strconv.Itoa(code))
		}
		for _, name := range slices.Sorted(maps.Keys(s.Header)) {
			headers = append(headers, name+": "+s.Header[name])
		}
		ssm := ""
		if s.SSMLatencyMs != nil {
			ssm = number(*s.SSMLatencyMs)
		}
		for _, f := range []struct{ name, value string }{
			{"only", words(s.Only)},
			{"include", words(s.Include)},
			{"ssmLatencyMs", ssm},
			{"url", s.URL},
			{"provisionedConcurrency", unlessZero(s.Provisioned)},
			{"artillery", words(s.Artillery)},
			{"phases", words(s.Phases)},
			{"arrivals", s.Arrivals},
			{"trace", s.Trace},
			{"conns", unlessZero(s.Conns)},
			{"durationSeconds", unlessZero(s.DurationSeconds)},
			{"method", s.Method},
			{"header", words(headers)},
			{"bodyBytes", unlessZero(s.BodyBytes)},
			{"bodySHA256", s.BodySHA256},
			{"expectStatus", words(statuses)},
			{"expectBodyContains", s.ExpectBodyContains},
			{"timeoutMs", unlessZero(s.TimeoutMs)},
			{"maxConns", unlessZero(s.MaxConns)},
			{"http2", unlessZero(s.HTTP2)},
			{"insecure", unlessZero(s.Insecure)},
			{"dns", s.DNS},
			{"pace", s.Pace},
			{"engine", s.Engine},
		} {
			if f.value != "" && !yield(f.name, f.value) {
				return
			}
		}
	}
}

func unlessZero[T comparable](v T) string {
	var zero T
	if v == zero {
		return ""
	}
	return fmt.Sprint(v)
}
