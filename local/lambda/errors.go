package lambda

import (
	"fmt"
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

func userError(code string, status int, format string, args ...any) *apierror.Error {
	return &apierror.Error{Code: code, Status: status, Message: fmt.Sprintf(format, args...), Extra: map[string]any{"Type": "User"}}
}

func notFound(arn string) *apierror.Error {
	return userError("ResourceNotFoundException", http.StatusNotFound, "Function not found: %s", arn)
}

func aliasNotFound(arn string) *apierror.Error {
	return userError("ResourceNotFoundException", http.StatusNotFound, "Cannot find alias arn: %s", arn)
}

func invalidParameter(format string, args ...any) *apierror.Error {
	return userError("InvalidParameterValueException", http.StatusBadRequest, format, args...)
}

func invalidContent(format string, args ...any) *apierror.Error {
	return userError("InvalidRequestContentException", http.StatusBadRequest, format, args...)
}

func conflict(format string, args ...any) *apierror.Error {
	return userError("ResourceConflictException", http.StatusConflict, format, args...)
}

func updateInProgress(arn string) *apierror.Error {
	return conflict("The operation cannot be performed at this time. An update is in progress for resource: %s", arn)
}

func revisionMismatch() *apierror.Error {
	return userError("PreconditionFailedException", http.StatusPreconditionFailed,
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
}

// invalidValue is what AWS answers before it looks at the function: the only
// errors without a Type.
func invalidValue(value any, member, constraint string) *apierror.Error {
	return &apierror.Error{Code: "ValidationException", Status: http.StatusBadRequest,
		Message: fmt.Sprintf("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: %s", value, member, constraint)}
}

func accessDenied(message string) *apierror.Error {
	return &apierror.Error{Code: "AccessDeniedException", Status: http.StatusForbidden, Message: message}
}

// The reasons of a TooManyRequestsException.
const (
	accountLimit  = "ConcurrentInvocationLimitExceeded"
	functionLimit = "ReservedFunctionConcurrentInvocationLimitExceeded"
)

func tooManyRequests(reason string) *apierror.Error {
	return &apierror.Error{
		Code: "TooManyRequestsException", Status: http.StatusTooManyRequests, Message: "Rate Exceeded.",
		Extra: map[string]any{"Type": "User", "Reason": reason},
	}
}

func payloadTooLarge(size int, invocationType string, limit int) *apierror.Error {
	return userError("RequestTooLargeException", http.StatusRequestEntityTooLarge,
		"%d byte payload is too large for the %s invocation type (limit %d bytes)", size, invocationType, limit)
}

// serviceError says that this machine, not the function or the caller, failed.
func serviceError(err error) *apierror.Error {
	return &apierror.Error{Code: "ServiceException", Status: http.StatusInternalServerError, Message: err.Error(), Extra: map[string]any{"Type": "Service"}}
}
