package lambdalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// jsonKinds are the platform events that have a line in the text format too.
// The others (platform.initRuntimeDone, platform.runtimeDone, platform.extension,
// ...) say nothing that these do not, and are not records.
var jsonKinds = map[string]Kind{
	"platform.initStart":     InitStart,
	"platform.initReport":    InitReport,
	"platform.start":         Start,
	"platform.report":        Report,
	"platform.restoreStart":  Restore,
	"platform.restoreReport": RestoreReport,
}

// jsonNames are the text format's names of the JSON format's keys, where both have one.
var jsonNames = map[string]string{
	"requestId":         fieldRequestID,
	"status":            fieldStatus,
	"errorType":         fieldErrorType,
	"phase":             fieldPhase,
	"version":           Version,
	"runtimeVersion":    RuntimeVersion,
	"runtimeVersionArn": RuntimeVersionARN,
}

func looksJSON(line []byte) bool {
	trimmed := bytes.TrimLeft(line, " \t")
	return len(trimmed) > 0 && trimmed[0] == '{'
}

func parseJSON(line []byte) (Record, error) {
	var event struct {
		Time   string                     `json:"time"`
		Type   string                     `json:"type"`
		Record map[string]json.RawMessage `json:"record"`
	}
	if err := json.Unmarshal(line, &event); err != nil {
		// The function's own JSON may be broken or of another shape; what
		// claims to be the platform's may not.
		if bytes.Contains(line, []byte(`"platform.`)) {
			return Record{}, fmt.Errorf("parse platform event: %w", err)
		}
		return Record{}, ErrNotRecord
	}
	kind, ok := jsonKinds[event.Type]
	if !ok {
		return Record{}, ErrNotRecord
	}
	r, err := recordFromJSON(kind, event.Record)
	if err != nil {
		return Record{}, fmt.Errorf("parse %s event: %w", event.Type, err)
	}
	if event.Time != "" {
		r.keep("time", event.Time)
	}
	if err := r.validate(); err != nil {
		return Record{}, fmt.Errorf("parse %s event: %w", event.Type, err)
	}
	return r, nil
}

func recordFromJSON(kind Kind, fields map[string]json.RawMessage) (Record, error) {
	r := Record{Kind: kind}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		raw := fields[key]
		if key == "metrics" {
			var metrics map[string]json.RawMessage
			if err := json.Unmarshal(raw, &metrics); err != nil {
				return Record{}, fmt.Errorf("metrics: %w", err)
			}
			for _, name := range slices.Sorted(maps.Keys(metrics)) {
				if err := r.setMetric(name, metrics[name]); err != nil {
					return Record{}, fmt.Errorf("metrics.%s: %w", name, err)
				}
			}
			continue
		}
		name, known := jsonNames[key]
		if !known {
			name = key
		}
		value := jsonText(raw)
		if place := r.word(name); known && place != nil {
			if name == fieldRequestID && !oneWord(value) {
				return Record{}, fmt.Errorf("%s is %q, want one word", key, value)
			}
			*place = value
			continue
		}
		r.keep(name, value)
	}
	return r, nil
}

func (r *Record) setMetric(name string, raw json.RawMessage) error {
	if place := r.jsonDuration(name); place != nil {
		var ms *float64
		if err := json.Unmarshal(raw, &ms); err != nil {
			return err
		}
		if ms == nil {
			return nil
		}
		d, err := fromMilliseconds(*ms)
		if err != nil {
			return err
		}
		*place = &d
		return nil
	}
	if place := r.jsonMegabytes(name); place != nil {
		var n *int
		if err := json.Unmarshal(raw, &n); err != nil {
			return err
		}
		if n == nil {
			return nil
		}
		if *n < 0 || *n > maxMegabytes {
			return fmt.Errorf("%d MB is outside 0 to %.0f", *n, maxMegabytes)
		}
		*place = n
		return nil
	}
	r.keep("metrics."+name, jsonText(raw))
	return nil
}

// jsonDuration returns where the record keeps the metric, or nil. The reports
// of phases call their one duration durationMs.
func (r *Record) jsonDuration(name string) **time.Duration {
	switch name {
	case "durationMs":
		switch r.Kind {
		case InitReport:
			return &r.InitDuration
		case RestoreReport:
			return &r.RestoreDuration
		}
		return &r.Duration
	case "billedDurationMs":
		return &r.BilledDuration
	case "initDurationMs":
		if r.Kind != InitReport {
			return &r.InitDuration
		}
	case "restoreDurationMs":
		if r.Kind != RestoreReport {
			return &r.RestoreDuration
		}
	case "billedRestoreDurationMs":
		return &r.BilledRestoreDuration
	}
	return nil
}

