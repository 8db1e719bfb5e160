package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// unhandled is the only function error that Lambda knows for what a function
// does wrong, whatever the runtime client calls it.
const unhandled = "Unhandled"

// The statuses of an [Outcome].
const (
	statusSuccess = "success"
	statusTimeout = "timeout"
	statusError   = "error"
)

// The platform's own error types.
const (
	errorTypeTimeout    = "Sandbox.Timedout"
	errorTypeExit       = "Runtime.ExitError"
	errorTypeMemory     = "Runtime.OutOfMemory"
	errorTypeEntrypoint = "Runtime.InvalidEntrypoint"
	errorTypeTruncated  = "Runtime.TruncatedResponse"
	errorTypeTooLarge   = "Function.ResponseSizeTooLarge"
)

// maxResponse is the largest response that Lambda takes: 6 MiB and 100 bytes.
const maxResponse = 6<<20 + 100

// failure is why an init phase or an invocation failed, and what the caller is told.
type failure struct {
	status    string
	errorType string
	payload   []byte
	// contentType is empty for the platform's own payloads, which are JSON.
	contentType string
	// handled says that the runtime client has reported it and goes on: the
	// platform's REPORT does not speak of it.
	handled bool
}

func (f *failure) Error() string {
	return fmt.Sprintf("%s: %s", f.errorType, f.payload)
}

func (f *failure) response() Response {
	contentType := f.contentType
	if contentType == "" {
		contentType = "application/json"
	}
	return Response{Payload: f.payload, FunctionError: unhandled, ContentType: contentType}
}

// platformPayload has its fields in the order in which Lambda writes them for
// what happens to a process.
func platformPayload(errorType, message string) []byte {
	b, err := json.Marshal(struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}{errorType, message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return b
}

// clientPayload has its fields in the other order, which is Lambda's for what
// its Runtime API refuses.
func clientPayload(errorType, message string) []byte {
	b, err := json.Marshal(struct {
		ErrorMessage string `json:"errorMessage"`
		ErrorType    string `json:"errorType"`
	}{message, errorType})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return b
}

func timedOut(requestID string, timeout time.Duration) *failure {
	message := fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, timeout.Seconds())
	return &failure{status: statusTimeout, errorType: errorTypeTimeout, payload: platformPayload(errorTypeTimeout, message)}
}

// exited describes a process that ended: reason is "exit status 1" or "signal: killed".
func exited(requestID, reason string) *failure {
	message := fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %s", requestID, reason)
	if reason == "exit status 0" {
		message = fmt.Sprintf("RequestId: %s Error: Runtime exited without providing a reason", requestID)
	}
	return &failure{status: statusError, errorType: errorTypeExit, payload: platformPayload(errorTypeExit, message)}
}

// failureMessage is the message of a failure of the platform's own, as it is logged.
func failureMessage(f *failure) string {
	var payload struct {
		Message string `json:"errorMessage"`
	}
	if err := json.Unmarshal(f.payload, &payload); err != nil {
		panic(err) // the platform's own payload
	}
	return payload.Message
}

// outOfMemory is what Lambda tells of a process that went over the memory size:
// the payload speaks of the exit, the REPORT of the reason.
func outOfMemory(requestID string) *failure {
	f := exited(requestID, "signal: killed")
	f.errorType = errorTypeMemory
	return f
}

func initTimedOut(limit time.Duration) *failure {
	return &failure{status: statusTimeout, errorType: errorTypeTimeout,
		payload: platformPayload(errorTypeTimeout, fmt.Sprintf("Init phase timed out after %.2f seconds", limit.Seconds()))}
}

func invalidEntrypoint(requestID string, err error) *failure {
	return &failure{status: statusError, errorType: errorTypeEntrypoint,
		payload: platformPayload(errorTypeEntrypoint, fmt.Sprintf("RequestId: %s Error: %v", requestID, err))}
}

func tooLarge() *failure {
	return &failure{status: statusError, errorType: errorTypeTooLarge, payload: clientPayload(errorTypeTooLarge,
		fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse))}
}

func truncated() *failure {
	return &failure{status: statusError, errorType: errorTypeTruncated,
		payload: clientPayload(errorTypeTruncated, "HTTP request detected as truncated")}
}

var validErrorType = regexp.MustCompile(`^(Runtime|Function)\.[A-Z][a-zA-Z]+$`)

// reportedType is the error type that the platform's lines show for what a
// runtime client calls its error: clients send anything, or nothing at all.
func reportedType(header string) string {
	switch {
	case validErrorType.MatchString(header):
		return header
	case strings.HasPrefix(header, "Function."):
		return "Function.Unknown"
	}
	return "Runtime.Unknown"
}
