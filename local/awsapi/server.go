package awsapi

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
	"github.com/lambda-benchmark/lambda-benchmark/local/loopback"
)

// DefaultSSMLatency is how long Systems Manager takes to answer unless told
// otherwise. On one machine it would answer in microseconds, and a function
// that waits for it could not be told from one that does not.
const DefaultSSMLatency = 20 * time.Millisecond

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
	// Parameters are Systems Manager's.
	Parameters []Parameter
	// SSMLatency is added to every call of Systems Manager. Zero means
	// [DefaultSSMLatency], a negative value none.
	SSMLatency time.Duration
	// SSMRate is Systems Manager's quota of GetParameter and its kin per second. Zero means AWS's 40.
	SSMRate float64
	// Secrets are Secrets Manager's.
	Secrets []Secret
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
	s.Register("AmazonSSM", newSSM(s))
	s.Register("secretsmanager", newSecretsManager(s))
	if o.Logs != nil {
		s.Register("Logs_20140328", newCloudWatchLogs(s))
	}
	if o.Workflows != nil {
		s.Register("AWSStepFunctions", newStepFunctions(s))
	}
	if o.DynamoDB != nil {
		s.services["DynamoDB_20120810"] = newDynamoDB(s)
	}
	return s
}

// Register adds a service of the JSON protocol under what stands before the
// dot in its X-Amz-Target. It is called before the first request.
func (s *Server) Register(target string, h JSONService) {
	s.services[target] = jsonHandler(func(w http.ResponseWriter, c *Call) { serveJSON(w, c, h) })
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
		writeRESTError(w, &Error{Code: "MissingAuthenticationTokenException", Status: http.StatusForbidden, Message: "Missing Authentication Token"})
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
		writeJSONError(w, c, &Error{Code: "SerializationException", Message: err.Error()})
		return
	}
	c.Body = body
	serve(w, c)
}

// arn names a resource of this account: arn("ssm", "parameter/a").
func (s *Server) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + s.options.Region + ":" + s.options.AccountID + ":" + resource
}