func (r *Record) jsonMegabytes(name string) **int {
	switch name {
	case "memorySizeMB":
		return &r.MemorySizeMB
	case "maxMemoryUsedMB":
		return &r.MaxMemoryUsedMB
	}
	return nil
}

// keep stores a field that Record has no place for. A key that reads like one of
// the text format's fields must not become one when the record is written as text.
func (r *Record) keep(name, value string) {
	if _, taken := r.Extra[name]; taken || r.known(name) {
		name = "json." + name
	}
	if r.Extra == nil {
		r.Extra = map[string]string{}
	}
	r.Extra[name] = value
}

// jsonText is a JSON string's value, and any other JSON as it stands.
func jsonText(raw json.RawMessage) string {
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		return s
	}
	return string(raw)
}

// recordJSON is how a record is stored: durations in milliseconds, by the names
// that Lambda's JSON format has for them.
type recordJSON struct {
	Kind                    Kind              `json:"kind"`
	RequestID               string            `json:"requestId,omitempty"`
	Status                  string            `json:"status,omitempty"`
	ErrorType               string            `json:"errorType,omitempty"`
	Phase                   string            `json:"phase,omitempty"`
	DurationMs              *float64          `json:"durationMs,omitempty"`
	BilledDurationMs        *float64          `json:"billedDurationMs,omitempty"`
	InitDurationMs          *float64          `json:"initDurationMs,omitempty"`
	RestoreDurationMs       *float64          `json:"restoreDurationMs,omitempty"`
	BilledRestoreDurationMs *float64          `json:"billedRestoreDurationMs,omitempty"`
	MemorySizeMB            *int              `json:"memorySizeMB,omitempty"`
	MaxMemoryUsedMB         *int              `json:"maxMemoryUsedMB,omitempty"`
	Extra                   map[string]string `json:"extra,omitempty"`
}

// MarshalJSON writes durations as milliseconds: "durationMs": 8.4.
func (r Record) MarshalJSON() ([]byte, error) {
	ms := func(d *time.Duration) *float64 {
		if d == nil {
			return nil
		}
		return new(toMilliseconds(*d))
	}
	return json.Marshal(recordJSON{
		Kind: r.Kind, RequestID: r.RequestID, Status: r.Status, ErrorType: r.ErrorType, Phase: r.Phase,
		DurationMs: ms(r.Duration), BilledDurationMs: ms(r.BilledDuration), InitDurationMs: ms(r.InitDuration),
		RestoreDurationMs: ms(r.RestoreDuration), BilledRestoreDurationMs: ms(r.BilledRestoreDuration),
		MemorySizeMB: r.MemorySizeMB, MaxMemoryUsedMB: r.MaxMemoryUsedMB, Extra: r.Extra,
	})
}

// UnmarshalJSON reads what MarshalJSON wrote, to the nanosecond.
func (r *Record) UnmarshalJSON(data []byte) error {
	var j recordJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return fmt.Errorf("read record: %w", err)
	}
	var errs []error
	duration := func(name string, ms *float64) *time.Duration {
		if ms == nil {
			return nil
		}
		d, err := fromMilliseconds(*ms)
		if err != nil {
			errs = append(errs, fmt.Errorf("read record: %s: %w", name, err))
			return nil
		}
		return &d
	}
	*r = Record{
		Kind: j.Kind, RequestID: j.RequestID, Status: j.Status, ErrorType: j.ErrorType, Phase: j.Phase,
		Duration:              duration("durationMs", j.DurationMs),
		BilledDuration:        duration("billedDurationMs", j.BilledDurationMs),
		InitDuration:          duration("initDurationMs", j.InitDurationMs),
		RestoreDuration:       duration("restoreDurationMs", j.RestoreDurationMs),
		BilledRestoreDuration: duration("billedRestoreDurationMs", j.BilledRestoreDurationMs),
		MemorySizeMB:          j.MemorySizeMB, MaxMemoryUsedMB: j.MaxMemoryUsedMB, Extra: j.Extra,
	}
	return errors.Join(errs...)
}
