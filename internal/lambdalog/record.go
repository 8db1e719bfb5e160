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
	// RestoreReport ends a restore that failed or was slow.
	RestoreReport Kind = "RESTORE_REPORT"
)

// Record is one line that the platform wrote about an execution environment or
// an invocation, from either log format. What the line does not say is nil or
// empty: absent is not zero.
type Record struct {
	Kind      Kind   `json:"kind"`
	RequestID string `json:"requestId,omitempty"`
	// Status is success, timeout or error where the line has one; text lines of successes have none.
	Status    string `json:"status,omitempty"`
	ErrorType string `json:"errorType,omitempty"`
	// Phase is the phase that an INIT_REPORT speaks of: init, invoke or restore.
	Phase string `json:"phase,omitempty"`

	Duration              *time.Duration `json:"duration,omitempty"`
	BilledDuration        *time.Duration `json:"billedDuration,omitempty"`
	InitDuration          *time.Duration `json:"initDuration,omitempty"`
	RestoreDuration       *time.Duration `json:"restoreDuration,omitempty"`
	BilledRestoreDuration *time.Duration `json:"billedRestoreDuration,omitempty"`
	MemorySizeMB          *int           `json:"memorySizeMB,omitempty"`
	MaxMemoryUsedMB       *int           `json:"maxMemoryUsedMB,omitempty"`

	// Extra holds the fields that this version of the parser does not know, by
	// their names in the line, and the X-Ray line's; nothing is dropped.
	Extra map[string]string `json:"extra,omitempty"`
}
