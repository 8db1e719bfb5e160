//go:build unix

package runtimes

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// platform is a Runtime API with a script: it hands out its events one after
// the other and notes what the runtime client says. It is only as much of
// the platform as it takes to see that a client works; package sandbox has all of it.
type platform struct {
	events []event
	said   chan message // one for each answer, one for an error of the init phase, one for the end of the process
}

type event struct {
	payload       string
	clientContext string
}

// message is what the platform hears of the runtime.
type message struct {
	kind   string // next, response, error, init/error or exit
	body   string // or the exit status
	header http.Header
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/2018-06-01/runtime/")
	kind := path[strings.LastIndex(path, "/")+1:]
	if path == "init/error" {
		kind = path
	}
	if kind != "next" {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the runtime ended in the middle of it
		}
		p.said <- message{kind, string(body), r.Header}
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintln(w, `{"status":"OK"}`)
		return
	}
	p.said <- message{kind: "next"}
	if len(p.events) == 0 {
		<-r.Context().Done()
		return
	}
	e := p.events[0]
	p.events = p.events[1:]
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Lambda-Runtime-Aws-Request-Id", fmt.Sprintf("00000000-0000-4000-8000-%012d", len(p.events)))
	header.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:f")
	if e.clientContext != "" {
		header.Set("Lambda-Runtime-Client-Context", e.clientContext)
	}
	if len(p.events)%2 == 0 { // else a large one comes in chunks
		header.Set("Content-Length", strconv.Itoa(len(e.payload)))
	}
	io.WriteString(w, e.payload)
}

// play starts the function in taskRoot on the runtime and returns what the
// platform hears, until it has heard until. The process is gone afterwards.
func play(t *testing.T, r Runtime, taskRoot, handler string, until string, events ...event) []message {
	t.Helper()
	p := &platform{events: events, said: make(chan message, 100)}
	server := httptest.NewServer(p)
	defer server.Close()

	// This is the environment that a sandbox would make, as far as the clients need it.
	argv, variables := r.Launch(taskRoot, handler, 512)
	env := []string{
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(server.URL, "http://"),
		"AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "AWS_LAMBDA_LOG_GROUP_NAME=g", "AWS_LAMBDA_LOG_STREAM_NAME=s",
		"AWS_REGION=eu-west-1", "LAMBDA_TASK_ROOT=" + taskRoot, "_HANDLER=" + handler, "TZ=:UTC", "LANG=en_US.UTF-8",
	}
	if r.Interpreter != "" {
		env = append(env, "AWS_EXECUTION_ENV=AWS_Lambda_"+r.ID)
	}
	for name, value := range variables {
		env = append(env, name+"="+value)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = taskRoot, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	cmd.Stdout, cmd.Stderr = output, output
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		p.said <- message{kind: "exit", body: fmt.Sprint(cmd.ProcessState.ExitCode())}
		close(ended)
	}()
	defer func() {
		cancel()
		<-ended
		if t.Failed() {
			printed, _ := os.ReadFile(output.Name())
			t.Logf("%s printed:\n%s", strings.Join(argv, " "), printed)
		}
	}()

	ready := false
	var heard []message
	for {
		m := <-p.said
		if m.kind == "next" {
			if !ready {
				t.Logf("%s %s: init %.0f ms", r.ID, r.Version, float64(time.Since(start).Microseconds())/1000)
			}
			ready = true
			continue
		}
		heard = append(heard, m)
		if m.kind == until {
			if until != "response" || len(heard) == len(events) {
				return heard
			}
		}
		if m.kind == "exit" {
			t.Fatalf("the process ended with status %s before there was %q; heard %v", m.body, until, heard)
		}
	}
}

func bodies(heard []message) []string {
	var all []string
	for _, m := range heard {
		all = append(all, m.kind+" "+strings.TrimSpace(m.body))
	}
	return all
}
