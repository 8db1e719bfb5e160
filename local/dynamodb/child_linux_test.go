package dynamodb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"golang.org/x/sys/unix"
)

// parentVariable makes the test binary a parent that starts a child and waits to be killed.
const parentVariable = "DYNAMODB_TEST_PARENT"

// strangerVariable makes the test binary a stranger that asks the server behind a
// socket for its sign of life, and prints what it gets.
const strangerVariable = "DYNAMODB_TEST_STRANGER"

func TestMain(m *testing.M) {
	if address := os.Getenv(strangerVariable); address != "" {
		err := ask(context.Background(), &http.Transport{DialContext: dialer{"unix", address}.dial})
		fmt.Print(err)
		os.Exit(0)
	}
	if os.Getenv(parentVariable) != "" {
		c, err := startChild([]string{"sleep", "600"}, tied(), nil)
		if err != nil {
			panic(err)
		}
		os.Stdout.WriteString(strconv.Itoa(c.cmd.Process.Pid) + "\n")
		select {}
	}
	os.Exit(m.Run())
}

// A killed parent runs no deferred function, so the kernel has to end the child.
func TestChildDiesWithItsParent(t *testing.T) {
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), parentVariable+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid := strings.TrimSpace(line)
	if !alive(pid) {
		t.Fatalf("process %s does not run", pid)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	for deadline := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %s outlived its parent", pid)
		}
	}
}

// alive says whether a process runs; one that waits to be reaped does not.
func alive(pid string) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

// Nothing of the machine but this user reaches the server: no port, and no socket of
// another user.
func TestGate(t *testing.T) {
	program := dynoxideOrSkip(t)
	ctx := t.Context()
	c, d, err := startGated(ctx, serveCommand(Options{}, program, gatedPort))
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	t.Cleanup(func() { c.stop() })
	if err := awaitAnswer(ctx, c, &http.Transport{DialContext: d.dial}, gatedPort); err != nil {
		t.Fatal(err)
	}
	ours, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", c.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	processes := append(strings.Fields(string(children)), strconv.Itoa(c.cmd.Process.Pid))
	if len(processes) != 2 {
		t.Fatalf("the processes are %v, want the gate and the server", processes)
	}
	for _, pid := range processes {
		theirs, err := os.Readlink("/proc/" + pid + "/ns/net")
		if err != nil || theirs == ours {
			t.Errorf("process %s is in network namespace %s, %v; want another than %s", pid, theirs, err, ours)
		}
	}
	t.Run("another user", func(t *testing.T) {
		if os.Getuid() != 0 {
			t.Skip("SKIPPED, NOT TESTED: only root can become another user")
		}
		stranger := exec.CommandContext(ctx, "/proc/self/exe")
		stranger.Env = []string{strangerVariable + "=" + d.address}
		stranger.Dir = "/"
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := stranger.CombinedOutput()
		if err != nil {
			t.Skipf("SKIPPED, NOT TESTED: another user cannot run the test binary: %v", err)
		}
		if string(out) == "<nil>" {
			t.Error("another user was answered")
		}
	})
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	for _, pid := range processes {
		if alive(pid) {
			t.Errorf("process %s is left", pid)
		}
	}
}

// A disk that is full is an error with the names of the store and of the disk, which
// is not tried again after.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: no small disk can be mounted: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	var failed atomic.Int32
	file := filepath.Join(dir, "results.sqlite")
	s := startOrSkip(t, Options{File: file})
	create(t, s, results)
	next := s.Handler
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		if recorded.Code != http.StatusOK {
			failed.Add(1)
		}
		maps.Copy(w.Header(), recorded.Header())
		w.WriteHeader(recorded.Code)
		w.Write(recorded.Body.Bytes())
	})
	client := s.Client()
	for i := range 100 {
		in := item("a", strconv.Itoa(i), "data", strings.Repeat("x", 100_000))
		_, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &results.Name, Item: in})
		if err == nil {
			continue
		}
		e, ok := errors.AsType[smithy.APIError](err)
		if !ok || e.ErrorCode() != storageCode || !strings.Contains(e.ErrorMessage(), file) || !strings.Contains(e.ErrorMessage(), "disk is full") || !strings.Contains(e.ErrorMessage(), dynoxide) {
			t.Errorf("error %v, want %s with the file and the reason", err, storageCode)
		}
		if failed.Load() != 1 {
			t.Errorf("%d failures, want 1: it was tried again", failed.Load())
		}
		return
	}
	t.Error("10 MB went into 1 MB")
}
