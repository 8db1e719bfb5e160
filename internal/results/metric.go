package results

import (
	"math"
	"time"
)

// Metric is one number that a sample can have. The summary, the report and the
// API iterate [Metrics], so that a metric is added in one place.
type Metric struct {
	// Name is the key in summary.json, with the unit at its end.
	Name string
	// Title is the metric's name for people, without the unit.
	Title string
	// Unit is ms, s, MB, or empty for a ratio.
	Unit string
	// Of returns the metric of a sample, and whether it has one.
	Of func(Sample) (float64, bool)
}

// The names of the metrics.
const (
	InitMs          = "initMs"
	RestoreMs       = "restoreMs"
	FirstDurationMs = "firstDurationMs"
	TotalMs         = "totalMs"
	DurationMs      = "durationMs"
	ClientMs        = "clientMs"
	OverheadMs      = "overheadMs"
	BilledMs        = "billedMs"
	MaxMemoryUsedMB = "maxMemoryUsedMB"
	CPUMs           = "cpuMs"
	ProcessCPUMs    = "processCpuMs"
	CPUUtilisation  = "cpuUtilisation"
	VersionAgeS     = "versionAgeS"
)

// Metrics returns every metric in the order in which they are shown.
func Metrics() []Metric {
	return []Metric{
		// Init and restore are also shown for environments that started before a request came.
		{InitMs, "init", "ms", func(s Sample) (float64, bool) { return recorded(s, initDuration) }},
		{RestoreMs, "restore", "ms", func(s Sample) (float64, bool) { return recorded(s, restoreDuration) }},
		{FirstDurationMs, "first duration", "ms", func(s Sample) (float64, bool) {
			if !s.first() {
				return 0, false
			}
			return recorded(s, duration)
		}},
		// Total is what a cold start costs its caller inside Lambda. .NET and Java
		// pay much of it in the first duration, which init alone would hide.
		{TotalMs, "total", "ms", func(s Sample) (float64, bool) {
			d, ok := s.platformTime()
			return milliseconds(d), ok && s.Temperature() == Cold
		}},
		{DurationMs, "duration", "ms", func(s Sample) (float64, bool) { return recorded(s, duration) }},
		{ClientMs, "client", "ms", func(s Sample) (float64, bool) { return milliseconds(s.Elapsed), s.Elapsed > 0 }},
		// Overhead is the client's time that the platform's record does not explain:
		// the network, placement, code download, and the client itself.
		{OverheadMs, "overhead", "ms", func(s Sample) (float64, bool) {
			d, ok := s.platformTime()
			t := s.Temperature()
			return milliseconds(s.Elapsed - d), ok && s.Elapsed >= d && (t == Cold || t == Warm)
		}},
		{BilledMs, "billed", "ms", func(s Sample) (float64, bool) { return recorded(s, billedDuration) }},
		{MaxMemoryUsedMB, "max memory used", "MB", func(s Sample) (float64, bool) {
			if s.Record == nil || s.Record.MaxMemoryUsedMB == nil {
				return 0, false
			}
			return float64(*s.Record.MaxMemoryUsedMB), true
		}},
		{CPUMs, "CPU", "ms", func(s Sample) (float64, bool) {
			if s.Answer == nil {
				return 0, false
			}
			return s.Answer.CPUMs, true
		}},
		// The process's CPU time so far is a measurement of the start only after the first invocation.
		{ProcessCPUMs, "CPU with init", "ms", func(s Sample) (float64, bool) {
			if !s.first() {
				return 0, false
			}
			return s.Answer.ProcessCPUMs, true
		}},
		// CPU utilisation is in processors: 0.29 is what 512 MB buy.
		{CPUUtilisation, "CPU utilisation", "", func(s Sample) (float64, bool) {
			if s.Answer == nil || s.Answer.WallMs <= 0 {
				return 0, false
			}
			return s.Answer.CPUMs / s.Answer.WallMs, true
		}},
		// A snapshot may be restored slower soon after it was taken than later.
		{VersionAgeS, "version age", "s", func(s Sample) (float64, bool) {
			return s.Start.Sub(s.Published).Seconds(), !s.Published.IsZero()
		}},
	}
}

// first says whether the sample is the first invocation of its environment.
func (s Sample) first() bool { return s.Answer != nil && s.Answer.Invocation == 1 }

// platformTime is what the platform recorded of the time that a caller waits:
// the start, if there was one, and the invocation.
func (s Sample) platformTime() (time.Duration, bool) {
	if s.Record == nil || s.Record.Duration == nil {
		return 0, false
	}
	d := *s.Record.Duration
	for _, start := range []*time.Duration{s.Record.InitDuration, s.Record.RestoreDuration} {
		if start != nil {
			d += *start
		}
	}
	return d, true
}

func recorded(s Sample, field func(Sample) *time.Duration) (float64, bool) {
	if s.Record == nil {
		return 0, false
	}
	d := field(s)
	if d == nil {
		return 0, false
	}
	return milliseconds(*d), true
}

func initDuration(s Sample) *time.Duration    { return s.Record.InitDuration }
func restoreDuration(s Sample) *time.Duration { return s.Record.RestoreDuration }
func duration(s Sample) *time.Duration        { return s.Record.Duration }

// billedDuration includes what SnapStart bills for the restore: AWS adds Billed
// Restore Duration to Billed Duration itself, and reports it apart besides.
func billedDuration(s Sample) *time.Duration { return s.Record.BilledDuration }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func fromMilliseconds(ms float64) time.Duration {
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}
