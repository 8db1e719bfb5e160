package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// The invocation types.
const (
	RequestResponse = "RequestResponse"
	Event           = "Event"
	DryRun          = "DryRun"
)

// The largest payloads in bytes.
const (
	MaxPayload      = 6 << 20
	MaxEventPayload = 1 << 20
)

// InvokeInput is a call of Invoke.
type InvokeInput struct {
	// Function is a name, a partial or full ARN, with or without a qualifier.
	Function, Qualifier string
	// Type is RequestResponse, Event or DryRun; empty means RequestResponse.
	Type string
	// Payload is JSON; empty means {}.
	Payload []byte
	// ClientContext is JSON, no longer in base64; it may be nil.
	ClientContext []byte
	// TraceID is an X-Ray header; empty begins a trace if the function has tracing.
	TraceID string
	// LogTail asks for the last 4 KB of the invocation's log, and so waits for its end.
	LogTail bool
	Caller  Caller
}

// InvokeOutput is what Invoke returns.
type InvokeOutput struct {
	// Status is 200, 202 for an Event or 204 for a DryRun.
	Status  int
	Payload []byte
	// FunctionError is empty or Unhandled.
	FunctionError string
	// LogTail is not in base64.
	LogTail         string
	ExecutedVersion string
	// RequestID is the invocation's, or for a DryRun the call's.
	RequestID string
	// Outcome is the finished invocation, if LogTail had the call wait for its end.
	Outcome *sandbox.Outcome
}

// Invoke runs a function, or queues an event for it. The error is Lambda's
// refusal (an [apierror.Error]) or ctx's; a function that fails is no error but a
// FunctionError. If ctx is done early the invocation goes on, as on AWS.
func (s *Service) Invoke(ctx context.Context, in InvokeInput) (InvokeOutput, error) {
	if err := s.begin(); err != nil {
		return InvokeOutput{}, err
	}
	defer s.lifetime.end()
	r, err := s.reference(in.Function, in.Qualifier)
	if err != nil {
		return InvokeOutput{}, err
	}
	if in.Type == "" {
		in.Type = RequestResponse
	}
	if err := in.check(); err != nil {
		return InvokeOutput{}, err
	}
	if err := s.authorize(in.Caller, "lambda:InvokeFunction", r); err != nil {
		return InvokeOutput{}, err
	}
	v, err := s.version(r)
	if err != nil {
		return InvokeOutput{}, err
	}
	if in.Type == DryRun {
		return InvokeOutput{Status: http.StatusNoContent, RequestID: newUUID()}, nil
	}
	i := sandbox.Invocation{
		RequestID:     newUUID(),
		InvokedARN:    s.arn(r),
		Payload:       in.Payload,
		TraceID:       in.TraceID,
		ClientContext: in.ClientContext,
	}
	if len(i.Payload) == 0 {
		i.Payload = []byte("{}")
	}
	if i.TraceID == "" && v.config.Tracing {
		i.TraceID = newTraceHeader(time.Now())
	}
	if in.Type == Event {
		i.Payload = bytes.Clone(i.Payload) // the caller's, who goes on
		s.lifetime.spawn(func() { s.deliver(r, i) })
		return InvokeOutput{Status: http.StatusAccepted, RequestID: i.RequestID}, nil
	}
	return v.invoke(ctx, i, in.LogTail)
}

func (in InvokeInput) check() error {
	limit := MaxPayload
	switch in.Type {
	case Event:
		limit = MaxEventPayload
	case RequestResponse, DryRun:
	default:
		return invalidValue(in.Type, "invocationType", "Member must satisfy enum value set: [Event, RequestResponse, DryRun]")
	}
	if len(in.Payload) > limit {
		return payloadTooLarge(len(in.Payload), in.Type, limit)
	}
	if err := checkJSON(in.Payload); err != nil {
		return invalidContent("Could not parse request body into json: Could not parse payload into json: %v", err)
	}
	if checkJSON(in.ClientContext) != nil {
		return invalidContent("Client context must be a valid Base64-encoded JSON object.")
	}
	return nil
}

// checkJSON says what is wrong with a JSON text; an empty one is all right.
func checkJSON(text []byte) error {
	switch {
	case len(text) == 0:
		return nil
	case !utf8.Valid(text):
		return errors.New("invalid UTF-8")
	case json.Valid(text):
		return nil
	}
	var discard any
	return json.Unmarshal(text, &discard)
}

// call is an invocation under way. Both channels have room for all that is sent.
type call struct {
	response chan sandbox.Response
	end      chan callEnd
}

// callEnd is how an invocation ended.
type callEnd struct {
	outcome sandbox.Outcome
	err     error // of this machine
}

// invoke runs an invocation in an environment of its own. It returns with the
// function's answer, or with the end of the invocation if the whole tail of
// the log is wanted; the rest of the invocation does not need the caller.
func (v *version) invoke(ctx context.Context, i sandbox.Invocation, whole bool) (InvokeOutput, error) {
	e, err := v.pool.claim(ctx)
	if err != nil {
		return InvokeOutput{}, err
	}
	c := &call{response: make(chan sandbox.Response, 1), end: make(chan callEnd, 1)}
	v.function.service.lifetime.spawn(func() { v.run(e, i, c) })

	out := InvokeOutput{Status: http.StatusOK, ExecutedVersion: v.number, RequestID: i.RequestID}
	response := c.response
	if whole {
		response = nil
	}
	select {
	case r := <-response:
		out.Payload, out.FunctionError = r.Payload, r.FunctionError
	case end := <-c.end:
		if end.err != nil {
			return InvokeOutput{}, serviceError(end.err)
		}
		out.Payload, out.FunctionError = end.outcome.Response.Payload, end.outcome.Response.FunctionError
		if whole {
			out.LogTail, out.Outcome = string(end.outcome.Response.LogTail), &end.outcome
		}
	case <-ctx.Done():
		return InvokeOutput{}, fmt.Errorf("invoke %s, which goes on: %w", i.InvokedARN, ctx.Err())
	}
	return out, nil
}

// run takes an invocation from a claimed environment, nil for one that has to
// be started, to its end.
func (v *version) run(e *environment, i sandbox.Invocation, c *call) {
	ctx := v.function.service.lifetime.context
	if e == nil {
		launched, err := v.pool.launch(ctx, functions.OnDemand)
		if err != nil {
			v.pool.abandon()
			c.end <- callEnd{err: err}
			return
		}
		e = v.pool.adopt(launched, false)
	}
	i.Respond = func(r sandbox.Response) {
		v.pool.hasAnswered(e)
		c.response <- r
	}
	outcome := e.Invoke(ctx, i)
	// The environment is free before the caller knows, who may come back at once.
	kept := v.pool.put(e, outcome.Reusable)
	c.end <- callEnd{outcome: outcome}
	if !kept {
		v.pool.discard(e)
	}
}
