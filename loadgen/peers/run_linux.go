package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The server has the first CPU, the client the second.
const serverCPU, clientCPU = "0", "1"

// usage is what a client cost.
type usage struct {
	cpu      time.Duration // user and system
	rss      int64         // kB, the peak
	requests int64         // that the server saw
	output   []byte
}

func (u usage) perMillion() float64 { return u.cpu.Seconds() / float64(u.requests) * 1e6 }

// client runs a program on the client's CPU.
func (b *bench) client(program string, args []string) (usage, error) {
	cmd := exec.CommandContext(b.ctx, "taskset", append([]string{"-c", clientCPU, program}, args...)...)
	cmd.Env = append(os.Environ(), "ARTILLERY_DISABLE_TELEMETRY=true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil // ours: the run is not valid, which its output says, too
	}
	if err != nil {
		return usage{}, fmt.Errorf("%s %s: %w\n%.500s", filepath.Base(program), strings.Join(args, " "), err, stderr.String())
	}
	r := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return usage{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rss: r.Maxrss, output: out.Bytes()}, nil
}

// server is something under load.
type server interface {
	url() string
	// end stops it and says how many requests it has seen.
	end() (int64, error)
}

// target is c/target.c.
type target struct {
	cmd  *exec.Cmd
	port int
	out  bytes.Buffer
}

func (b *bench) target(args ...string) (*target, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	t := &target{port: port}
	t.cmd = exec.Command("taskset", append([]string{"-c", serverCPU, filepath.Join(b.dir, "target"), strconv.Itoa(port)}, args...)...)
	t.cmd.Stdout, t.cmd.Stderr = &t.out, os.Stderr
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	return t, await(port)
}

func (t *target) url() string { return "http://127.0.0.1:" + strconv.Itoa(t.port) }

func (t *target) end() (int64, error) {
	t.cmd.Process.Signal(syscall.SIGTERM)
	if err := t.cmd.Wait(); err != nil {
		return 0, fmt.Errorf("target: %w", err)
	}
	return strconv.ParseInt(strings.TrimSpace(t.out.String()), 10, 64)
}

// nginx serves TLS, and serves its count of requests on a second port.
type nginx struct {
	cmd          *exec.Cmd
	port, status int
	before       int64
}

var errNoTLS = errors.New("needs nginx and openssl")

func (b *bench) nginx() (*nginx, error) {
	if _, err := exec.LookPath("nginx"); err != nil {
		return nil, errNoTLS
	}
	certificate := filepath.Join(b.dir, "certificate.pem")
	if _, err := os.Stat(certificate); err != nil {
		err := exec.CommandContext(b.ctx, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
			"-keyout", filepath.Join(b.dir, "key.pem"), "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1").Run()
		if err != nil {
			return nil, errNoTLS
		}
	}
	n := &nginx{}
	var err error
	if n.port, err = freePort(); err != nil {
		return nil, err
	}
	if n.status, err = freePort(); err != nil {
		return nil, err
	}
	configuration := file(b.dir, "nginx.conf", fmt.Sprintf(`daemon off; worker_processes 1; pid nginx.pid; error_log error.log;
events { worker_connections 20000; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300s; default_type application/json;
  client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
  server { listen 127.0.0.1:%d; location / { stub_status; } }
  server {
    listen 127.0.0.1:%d ssl backlog=4096; ssl_certificate certificate.pem; ssl_certificate_key key.pem; ssl_session_cache shared:s:10m;
    location / { return 200 '{"ok":true}'; }
  }
}
`, n.status, n.port))
	n.cmd = exec.Command("taskset", "-c", serverCPU, "nginx", "-e", "error.log", "-p", b.dir, "-c", configuration)
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	if err := await(n.port); err != nil {
		return nil, err
	}
	n.before, err = n.requests()
	return n, err
}

func (n *nginx) url() string { return "https://127.0.0.1:" + strconv.Itoa(n.port) }

// requests is the third number of the third line of nginx's status.
func (n *nginx) requests() (int64, error) {
	response, err := http.Get("http://127.0.0.1:" + strconv.Itoa(n.status))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 3 || len(strings.Fields(lines[2])) != 3 {
		return 0, fmt.Errorf("nginx's status is %q", text)
	}
	return strconv.ParseInt(strings.Fields(lines[2])[2], 10, 64)
}

func (n *nginx) end() (int64, error) {
	after, err := n.requests()
	n.cmd.Process.Signal(syscall.SIGTERM)
	n.cmd.Wait()
	return after - n.before, err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// await returns when a server listens at the port.
func await(port int) error {
	for range 100 {
		c, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err == nil {
			return c.Close()
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("no server listens at port %d", port)
}

// server starts a fresh one.
func (b *bench) server(tls bool) (server, error) {
	if tls {
		return b.nginx()
	}
	return b.target()
}

// against runs a client against a fresh server.
func (b *bench) against(tls bool, program string, args func(url string) []string) (usage, error) {
	s, err := b.server(tls)
	if err != nil {
		return usage{}, err
	}
	u, err := b.client(program, args(s.url()))
	requests, ended := s.end()
	if err == nil {
		err = ended
	}
	if err == nil && requests == 0 {
		err = fmt.Errorf("%s sent no request", program)
	}
	u.requests = requests
	return u, err
}
