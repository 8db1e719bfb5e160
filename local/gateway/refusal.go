package gateway

import (
	"net/http"
	"strconv"
)

// refusal is what the gateway answers by itself, under API Gateway's name for it.
type refusal struct {
	status    int
	errorType string
	body      string
}

// The gateway's own answers.
var (
	badRequest                 = refuse(http.StatusBadRequest, "BadRequestException", "Bad Request")
	forbidden                  = refuse(http.StatusForbidden, "ForbiddenException", "Forbidden")
	missingAuthenticationToken = refuse(http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token")
	requestTimeout             = refuse(http.StatusRequestTimeout, "RequestTimeoutException", "Request Timeout")
	requestTooLarge            = refuse(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "HTTP content length exceeded "+strconv.Itoa(MaxBody)+" bytes.")
	throttled                  = refuse(http.StatusTooManyRequests, "TooManyRequestsException", "Too Many Requests")
	quotaExceeded              = refuse(http.StatusTooManyRequests, "LimitExceededException", "Limit Exceeded")
	// requestTooLong is Lambda's smaller limit of 6 MB.
	requestTooLong = refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "Request Too Long")
	// integrationFailure is a function that could not be invoked: throttled, forbidden, unknown.
	integrationFailure = refuse(http.StatusInternalServerError, "InternalServerErrorException", "Internal server error")
	// badGateway is a function that failed, or whose answer is malformed.
	badGateway         = refuse(http.StatusBadGateway, "InternalServerErrorException", "Internal server error")
	integrationTimeout = refuse(http.StatusGatewayTimeout, "InternalServerErrorException", "Endpoint request timed out")
)

func refuse(status int, errorType, message string) *refusal {
	return &refusal{status: status, errorType: errorType, body: `{"message":` + string(appendQuoted(nil, message)) + `}`}
}

func (r *refusal) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Amzn-Errortype", r.errorType)
	h.Set("Content-Length", strconv.Itoa(len(r.body)))
	w.WriteHeader(r.status)
	_, _ = w.Write([]byte(r.body)) // an error means that the client has hung up
}
