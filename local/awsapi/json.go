package awsapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// maxBody is DynamoDB's limit of a batch, the largest request of all services.
const maxBody = 16 << 20

// Call is one request of the JSON protocol.
type Call struct {
	// Operation stands after the dot in X-Amz-Target: GetParameter.
	Operation   string
	AccessKeyID string
	RequestID   string
	Body        []byte
	request     *http.Request
	service     string // in the scope of its signature; empty is any
	server      *Server
}

// Decode reads the call's body. A member that into has no field for is refused by name.
func (c *Call) Decode(into any) error {
	err := decode(c.Body, into)
	if unknown, ok := errors.AsType[*unknownMemberError](err); ok {
		return &apierror.Error{Code: "ValidationException", Message: unknown.Error()}
	}
	if err != nil {
		return &apierror.Error{Code: "SerializationException", Message: err.Error()}
	}
	return nil
}

// Authorize says whether the caller may do the action on the resource.
func (c *Call) Authorize(action, resource string) error {
	return c.server.authorize(c.AccessKeyID, action, resource)
}

// contentType is the version of the protocol that the caller speaks.
func (c *Call) contentType() string {
	if strings.HasPrefix(c.request.Header.Get("Content-Type"), "application/x-amz-json-1.0") {
		return "application/x-amz-json-1.0"
	}
	return "application/x-amz-json-1.1"
}

type jsonHandler func(w http.ResponseWriter, c *Call)

func serveJSON(w http.ResponseWriter, c *Call, operations Operations) {
	answer, err := operations.call(c.request.Context(), c)
	if err != nil {
		writeJSONError(w, c, err)
		return
	}
	writeJSON(w, c.contentType(), http.StatusOK, answer)
}

// Operations are those of a service of the JSON protocol, by name. An answer is
// written as JSON, an *[apierror.Error] as AWS writes it, and any other error as the
// service's failure.
type Operations map[string]func(ctx context.Context, c *Call) (any, error)

func (o Operations) call(ctx context.Context, c *Call) (any, error) {
	f, ok := o[c.Operation]
	if !ok {
		return nil, unknownOperation(c.Operation)
	}
	return f(ctx, c)
}

// Operation is an entry of [Operations] that takes its input decoded.
func Operation[In, Out any](f func(ctx context.Context, c *Call, in In) (Out, error)) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		var in In
		if err := c.Decode(&in); err != nil {
			return nil, err
		}
		return f(ctx, c, in)
	}
}

// epochSeconds is how the JSON protocol writes times: seconds, to the millisecond.
func epochSeconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
