package awsapi

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// unknownOperation refuses an operation that this machine does not have.
func unknownOperation(what string) *apierror.Error {
	return &apierror.Error{
		Code: "UnknownOperationException", Status: http.StatusNotFound,
		Message: what + " is not part of the local platform",
	}
}

// asError is err as AWS would put it. What is not an AWS error is the service's own failure.
func asError(err error, internal string) *apierror.Error {
	if e, ok := errors.AsType[*apierror.Error](err); ok {
		return e
	}
	return &apierror.Error{Code: internal, Status: http.StatusInternalServerError, Message: err.Error()}
}

// lowerCaseMessage are Lambda's exceptions whose text is called message; the
// others' is called Message. Its API description is no more regular than that.
var lowerCaseMessage = []string{
	"CodeStorageExceededException",
	"InvalidParameterValueException",
	"InvalidRequestContentException",
	"PreconditionFailedException",
	"ProvisionedConcurrencyConfigNotFoundException",
	"RequestTooLargeException",
	"ResourceConflictException",
	"ResourceNotReadyException",
	"TooManyRequestsException",
	"UnsupportedMediaTypeException",
	"ValidationException",
}

// writeRESTError answers as a REST service does: the name in a header, the rest in the body.
func writeRESTError(w http.ResponseWriter, err error) {
	e := asError(err, "ServiceException")
	body := map[string]any{}
	maps.Copy(body, e.Extra)
	if slices.Contains(lowerCaseMessage, e.Code) {
		body["message"] = e.Message
	} else {
		body["Message"] = e.Message
	}
	w.Header().Set("X-Amzn-Errortype", e.Code)
	writeJSON(w, "application/json", e.Status, body)
}

// writeJSONError answers as the JSON protocol does: name and all in the body.
func writeJSONError(w http.ResponseWriter, c *Call, err error) {
	e := asError(err, "InternalServerError")
	body := map[string]any{"__type": e.Code}
	maps.Copy(body, e.Extra)
	switch {
	case e.Message == "":
	case e.Code == "AccessDeniedException":
		body["Message"] = e.Message
	default:
		body["message"] = e.Message
	}
	status := http.StatusBadRequest
	if e.Status >= http.StatusInternalServerError {
		status = e.Status
	}
	writeJSON(w, c.contentType(), status, body)
}

// writeQueryError refuses what speaks AWS's oldest protocol (STS, IAM, ...), in
// which a client can read no answer but XML.
func writeQueryError(w http.ResponseWriter, r *http.Request) {
	e := unknownOperation(r.FormValue("Action"))
	body, err := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Code: e.Code, Message: e.Message, RequestID: w.Header().Get("X-Amzn-Requestid")})
	if err != nil { // the shape is ours
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(e.Status)
	_, _ = w.Write(body) // an error means that the caller has hung up
}

func writeJSON(w http.ResponseWriter, contentType string, status int, v any) {
	body, err := exactjson.Marshal(v)
	if err != nil { // every shape is ours: only a value that JSON does not know gets here
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // an error means that the caller has hung up
}

// errBodyTooLarge is what readBody says of a body beyond its limit.
var errBodyTooLarge = errors.New("the request's body is too large")

// readBody reads a body of at most limit bytes.
func readBody(r *http.Request, limit int64) ([]byte, error) {
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(min(r.ContentLength, limit)) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if int64(body.Len()) > limit {
		// A client that is still sending would see a reset connection instead of the answer.
		_, _ = io.CopyN(io.Discard, r.Body, 4*limit)
		return nil, errBodyTooLarge
	}
	return body.Bytes(), nil
}
