package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
)

func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted by another here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	start := func(t *testing.T, url string, flags ...string) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		t.Cleanup(cancel)
		cmd := exec.CommandContext(ctx, self, with(flags, "-url", url, "-only", "esmodule", "-rate", "50", "-duration", "10m", "-format", "json")...)
		cmd.Env = append(os.Environ(), asMain+"=1")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd, &stdout, &stderr
	}
	// server also returns a channel that has a value after a request. A value of an earlier subtest's server
	// would let the interrupt come before the command handles it.
	server := func(t *testing.T, handle http.HandlerFunc) (url string, seen <-chan struct{}) {
		requests := make(chan struct{}, 1)
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case requests <- struct{}{}:
			default:
			}
			handle(w, r)
		}))
		t.Cleanup(s.Close)
		return s.URL, requests
	}

	t.Run("once: the report is complete", func(t *testing.T) {
		url, seen := server(t, func(w http.ResponseWriter, r *http.Request) {})
		cmd, stdout, stderr := start(t, url)
		<-seen
		<-seen
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		err := cmd.Wait()
		if r := conserved(t, stdout.String()); !r.Manifest.Interrupted || !r.Load.Interrupted || r.Load.Targets[0].Answered == 0 {
			t.Errorf("the manifest is %+v, the load test %+v", r.Manifest, r.Load)
		}
		if code := cmd.ProcessState.ExitCode(); code != commandline.OK && code != commandline.NotValid {
			t.Errorf("%v:\n%s", err, stderr)
		}
	})
	t.Run("once: a part cannot pass", func(t *testing.T) {
		url, seen := server(t, func(w http.ResponseWriter, r *http.Request) {})
		cmd, _, stderr := start(t, url, "-fail-if", "errors>0")
		<-seen
		<-seen
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // its code is what is asked
		if code := cmd.ProcessState.ExitCode(); code == commandline.OK || !strings.Contains(stderr.String(), "the run was interrupted") {
			t.Errorf("exit code %d:\n%s", code, stderr)
		}
	})
	t.Run("twice: it leaves", func(t *testing.T) {
		stop := make(chan struct{})
		url, seen := server(t, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		})
		t.Cleanup(func() { close(stop) }) // before the server is closed
		cmd, _, stderr := start(t, url, "-timeout", "30s")
		<-seen
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = cmd.Wait() // its code is what is asked
		}()
		for {
			select {
			case <-done:
				if code := cmd.ProcessState.ExitCode(); code != exitKilled {
					t.Errorf("exit code %d, want %d:\n%s", code, exitKilled, stderr)
				}
				return
			case <-time.After(50 * time.Millisecond):
				_ = cmd.Process.Signal(os.Interrupt) // it may have left already
			}
		}
	})
}
