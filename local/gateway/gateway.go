package gateway

import (
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
	"github.com/lambda-benchmark/lambda-benchmark/local/loopback"
	"github.com/lambda-benchmark/lambda-benchmark/local/requestbody"
)

// The quotas of API Gateway.
const (
	// IntegrationTimeout is how long a function may take to answer.
	IntegrationTimeout = 29 * time.Second
	// MaxBody is the largest request and the largest response.
	MaxBody = 10 << 20

	defaultThrottleRate  = 10_000
	defaultThrottleBurst = 5_000
)

// API is a REST API and its one stage.
type API struct {
	ID, Name, Stage string
	Routes          []Route
	// ThrottleRate is the stage's requests per second, ThrottleBurst the size
	// of its token bucket. Zero means AWS's 10,000 and 5,000.
	ThrottleRate, ThrottleBurst float64
	// Tracing is X-Ray's active tracing of the stage.
	Tracing bool
	// APIKeys maps the value of each key that the usage plan admits to the key's id.
	APIKeys map[string]string
	// UsagePlan limits every one of the keys.
	UsagePlan UsagePlan
}

// Route is one method of one resource, integrated with a function.
type Route struct {
	// Method is an HTTP method.
	Method string
	// Path is the resource: /esmodule, /runs/{id}.
	Path string
	// FunctionARN is qualified as the integration's URI is.
	FunctionARN string
	// KeyRequired says that the method needs an API key.
	KeyRequired bool
}

// Invoke calls a function; (*lambda.Service).Invoke is one. It returns once
// its context is done.
type Invoke func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error)

// Gateway serves an API under /<stage>. It is an http.Handler, safe for concurrent use.
type Gateway struct {
	api      API
	invoke   Invoke
	router   router
	throttle *rate.Limiter
	usage    *usage
	event    eventTemplate
	sampler  *rate.Limiter // one trace per second, and 5 % of the others, as X-Ray samples by default
}

// New returns the gateway of an API.
func New(api API, invoke func(context.Context, lambda.InvokeInput) (lambda.InvokeOutput, error), region, accountID string) *Gateway {
	return &Gateway{
		api:      api,
		invoke:   invoke,
		router:   newRouter(api, region, accountID),
		throttle: bucket(cmp.Or(api.ThrottleRate, defaultThrottleRate), cmp.Or(api.ThrottleBurst, defaultThrottleBurst)),
		usage:    newUsage(api.APIKeys, api.UsagePlan),
		event:    newEventTemplate(api, accountID),
		sampler:  rate.NewLimiter(1, 1),
	}
}

func bucket(perSecond, burst float64) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), max(1, int(math.Ceil(burst))))
}

// ServeHTTP answers one request to the API.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := newExchange(r)
	defer x.release()
	x.identify(w.Header())
	if refused := g.serve(x, w); refused != nil {
		refused.write(w)
	}
}

// serve answers through a function, or returns the gateway's own answer.
func (g *Gateway) serve(x *exchange, w http.ResponseWriter) *refusal {
	if !loopback.Host(x.request.Host) {
		return forbidden
	}
	path, ok := g.resourcePath(x.request.URL.EscapedPath())
	if !ok {
		return forbidden
	}
	x.path = path
	if !g.router.route(x) {
		return missingAuthenticationToken
	}
	if x.method.keyRequired {
		if refused := g.usage.admit(x); refused != nil {
			return refused
		}
	}
	if !g.throttle.Allow() {
		return throttled
	}
	switch err := requestbody.Read(w, x.request, &x.body, MaxBody); {
	case errors.Is(err, requestbody.ErrTooLarge):
		return requestTooLarge
	case errors.Is(err, requestbody.ErrTooSlow):
		return requestTimeout
	case err != nil:
		return badRequest
	}
	x.trace(g.api.Tracing, g.sample)
	if x.traced {
		w.Header().Set("X-Amzn-Trace-Id", x.traceID)
	}
	g.event.append(x)
	return g.integrate(x, w)
}

// resourcePath cuts the stage off a request's path: /dev/esmodule is /esmodule.
func (g *Gateway) resourcePath(path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return "", false
	}
	rest, ok = strings.CutPrefix(rest, g.api.Stage)
	switch {
	case !ok:
		return "", false
	case rest == "":
		return "/", true
	default:
		return rest, rest[0] == '/'
	}
}

func (g *Gateway) sample() bool { return g.sampler.Allow() || rand.Float64() < 0.05 }

// integrate invokes the function and writes its answer, or returns the gateway's own.
func (g *Gateway) integrate(x *exchange, w http.ResponseWriter) *refusal {
	// A client that hangs up does not stop the function.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.request.Context()), IntegrationTimeout)
	defer cancel()
	in := lambda.InvokeInput{
		Function: x.method.functionARN,
		Type:     "RequestResponse",
		Payload:  x.event,
		Caller:   lambda.Caller{Service: "apigateway.amazonaws.com", SourceARN: x.method.sourceARN},
	}
	if x.traced {
		in.TraceID = x.traceID
	}
	out, err := g.invoke(ctx, in)
	if err != nil {
		if ctx.Err() != nil {
			x.abandoned = true // the function goes on, and may yet read its event
			return integrationTimeout
		}
		if e, ok := errors.AsType[*apierror.Error](err); ok && e.Code == "RequestTooLargeException" {
			return requestTooLong
		}
		return integrationFailure
	}
	if out.FunctionError != "" {
		return badGateway
	}
	answer, err := parseResponse(out.Payload)
	if err != nil {
		return badGateway
	}
	answer.write(w)
	return nil
}
