//go:build linux || darwin

package sandbox_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// clientVariable makes the test binary a runtime client instead: one that
// misbehaves as the variable says.
const clientVariable = "SANDBOX_TEST_CLIENT"

func TestMain(m *testing.M) {
	if script := os.Getenv(clientVariable); script == "aws-lambda-go" {
		official()
	} else if script != "" {
		(&client{api: os.Getenv("AWS_LAMBDA_RUNTIME_API")}).run(script)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// client is a runtime client in one small file: HTTP over one connection.
type client struct {
	api  string
	conn net.Conn
	r    *bufio.Reader
	// patient asks again for an event that it is refused.
	patient bool
}

func (c *client) do(method, path, body string, header ...string) *http.Response {
	if c.conn == nil {
		conn, err := net.Dial("tcp", c.api)
		check(err)
		c.conn, c.r = conn, bufio.NewReader(conn)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", method, path, c.api, len(body))
	for i := 0; i+1 < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	b.WriteString("\r\n" + body)
	_, err := c.conn.Write(b.Bytes())
	check(err)
	response, err := http.ReadResponse(c.r, nil)
	check(err)
	content, err := io.ReadAll(response.Body)
	check(err)
	response.Body = io.NopCloser(bytes.NewReader(content))
	return response
}

const base = "/2018-06-01/runtime"

func (c *client) next() (id string, event []byte, header http.Header) {
	response := c.do("GET", base+"/invocation/next", "")
	for c.patient && response.StatusCode == 403 { // the server has not seen the end of the other connection yet
		time.Sleep(time.Millisecond)
		response = c.do("GET", base+"/invocation/next", "")
	}
	if response.StatusCode != 200 {
		check(fmt.Errorf("next: %s", response.Status))
	}
	event, _ = io.ReadAll(response.Body)
	return response.Header.Get("Lambda-Runtime-Aws-Request-Id"), event, response.Header
}

func (c *client) respond(id, body string) *http.Response {
	return c.do("POST", base+"/invocation/"+id+"/response", body, "Content-Type", "application/json")
}

func check(err error) {
	if err != nil {
		fmt.Println("client:", err)
		os.Exit(3)
	}
}

// text is a response's status and body.
func text(r *http.Response) string {
	b, _ := io.ReadAll(r.Body)
	return fmt.Sprintf("%d %s", r.StatusCode, bytes.TrimSpace(b))
}

// run plays a script; its name may carry an argument after a colon.
func (c *client) run(script string) {
	name, argument, _ := strings.Cut(script, ":")
	switch name { // before the first event
	case "ready": // of a bare start
		fmt.Println("ready")
		for {
			time.Sleep(time.Hour)
		}
	case "init-exit":
		fmt.Println("about to exit")
		code, _ := strconv.Atoi(argument)
		os.Exit(code)
	case "init-error":
		fmt.Println("cannot load")
		c.do("POST", base+"/init/error", `{"errorType":"Error","errorMessage":"no module"}`,
			"Content-Type", "application/json", "Lambda-Runtime-Function-Error-Type", "Runtime.ImportModuleError")
		os.Exit(1)
	case "init-error-stays":
		c.do("POST", base+"/init/error", `{"errorMessage":"stays"}`)
		for {
			time.Sleep(time.Hour)
		}
	case "init-hang":
		fmt.Println("hanging")
		for {
			time.Sleep(time.Hour)
		}
	case "init-once": // fails the first time only
		if _, err := os.Stat(argument); err != nil {
			check(os.WriteFile(argument, nil, 0o600))
			os.Exit(1)
		}
	case "init-then-hang": // fails the first time, and hangs the second
		if _, err := os.Stat(argument); err != nil {
			check(os.WriteFile(argument, nil, 0o600))
			os.Exit(1)
		}
		for {
			time.Sleep(time.Hour)
		}
	case "init-garbage":
		conn, err := net.Dial("tcp", c.api)
		check(err)
		fmt.Fprint(conn, "\x00\x01garbage\r\n\r\n")
		io.Copy(io.Discard, conn)
	case "sigterm":
		fmt.Println(text(c.do("POST", "/2020-01-01/extension/register", `{"events":[]}`, "Lambda-Extension-Name", "test")))
		term := make(chan os.Signal, 1)
		signal.Notify(term, syscall.SIGTERM)
		go func() {
			<-term
			fmt.Println("terminated gracefully")
			os.Exit(0)
		}()
	case "grandchild":
		orphan(argument)
	}
	for n := 1; ; n++ {
		id, event, header := c.next()
		switch name {
		case "hang":
			fmt.Println("hanging")
			for {
				time.Sleep(time.Hour)
			}
		case "exit":
			code, _ := strconv.Atoi(argument)
			os.Exit(code)
		case "kill":
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case "error":
			c.do("POST", base+"/invocation/"+id+"/error", `{"errorMessage":"handler threw","errorType":"Oops"}`, "Content-Type", "application/json",
				"Lambda-Runtime-Function-XRay-Error-Cause", strings.Repeat("x", 1<<20))
			continue
		case "error-exit":
			c.do("POST", base+"/invocation/"+id+"/error", `{"errorMessage":"panic"}`)
			os.Exit(2)
		case "respond-exit":
			c.respond(id, `"done"`)
			os.Exit(0)
		case "respond-hang":
			c.respond(id, `"done"`)
			for {
				time.Sleep(time.Hour)
			}
		case "print":
			size, _ := strconv.Atoi(argument)
			line := strings.Repeat("x", 99) + "\n"
			for range size / len(line) {
				io.WriteString(os.Stdout, line)
			}
		case "print-one-line":
			size, _ := strconv.Atoi(argument)
			io.WriteString(os.Stderr, strings.Repeat("y", size))
		case "large":
			size, _ := strconv.Atoi(argument)
			fmt.Println(text(c.respond(id, strings.Repeat("z", size))))
			continue
		case "large-exit":
			size, _ := strconv.Atoi(argument)
			fmt.Println(text(c.respond(id, strings.Repeat("z", size))))
			os.Exit(1)
		case "garbage":
			c.respond(id, "\x00\xffnot JSON, {\"errorType\": \"x\"}")
			continue
		case "drop": // closes the connection, and asks for the next event on another
			c.conn.Close()
			c.conn = nil
			fmt.Println(text(c.do("GET", base+"/invocation/next", "")))
			c.respond(id, `"after 403"`)
			continue
		case "reconnect": // asks for the next event on one connection, then on another
			c.respond(id, `"reconnecting"`)
			first := *c
			fmt.Fprintf(first.conn, "GET %s/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", base, c.api)
			second, err := net.Dial("tcp", c.api)
			check(err)
			fmt.Fprintf(second, "GET %s/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", base, c.api)
			// Which request comes last is the server's to see; that one gets the event.
			c.conn, c.r = second, bufio.NewReader(second)
			event, err := http.ReadResponse(c.r, nil)
			if err != nil || event.StatusCode != 200 {
				*c = first
				event, err = http.ReadResponse(c.r, nil)
				check(err)
			}
			_, err = io.ReadAll(event.Body)
			check(err)
			id = event.Header.Get("Lambda-Runtime-Aws-Request-Id")
			c.respond(id, `"reconnected"`)
			continue
		case "close-mid-body":
			fmt.Fprintf(c.conn, "POST %s/invocation/%s/response HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{", base, id, c.api)
			c.conn.Close()
			c.conn, c.patient = nil, true
			continue
		case "foreign":
			fmt.Println(text(c.respond("00000000-0000-0000-0000-000000000000", `"foreign"`)))
		case "twice":
			fmt.Println(text(c.respond(id, `"first"`)))
			fmt.Println(text(c.respond(id, `"second"`)))
			continue
		case "routes":
			for _, r := range []struct{ method, path string }{
				{"GET", "/2018-06-01/ping"},
				{"GET", base + "/invocation/next"},
				{"POST", base + "/init/error"},
				{"GET", base + "/restore/next"},
				{"PUT", "/2020-08-15/logs"},
				{"PUT", "/2022-07-01/telemetry"},
				{"POST", "/2020-01-01/extension/init/error"},
				{"GET", base + "/nowhere"},
				{"GET", base + "/invocation/x/response"},
			} {
				fmt.Println(r.method, r.path, text(c.do(r.method, r.path, "")))
			}
			fmt.Println("mode", text(c.do("POST", base+"/invocation/"+id+"/response", "x", "Lambda-Runtime-Function-Response-Mode", "wild")))
		case "stream":
			c.stream(id, argument == "error")
			continue
		case "environ":
			b, err := json.Marshal(os.Environ())
			check(err)
			c.respond(id, string(b))
			continue
		case "header":
			b, err := json.Marshal(header)
			check(err)
			c.respond(id, string(b))
			continue
		case "cpu":
			for start := cpuTime(); cpuTime()-start < 50*time.Millisecond; {
			}
		case "memory":
			size, _ := strconv.Atoi(argument)
			block := make([]byte, size<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			fmt.Println(len(block))
		case "background": // prints all the time, also between invocations
			if n == 1 {
				go func() {
					for i := 0; ; i++ {
						fmt.Println("tick", i)
						time.Sleep(time.Millisecond)
					}
				}()
			}
		case "fork-in-handler":
			orphan(argument)
		case "lines":
			fmt.Println("to stdout")
			fmt.Fprintln(os.Stderr, "to stderr")
			fmt.Print("no newline")
		}
		c.respond(id, string(event))
	}
}

func (c *client) stream(id string, fail bool) {
	fmt.Fprintf(c.conn, "POST %s/invocation/%s/response HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n"+
		"Content-Type: application/vnd.awslambda.http-integration-response\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"+
		"Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n", base, id, c.api)
	for _, part := range []string{"one ", "two ", "three"} {
		fmt.Fprintf(c.conn, "%x\r\n%s\r\n", len(part), part)
	}
	fmt.Fprint(c.conn, "0\r\n")
	if fail { // {"errorMessage":"late"}
		fmt.Fprint(c.conn, "Lambda-Runtime-Function-Error-Type: Runtime.Late\r\nLambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJsYXRlIn0=\r\n")
	}
	fmt.Fprint(c.conn, "\r\n")
	_, err := http.ReadResponse(c.r, nil)
	check(err)
	io.CopyN(io.Discard, c.r, int64(len("{\"status\":\"OK\"}\n")))
}

// orphan starts a process that leaves the process group and the session, and
// whose parent ends: its environment is the only trace of it.
func orphan(tag string) {
	cmd := exec.Command("/bin/sh", "-c", "sleep 1000 &")
	cmd.Env = []string{"PATH=/bin:/usr/bin", "ORPHAN=" + tag}
	cmd.Stdout = os.Stdout // keeps the pipe open, too
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	check(cmd.Run())
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
