package workflow

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/internal/bench"
)

// The Go names of these types are the error names that Step Functions sees, and
// that the state machine's Retry and Catch list. The collector returns them too.

// ThrottledError is a throttle that outlasted the function's own patience.
type ThrottledError struct{ Err error }

func (e *ThrottledError) Error() string { return e.Err.Error() }
func (e *ThrottledError) Unwrap() error { return e.Err }

// ConflictError is another change of the same function that did not end.
type ConflictError struct{ Err error }

func (e *ConflictError) Error() string { return e.Err.Error() }
func (e *ConflictError) Unwrap() error { return e.Err }

// StoreError is a failure of the store.
type StoreError struct{ Err error }

func (e *StoreError) Error() string { return e.Err.Error() }
func (e *StoreError) Unwrap() error { return e.Err }

// StaleReadError is a read that does not show an earlier write.
type StaleReadError struct {
	Run, Function string
	Have, Want    int
}

func (e *StaleReadError) Error() string {
	return fmt.Sprintf("the store shows %d samples of %s in run %s's round, where %d were stored: read again later", e.Have, e.Function, e.Run, e.Want)
}

// MeasureError ends the visit of a function that cannot be measured.
type MeasureError struct{ Err error }

func (e *MeasureError) Error() string { return e.Err.Error() }
func (e *MeasureError) Unwrap() error { return e.Err }

// RequestError is an invalid request or input; retrying does not help.
type RequestError struct{ Err error }

func (e *RequestError) Error() string { return e.Err.Error() }
func (e *RequestError) Unwrap() error { return e.Err }

// LostLeaseError ends a run whose lease another run has taken.
type LostLeaseError struct{ Err error }

func (e *LostLeaseError) Error() string { return e.Err.Error() }
func (e *LostLeaseError) Unwrap() error { return e.Err }

// named gives an error of a function's visit or restore one of the types above.
func named(err error) error {
	var code string
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		code = api.ErrorCode()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errStore):
		return &StoreError{err}
	case !bench.Retryable(err):
		return &MeasureError{err}
	case code == "ResourceConflictException" || code == "PreconditionFailedException":
		return &ConflictError{err}
	}
	return &ThrottledError{err}
}

// errStore marks errors of the store on their way through package bench.
var errStore = errors.New("keep")
