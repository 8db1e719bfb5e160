package awsapi

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/uuid"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/loopback"
	"github.com/lambda-benchmark/lambda-benchmark/local/requestbody"
	"github.com/lambda-benchmark/lambda-benchmark/local/secrets"
	"github.com/lambda-benchmark/lambda-benchmark/local/ssm"
)

// Options are what a [Server] serves.
type Options struct {
	Region, AccountID string
	// Lambda is a *lambda.Service. Nil leaves Lambda out.
	Lambda Lambda
	// Concurrency is the account's limit, which GetAccountSettings tells. Zero means AWS's default of 1,000.
	Concurrency int
	// Logs are what CloudWatch Logs searches. Nil leaves it out.
	Logs *logs.Store
	// FilterRate is CloudWatch Logs' quota of FilterLogEvents per second. Zero means AWS's 5.
	FilterRate float64
	// Directory knows the credentials that sign requests, and what their holders may
	// do. It must be there.
	Directory *iam.Directory
	// SSM is Systems Manager. Nil leaves it out.
	SSM *ssm.Service
	// Secrets is Secrets Manager. Nil leaves it out.
	Secrets *secrets.Service
	// DynamoDB answers what its callers are allowed. Nil leaves it out.
	DynamoDB http.Handler
	// Workflows are Step Functions'. Nil leaves it out.
	Workflows Workflows
}

// Server is the AWS endpoint. It is an http.Handler, safe for concurrent use.
type Server struct {
	options  Options
	verifier *verifier
	rest     *http.ServeMux
	services map[string]jsonHandler // by prefix of X-Amz-Target
}

// signingNames are the services' names in the scopes of signatures, by prefix of X-Amz-Target.
var signingNames = map[string]string{
	"AmazonSSM": "ssm", "secretsmanager": "secretsmanager", "Logs_20140328": "logs", "AWSStepFunctions": "states", "DynamoDB_20120810": "dynamodb",
}

// New returns the endpoint of the options' services.
func New(o Options) *Server {
	o.Concurrency = cmp.Or(o.Concurrency, 1000)
	s := &Server{
		options: o, rest: http.NewServeMux(), services: map[string]jsonHandler{},
		verifier: &verifier{region: o.Region, credentials: o.Directory.Credentials, signer: v4.NewSigner()},
	}
	s.rest.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeRESTError(w, unknownOperation(r.Method+" "+r.URL.Path))
	})
	if o.Lambda != nil {
		s.routeLambda()
	}
	if o.SSM != nil {
		s.register("AmazonSSM", systemsManager{o.SSM}.operations())
	}
	if o.Secrets != nil {
		s.register("secretsmanager", secretsManager{o.Secrets}.operations())
	}
	if o.Logs != nil {
		s.register("Logs_20140328", newCloudWatchLogs(s).operations())
	}
	if o.Workflows != nil {
		s.register("AWSStepFunctions", stepFunctions{o.Workflows}.operations())
	}
	if o.DynamoDB != nil {
		s.services["DynamoDB_20120810"] = newDynamoDB(s)
	}
	return s
}

// register adds a service of the JSON protocol under the prefix of its
// X-Amz-Target, which ends at the dot.
func (s *Server) register(target string, operations Operations) {
	s.services[target] = func(w http.ResponseWriter, c *Call) { serveJSON(w, c, operations) }
}

// ServeHTTP answers one AWS request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !loopback.Host(r.Host) {
		http.Error(w, "the Host header must be localhost or a loopback address", http.StatusForbidden)
		return
	}
	requestID := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", requestID)
	call := &Call{RequestID: requestID, request: r, server: s}
	refuse, serve := s.protocol(call)
	v, err := s.verified(w, r, call.service)
	if err != nil {
		refuse(w, err)
		return
	}
	call.AccessKeyID, call.Body = v.accessKeyID, v.body
	serve(w)
}

// protocol says how a call is answered: by an error before its signature has
// been checked, and by its operation after that.
func (s *Server) protocol(c *Call) (refuse func(http.ResponseWriter, error), serve func(http.ResponseWriter)) {
	r := c.request
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		var prefix string
		prefix, c.Operation, _ = strings.Cut(target, ".")
		c.service = signingNames[prefix]
		refuse = func(w http.ResponseWriter, err error) { writeJSONError(w, c, err) }
		return refuse, func(w http.ResponseWriter) {
			if serve, ok := s.services[prefix]; ok {
				serve(w, c)
				return
			}
			refuse(w, unknownOperation(target))
		}
	}
	// A path decides before a content type: Java's URLConnection sends that of the
	// Query protocol with every POST that has no body.
	if _, pattern := s.rest.Handler(r); pattern != "/" {
		c.service = "lambda"
	} else if isQuery(r) {
		return writeQueryError, func(w http.ResponseWriter) {
			form, _ := url.ParseQuery(string(c.Body)) // a body that is none has no action
			writeQueryError(w, unknownOperation(form.Get("Action")))
		}
	}
	return writeRESTError, func(w http.ResponseWriter) {
		s.rest.ServeHTTP(w, r.WithContext(withVerified(r.Context(), verified{c.AccessKeyID, c.Body})))
	}
}

// verified reads a request and checks its signature. The body is not read for a
// caller whose access key is not known. An empty service is any.
func (s *Server) verified(w http.ResponseWriter, r *http.Request, service string) (verified, error) {
	signature, err := s.verifier.check(r, service)
	if err != nil {
		return verified{}, err
	}
	var body bytes.Buffer
	switch err := requestbody.Read(w, r, &body, maxBody); {
	case errors.Is(err, requestbody.ErrTooLarge):
		return verified{}, &apierror.Error{
			Code: "RequestTooLargeException", Status: http.StatusRequestEntityTooLarge, Extra: userError,
			Message: fmt.Sprintf("Request must be smaller than %d bytes", maxBody),
		}
	case errors.Is(err, requestbody.ErrTooSlow):
		return verified{}, &apierror.Error{Code: "RequestTimeoutException", Status: http.StatusRequestTimeout, Message: err.Error()}
	case err != nil:
		return verified{}, &apierror.Error{Code: "SerializationException", Status: http.StatusBadRequest, Message: err.Error()}
	}
	return verified{signature.credentials.AccessKeyID, body.Bytes()}, s.verifier.verify(signature, r, body.Bytes())
}

// arn names a resource of this account: arn("ssm", "parameter/a").
func (s *Server) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + s.options.Region + ":" + s.options.AccountID + ":" + resource
}
