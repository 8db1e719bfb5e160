package awsapi

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

func (s *Server) invoke(w http.ResponseWriter, r *http.Request) {
	in, err := invokeInput(r)
	if err != nil {
		writeRESTError(w, err)
		return
	}
	// A function runs on when its caller hangs up, on AWS as well.
	out, err := s.options.Lambda.Invoke(context.WithoutCancel(r.Context()), in)
	h := w.Header()
	if out.RequestID != "" {
		h.Set("X-Amzn-Requestid", out.RequestID)
	}
	if err != nil {
		writeRESTError(w, err)
		return
	}
	if out.ExecutedVersion != "" {
		h.Set("X-Amz-Executed-Version", out.ExecutedVersion)
	}
	if out.FunctionError != "" {
		h.Set("X-Amz-Function-Error", out.FunctionError)
	}
	if in.LogTail {
		h.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(out.LogTail)))
	}
	if in.TraceID != "" {
		h.Set("X-Amzn-Trace-Id", in.TraceID)
	}
	if out.Status == http.StatusOK {
		h.Set("Content-Type", "application/json")
		h.Set("X-Amzn-Remapped-Content-Length", "0")
	}
	if out.Status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(out.Payload)))
	}
	w.WriteHeader(out.Status)
	_, _ = w.Write(out.Payload) // an error means that the caller has hung up
}

func invokeInput(r *http.Request) (lambda.InvokeInput, error) {
	in := lambda.InvokeInput{
		Function:  r.PathValue("function"),
		Qualifier: r.URL.Query().Get("Qualifier"),
		Type:      r.Header.Get("X-Amz-Invocation-Type"),
		TraceID:   r.Header.Get("X-Amzn-Trace-Id"),
		Caller:    lambda.Caller{AccessKeyID: verifiedOf(r).accessKeyID},
	}
	if err := checkQuery(r, []string{"Qualifier"}); err != nil {
		return in, err
	}
	switch logType := r.Header.Get("X-Amz-Log-Type"); logType {
	case "", "None":
	case "Tail":
		in.LogTail = in.Type == "" || in.Type == lambda.RequestResponse // an event is answered before its log is written
	default:
		return in, &apierror.Error{Code: "ValidationException", Status: http.StatusBadRequest, Message: fmt.Sprintf(
			"1 validation error detected: Value '%s' at 'logType' failed to satisfy constraint: Member must satisfy enum value set: [None, Tail]", logType)}
	}
	if encoded := r.Header.Get("X-Amz-Client-Context"); encoded != "" {
		clientContext, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return in, &apierror.Error{
				Code: "InvalidRequestContentException", Status: http.StatusBadRequest,
				Message: "Client context must be a valid Base64-encoded JSON object.", Extra: userError,
			}
		}
		in.ClientContext = clientContext
	}
	in.Payload = verifiedOf(r).body
	if len(in.Payload) > lambda.MaxPayload {
		return in, &apierror.Error{
			Code: "RequestTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", lambda.MaxPayload), Extra: userError,
		}
	}
	return in, nil
}
