package states

import (
	"errors"
	"fmt"
	"slices"
)

// The error names that the language reserves.
const (
	ErrAll                     = "States.ALL"
	ErrTimeout                 = "States.Timeout"
	ErrTaskFailed              = "States.TaskFailed"
	ErrPermissions             = "States.Permissions"
	ErrResultPathMatchFailure  = "States.ResultPathMatchFailure"
	ErrNoChoiceMatched         = "States.NoChoiceMatched"
	ErrIntrinsicFailure        = "States.IntrinsicFailure"
	ErrToleratedFailure        = "States.ExceedToleratedFailureThreshold"
	ErrDataLimitExceeded       = "States.DataLimitExceeded"
	ErrRuntime                 = "States.Runtime"
	errHistoryLimit            = "States.HistoryLimitExceeded"
	maxPayloadBytes            = 256 << 10
	maxHistoryEvents           = 25_000
	maxCauseBytes              = 32_768
	maxInlineConcurrency       = 40
	defaultDistributedParallel = 10_000
)

// Error is a failure inside an execution, with the name that Retry and Catch match.
type Error struct {
	Name  string
	Cause string
}

func (e *Error) Error() string {
	if e.Cause == "" {
		return e.Name
	}
	return e.Name + ": " + e.Cause
}

func failf(name, format string, args ...any) *Error {
	cause := fmt.Sprintf(format, args...)
	if len(cause) > maxCauseBytes {
		cause = cause[:maxCauseBytes]
	}
	return &Error{Name: name, Cause: cause}
}

// asError gives every error a name. One without a name is a failed task.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return failf(ErrTaskFailed, "%v", err)
}

// matches says whether an ErrorEquals list covers the error. States.Runtime and
// the end of the history always fail the execution, even where a list names them;
// States.ALL leaves out what is too large, and States.TaskFailed stands for every
// error of a task but a timeout.
func (e *Error) matches(list []string, task bool) bool {
	if e.Name == ErrRuntime || e.Name == errHistoryLimit {
		return false
	}
	if slices.Contains(list, e.Name) {
		return true
	}
	if e.Name == ErrDataLimitExceeded {
		return false
	}
	return slices.Contains(list, ErrAll) || task && e.Name != ErrTimeout && slices.Contains(list, ErrTaskFailed)
}
