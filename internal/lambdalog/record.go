package lambdalog

import "time"

// Kind says which of the platform's lines a record is.
type Kind string

// The kinds, in the words that begin the text lines.
const (
	InitStart  Kind = "INIT_START"
	InitReport Kind = "INIT_REPORT"
	Start      Kind = "START"
	End        Kind = "END"
	Report     Kind = "REPORT"
	Restore    Kind = "RESTORE_START"
	// RestoreReport ends the restore of a SnapStart snapshot.
	RestoreReport Kind = "RESTORE_REPORT"
)

// Record is one line that the platform wrote about an execution environment or
// an invocation, from either log format. What the line does not say is nil or
// empty: absent is not zero. As JSON it has durations in milliseconds, by the
// names of Lambda's own JSON format (durationMs, initDurationMs, ...).
type Record struct {
	Kind      Kind
	RequestID string
	// Status is success, timeout or error where the line has one; text lines of successes have none.
	Status    string
	ErrorType string
	// Phase is the phase that an INIT_REPORT speaks of: init, invoke or restore.
	Phase string

	Duration              *time.Duration
	BilledDuration        *time.Duration
	InitDuration          *time.Duration
	RestoreDuration       *time.Duration
	BilledRestoreDuration *time.Duration
	MemorySizeMB          *int
	MaxMemoryUsedMB       *int

	// Extra holds the fields that this version of the parser does not know, by
	// their names in the line, and the X-Ray line's; nothing is dropped.
	Extra map[string]string
}
