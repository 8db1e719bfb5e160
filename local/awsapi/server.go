package awsapi

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/loopback"
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
	// Directory decides who may do what. Nil allows everything.
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
	rest     *http.ServeMux
	services map[string]jsonHandler // by prefix of X-Amz-Target
}

// New returns the endpoint of the options' services.
func New(o Options) *Server {
	o.Concurrency = cmp.Or(o.Concurrency, 1000)
	s := &Server{options: o, rest: http.NewServeMux(), services: map[string]jsonHandler{}}
	s.rest.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			writeQueryError(w, r)
			return
		}
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
	accessKeyID, ok := accessKey(r.Header.Get("Authorization"))
	if !ok {
		writeRESTError(w, &apierror.Error{Code: "MissingAuthenticationTokenException", Status: http.StatusForbidden, Message: "Missing Authentication Token"})
		return
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		s.serveTarget(w, r, target, requestID, accessKeyID)
		return
	}
	s.rest.ServeHTTP(w, r.WithContext(withAccessKey(r.Context(), accessKeyID)))
}

func (s *Server) serveTarget(w http.ResponseWriter, r *http.Request, target, requestID, accessKeyID string) {
	prefix, operation, _ := strings.Cut(target, ".")
	c := &Call{Operation: operation, AccessKeyID: accessKeyID, RequestID: requestID, request: r, server: s}
	serve, ok := s.services[prefix]
	if !ok {
		writeJSONError(w, c, unknownOperation(target))
		return
	}
	body, err := readBody(r, maxJSONBody)
	if err != nil {
		writeJSONError(w, c, &apierror.Error{Code: "SerializationException", Message: err.Error()})
		return
	}
	c.Body = body
	serve(w, c)
}

// arn names a resource of this account: arn("ssm", "parameter/a").
func (s *Server) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + s.options.Region + ":" + s.options.AccountID + ":" + resource
}
