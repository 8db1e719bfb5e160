package sandbox

import (
	"net/http"
	"strings"
)

// route is what a request of a runtime client is about.
type route int

const (
	routeUnknown route = iota
	routeWrongMethod
	routePing
	routeNext
	routeResponse
	routeError
	routeInitError
	routeRestore
	routeExtensionRegister
	routeExtensionNext
	routeExtensionError
	routeLogs
	routeTelemetry
	// routeHangUp is no request: a connection has ended that was parked.
	routeHangUp
)

// The Runtime API's routes without a request id, by path. Clients of the logs
// and telemetry APIs use PUT.
var routes = map[string]struct {
	method string
	route  route
}{
	"/2018-06-01/ping":                    {http.MethodGet, routePing},
	"/2018-06-01/runtime/invocation/next": {http.MethodGet, routeNext},
	"/2018-06-01/runtime/init/error":      {http.MethodPost, routeInitError},
	"/2018-06-01/runtime/restore/next":    {http.MethodGet, routeRestore},
	"/2018-06-01/runtime/restore/error":   {http.MethodPost, routeRestore},
	"/2020-01-01/extension/register":      {http.MethodPost, routeExtensionRegister},
	"/2020-01-01/extension/event/next":    {http.MethodGet, routeExtensionNext},
	"/2020-01-01/extension/init/error":    {http.MethodPost, routeExtensionError},
	"/2020-01-01/extension/exit/error":    {http.MethodPost, routeExtensionError},
	"/2020-08-15/logs":                    {http.MethodPut, routeLogs},
	"/2022-07-01/telemetry":               {http.MethodPut, routeTelemetry},
}

const invocationPath = "/2018-06-01/runtime/invocation/"

// match finds the route of a request, and the request id if there is one in its path.
func match(method, path string) (r route, id string) {
	if known, ok := routes[path]; ok {
		if method != known.method {
			return routeWrongMethod, ""
		}
		return known.route, ""
	}
	rest, ok := strings.CutPrefix(path, invocationPath)
	if !ok {
		return routeUnknown, ""
	}
	id, verb, _ := strings.Cut(rest, "/")
	switch verb {
	case "response":
		r = routeResponse
	case "error":
		r = routeError
	default:
		return routeUnknown, ""
	}
	if method != http.MethodPost {
		return routeWrongMethod, ""
	}
	return r, id
}

// reply returns the answer to a request that does not depend on the
// environment's state. Whether it does is the second result.
func (r route) reply(h *http.Request) (static *reply, owners bool) {
	switch r {
	case routeUnknown:
		return apiError(http.StatusNotFound, "NotFound", "no such path in the Runtime API: "+h.URL.Path), false
	case routeWrongMethod:
		return apiError(http.StatusMethodNotAllowed, "MethodNotAllowed", h.Method+" is not allowed on "+h.URL.Path), false
	case routePing:
		return &reply{status: http.StatusOK, header: []string{"Content-Type", "text/plain"}, body: []byte("pong")}, false
	case routeRestore:
		// Only SnapStart's environments have a restore phase, and there are none here.
		return apiError(http.StatusNotFound, "NotFound", "restore is only there for SnapStart"), false
	case routeExtensionNext:
		// Extensions here are the signal handlers of runtime clients: they want to
		// be registered, and never get an event.
		return nil, false
	case routeExtensionError:
		return statusOK, false
	case routeLogs:
		return apiError(http.StatusAccepted, "Logs.NotSupported", "Logs API is not supported"), false
	case routeTelemetry:
		return apiError(http.StatusAccepted, "Telemetry.NotSupported", "Telemetry API is not supported"), false
	}
	return nil, true
}

// statusOK is the reply to everything that was accepted. Some clients look at
// the status, some parse the body, so both must be as AWS has them.
var statusOK = &reply{status: http.StatusAccepted, header: []string{"Content-Type", "application/json"}, body: []byte("{\"status\":\"OK\"}\n")}

func apiError(status int, errorType, message string) *reply {
	return &reply{status: status, header: []string{"Content-Type", "application/json"}, body: clientPayload(errorType, message)}
}

// The refusals of the Runtime API, in its words.
func invalidRequestID() *reply {
	return apiError(http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
}

func invalidResponseMode() *reply {
	return apiError(http.StatusBadRequest, "InvalidFunctionResponseMode", "Invalid function response mode")
}

func requestTooLarge() *reply {
	return apiError(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes).")
}

func requestTruncated() *reply {
	return apiError(http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
}

// accessDenied refuses those who are no runtime client of this environment. AWS's
// Runtime API is inside the execution environment and has no such reply.
func accessDenied(why string) *reply {
	return apiError(http.StatusForbidden, "AccessDenied", why)
}

func invalidTransition(from, to string) *reply {
	return apiError(http.StatusForbidden, "InvalidStateTransition",
		"State transition from "+from+" to "+to+" failed for runtime. Error: State transition is not allowed")
}
