package awsapi

import (
	"encoding/xml"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

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
	"IncompleteSignatureException",
	"InvalidParameterValueException",
	"InvalidRequestContentException",
	"InvalidSignatureException",
	"MissingAuthenticationTokenException",
	"PreconditionFailedException",
	"ProvisionedConcurrencyConfigNotFoundException",
	"RequestTooLargeException",
	"ResourceConflictException",
	"ResourceNotReadyException",
	"TooManyRequestsException",
	"UnrecognizedClientException",
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

// queryCodes are the names that services of the Query protocol have for the
// errors of a signature.
var queryCodes = map[string]string{
	"IncompleteSignatureException":        "IncompleteSignature",
	"InvalidSignatureException":           "SignatureDoesNotMatch",
	"MissingAuthenticationTokenException": "MissingAuthenticationToken",
	"UnrecognizedClientException":         "InvalidClientTokenId",
}

// isQuery says whether a request speaks the Query protocol (STS, IAM, ...).
func isQuery(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

// writeQueryError answers in XML, the only answer that a client of the Query
// protocol can read. No operation of it is answered otherwise.
func writeQueryError(w http.ResponseWriter, err error) {
	e := asError(err, "ServiceFailure")
	if code, ok := queryCodes[e.Code]; ok {
		e = &apierror.Error{Code: code, Status: e.Status, Message: e.Message}
	}
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
