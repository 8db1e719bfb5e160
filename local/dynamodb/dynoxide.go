package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

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

// startDynoxide starts the program on a free port. It takes no socket from us
// and does not tell which port it chose itself, so one is chosen for it.
func startDynoxide(ctx context.Context, o Options, program string) (*Server, error) {
	if o.File != "" {
		if err := os.MkdirAll(filepath.Dir(o.File), 0o755); err != nil {
			return nil, fmt.Errorf("start %s: make the folder of its tables: %w", dynoxide, err)
		}
	}
	var last error
	for range portTries {
		port, err := freePort()
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", dynoxide, err)
		}
		argv := []string{program, "serve", "--host", "127.0.0.1", "--port", strconv.Itoa(port)}
		if o.File != "" {
			argv = append(argv, "--db-path", o.File)
		}
		c, err := startChild(argv)
		if err != nil {
			return nil, fmt.Errorf("start %s: %w", dynoxide, err)
		}
		address := "http://127.0.0.1:" + strconv.Itoa(port)
		if last = awaitAnswer(ctx, address, c); last == nil {
			target := &url.URL{Scheme: "http", Host: "127.0.0.1:" + strconv.Itoa(port)}
			return &Server{
				URL: address, Name: dynoxide, Version: dynoxideVersion,
				Handler: passOn(target), stop: once(c.stop),
			}, nil
		}
		last = errors.Join(last, c.stop())
		if ctx.Err() != nil || !strings.Contains(last.Error(), "in use") {
			break
		}
	}
	return nil, fmt.Errorf("start %s: %w", dynoxide, last)
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
func awaitAnswer(ctx context.Context, address string, c *child) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("no answer within %s", startLimit))
	defer cancel()
	for {
		if c.said("listening on " + address) {
			err := ask(ctx, address)
			if err == nil {
				return nil
			}
			if ctx.Err() == nil && c.running() {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), c.output())
		case <-c.done:
			return fmt.Errorf("it ended at once: %s", c.output())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// ask wants the server's own sign of life.
func ask(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Dynoxide-Version") != dynoxideVersion {
		return fmt.Errorf("%s is answered by another server (%s)", address, response.Status)
	}
	return nil
}

// passOn is a proxy that changes nothing: the request was signed as it is.
func passOn(target *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
			r.Out.Host = r.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			// SDKs retry an InternalServerError, as they would for DynamoDB itself.
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":%q}`, "the local DynamoDB does not answer: "+err.Error())
		},
	}
}
