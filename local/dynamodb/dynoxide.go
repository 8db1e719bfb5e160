package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/runtimes"
)

const (
	dynoxide        = "dynoxide"
	dynoxideVersion = "1.2.1"
	// startLimit is how long a server may take until it answers. It takes 20 ms; a
	// machine that builds six languages at the same time needs more.
	startLimit = 20 * time.Second
	// portTries is how often a port is chosen, since another process may take it first.
	portTries = 5
)

// fetchDynoxide returns the path of the program.
func fetchDynoxide(ctx context.Context, o Options) (string, error) {
	name, program, err := dynoxidePackage(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}
	finder := &runtimes.Finder{Cache: o.Cache, Progress: o.Progress}
	return finder.Fetch(ctx, runtimes.Package{
		Name: name + "@" + dynoxideVersion, Title: dynoxide, Program: program,
	})
}

// dynoxidePackage is the npm package for a system, in Go's words, and the program in it.
func dynoxidePackage(system, processor string) (name, program string, err error) {
	systems := map[string]string{"linux": "linux", "darwin": "darwin", "windows": "win32"}
	processors := map[string]string{"amd64": "x64", "arm64": "arm64"}
	name = "@dynoxide/" + systems[system] + "-" + processors[processor]
	if systems[system] == "" || processors[processor] == "" || name == "@dynoxide/win32-arm64" {
		return "", "", fmt.Errorf("there is no %s for %s on %s", dynoxide, system, processor)
	}
	program = dynoxide
	if system == "windows" {
		program += ".exe"
	}
	return name, program, nil
}

// startDynoxide starts the program where only this user reaches it, if the system
// can do that, and on a free port of the loopback interface otherwise.
func startDynoxide(ctx context.Context, o Options, program string) (*Server, error) {
	if o.File != "" {
		if err := os.MkdirAll(filepath.Dir(o.File), 0o755); err != nil {
			return nil, fmt.Errorf("start %s: make the folder of its tables: %w", dynoxide, err)
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s", startLimit))
	defer cancel()
	s, err := startBehindGate(ctx, o, program)
	if noGate, ok := errors.AsType[*noGateError](err); ok && ctx.Err() == nil {
		o.Progress("the port of the local DynamoDB answers every user and web page of this machine: %v", noGate)
		s, err = startOnPort(ctx, o, program)
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", dynoxide, err)
	}
	return s, nil
}

// noGateError says why a server cannot be given a network of its own here.
type noGateError struct{ err error }

func (e *noGateError) Error() string {
	return "it cannot be given a network of its own: " + e.err.Error()
}
func (e *noGateError) Unwrap() error { return e.err }

func startBehindGate(ctx context.Context, o Options, program string) (*Server, error) {
	c, d, err := startGated(ctx, serveCommand(o, program, gatedPort))
	if err != nil {
		return nil, &noGateError{err}
	}
	return newDynoxide(ctx, o, c, d, gatedPort)
}

// startOnPort starts the program on a free port. It takes no socket from us and does
// not tell which port it chose itself, so one is chosen for it.
func startOnPort(ctx context.Context, o Options, program string) (*Server, error) {
	for try := 1; ; try++ {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		c, err := startChild(serveCommand(o, program, port), tied(), nil)
		if err != nil {
			return nil, err
		}
		s, err := newDynoxide(ctx, o, c, dialer{network: "tcp", address: "127.0.0.1:" + strconv.Itoa(port)}, port)
		if err == nil || try == portTries || ctx.Err() != nil || !strings.Contains(err.Error(), "in use") {
			return s, err
		}
	}
}

func serveCommand(o Options, program string, port int) []string {
	argv := []string{program, "serve", "--host", "127.0.0.1", "--port", strconv.Itoa(port)}
	if o.File != "" {
		argv = append(argv, "--db-path", o.File)
	}
	return argv
}

// newDynoxide waits until the process answers. One that does not is ended.
func newDynoxide(ctx context.Context, o Options, c *child, d dialer, port int) (*Server, error) {
	transport := &http.Transport{DialContext: d.dial, MaxIdleConnsPerHost: 64}
	stop := once(func() error {
		transport.CloseIdleConnections()
		return c.stop()
	})
	if err := awaitAnswer(ctx, c, transport, port); err != nil {
		if failure := (storage{o.File}).failure(c.output()); failure != nil {
			err = failure
		}
		return nil, errors.Join(err, stop())
	}
	return &Server{
		Name: dynoxide, Version: dynoxideVersion, Handler: passOn(transport, storage{o.File}), stop: stop,
	}, nil
}

// dialer connects to a server.
type dialer struct{ network, address string }

func (d dialer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var n net.Dialer
	return n.DialContext(ctx, d.network, d.address)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// awaitAnswer waits until the child itself answers. Another process may have taken
// the port and answer in its place.
func awaitAnswer(ctx context.Context, c *child, transport http.RoundTripper, port int) error {
	if err := c.awaitText(ctx, "listening on http://127.0.0.1:"+strconv.Itoa(port)); err != nil {
		return err
	}
	err := ask(ctx, transport)
	if err != nil && !c.running() {
		return fmt.Errorf("it ended at once: %s", c.output())
	}
	return err
}

// host is what requests to a server name; there is no such host.
const host = "dynamodb.localhost"

// ask wants the server's own sign of life.
func ask(ctx context.Context, transport http.RoundTripper) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host, nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Dynoxide-Version") != dynoxideVersion {
		return fmt.Errorf("its port is answered by another server (%s)", response.Status)
	}
	return nil
}

// passOn is a proxy that changes nothing of a request: it was signed as it is.
func passOn(transport http.RoundTripper, s storage) http.Handler {
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", host
			r.Out.Host = r.In.Host
		},
		ModifyResponse: s.check,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			// SDKs retry an InternalServerError, as they would for DynamoDB itself.
			writeError(w, http.StatusInternalServerError, "InternalServerError", "the local DynamoDB does not answer: "+err.Error())
		},
	}
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.Write(errorBody(code, message)) // an error means that the caller has hung up
}

// errorBody is an error as DynamoDB writes it.
func errorBody(code, message string) []byte {
	body, err := exactjson.Marshal(map[string]string{"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": message})
	if err != nil {
		return []byte("{}") // two strings are always JSON
	}
	return body
}
