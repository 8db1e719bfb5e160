package lambda

import (
	"fmt"
	"maps"
	"net/http"
)

// Error is an error of the Lambda API, in AWS's own words: its code, its HTTP
// status and its message.
type Error struct {
	Code    string // such as ResourceNotFoundException
	Status  int
	Message string
	// Extra are the members of the error document beside the message: Type, Reason.
	Extra map[string]any
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Code
	}
	return e.Code + ": " + e.Message
}

func userError(code string, status int, format string, args ...any) *Error {
	return &Error{Code: code, Status: status, Message: fmt.Sprintf(format, args...), Extra: map[string]any{"Type": "User"}}
}

func (e *Error) with(key string, value any) *Error {
	extended := *e
	extended.Extra = maps.Clone(e.Extra)
	extended.Extra[key] = value
	return &extended
}

func notFound(arn string) *Error {
	return userError("ResourceNotFoundException", http.StatusNotFound, "Function not found: %s", arn)
}

func aliasNotFound(arn string) *Error {
	return userError("ResourceNotFoundException", http.StatusNotFound, "Cannot find alias arn: %s", arn)
}

func invalidParameter(format string, args ...any) *Error {
	return userError("InvalidParameterValueException", http.StatusBadRequest, format, args...)
}

func invalidContent(format string, args ...any) *Error {
	return userError("InvalidRequestContentException", http.StatusBadRequest, format, args...)
}

func conflict(format string, args ...any) *Error {
	return userError("ResourceConflictException", http.StatusConflict, format, args...)
}

func updateInProgress(arn string) *Error {
	return conflict("The operation cannot be performed at this time. An update is in progress for resource: %s", arn)
}

func revisionMismatch() *Error {
	return userError("PreconditionFailedException", http.StatusPreconditionFailed,
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
}

// invalidValue is what AWS answers before it looks at the function: the only
// errors without a Type.
func invalidValue(value any, member, constraint string) *Error {
	return &Error{Code: "ValidationException", Status: http.StatusBadRequest,
		Message: fmt.Sprintf("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: %s", value, member, constraint)}
}

func accessDenied(message string) *Error {
	return &Error{Code: "AccessDeniedException", Status: http.StatusForbidden, Message: message}
}

// The reasons of a TooManyRequestsException.
const (
	accountLimit  = "ConcurrentInvocationLimitExceeded"
	functionLimit = "ReservedFunctionConcurrentInvocationLimitExceeded"
)

func tooManyRequests(reason string) *Error {
	return userError("TooManyRequestsException", http.StatusTooManyRequests, "Rate Exceeded.").with("Reason", reason)
}

func payloadTooLarge(size int, invocationType string, limit int) *Error {
	return userError("RequestTooLargeException", http.StatusRequestEntityTooLarge,
		"%d byte payload is too large for the %s invocation type (limit %d bytes)", size, invocationType, limit)
}

// serviceError says that this machine, not the function or the caller, failed.
func serviceError(err error) *Error {
	return &Error{Code: "ServiceException", Status: http.StatusInternalServerError, Message: err.Error(), Extra: map[string]any{"Type": "Service"}}
}
