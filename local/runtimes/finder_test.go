//go:build unix

package runtimes

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCancelIsNotMissing ends a registry's client that hangs, with what it has started, and does not take that for an answer.
func TestCancelIsNotMissing(t *testing.T) {
	m := newMachine(t)
	alive := filepath.Join(m.shelf, "alive")
	m.script("npm", `/bin/sleep 1000 & echo $! >'`+alive+`.new'; /bin/mv '`+alive+`.new' '`+alive+`'; wait`)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if _, err := os.Stat(alive); err == nil {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	finder := m.finder()
	_, err := finder.Find(ctx, "nodejs22.x", host(t))
	if !errors.Is(err, context.Canceled) || errors.As(err, new(*MissingError)) {
		t.Errorf("got %v, want the context's error alone", err)
	}
	pid, err := os.ReadFile(alive)
	if err != nil {
		t.Fatal(err)
	}
	if !gone(strings.TrimSpace(string(pid))) {
		t.Errorf("process %s, which npm started, is still there", pid)
	}

	m.npm()
	m.stockNode("22", "22.99.1")
	if _, err := finder.Find(t.Context(), "nodejs22.x", host(t)); err != nil {
		t.Errorf("the finder does not try again: %v", err)
	}
}

// TestFailedFetchIsNotTriedAgain asks for runtimes again and again that cannot be fetched.
func TestFailedFetchIsNotTriedAgain(t *testing.T) {
	tests := []struct {
		name, said string
		calls      int
	}{
		{"not in the registry", "npm error 404", 2},
		{"the registry is out of reach", "npm error network request to http://nowhere.invalid/x failed, reason: getaddrinfo ENOTFOUND nowhere.invalid", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := newMachine(t)
			m.script("npm", `echo "npm $*" >>'`+m.calls+`'; echo "`+tt.said+`" >&2; exit 1`)
			m.pins.NPM[nodePackage(host(t))+"@18"] = npmPin{Version: "18.99.1"}
			finder := m.finder()
			for range 3 {
				for _, id := range []string{"nodejs18.x", "nodejs22.x"} {
					_, err := finder.Find(t.Context(), id, host(t))
					if missing, ok := errors.AsType[*MissingError](err); !ok || missing.Runtime != id {
						t.Errorf("%s: error is %v, want a *MissingError about it", id, err)
					}
				}
			}
			if got := m.called(); got != tt.calls {
				t.Errorf("npm was called %d times, want %d", got, tt.calls)
			}
		})
	}
}

func TestUnknownRuntime(t *testing.T) {
	for _, id := range []string{"", "ruby3.3", "nodejs", "nodejs23.x", "nodejs-22", "java8.al2", "../x", "java3.4"} {
		t.Run(id, func(t *testing.T) {
			m := newMachine(t)
			_, err := m.find(id)
			var missing *MissingError
			if !errors.As(err, &missing) || missing.Runtime != id || missing.Missing == "" {
				t.Errorf("got %v, want a *MissingError about %q", err, id)
			}
		})
	}
}

// gone waits until the process has ended. Another process reaps it, so one that is not reaped yet has ended too.
func gone(pid string) bool {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return false
	}
	for range 5000 {
		if syscall.Kill(n, 0) == syscall.ESRCH {
			return true
		}
		if status, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && strings.Contains(string(status), ") Z ") {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}
