//go:build unix

package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestRunShowsTheEndOfTheOutput(t *testing.T) {
	_, err := run(t.Context(), "", nil, "sh", "-c", `for i in $(seq 100); do echo line $i; done; echo reason >&2; exit 3`)
	if err == nil {
		t.Fatal("exit status 3 is no error")
	}
	text := err.Error()
	for _, want := range []string{"exit status 3", "line 100", "reason"} {
		if !strings.Contains(text, want) {
			t.Errorf("the error lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "line 70\n") {
		t.Errorf("the error has more than the last lines:\n%s", text)
	}
}

func TestRunOfAMissingCommand(t *testing.T) {
	_, err := run(t.Context(), "", nil, "no-such-command-anywhere")
	if !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("error %v, want one that is exec.ErrNotFound", err)
	}
}

func TestRunPassesNoCredentials(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	output, err := run(t.Context(), "", []string{"GOOS=linux"}, "env")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(output, "secret") || !strings.Contains(output, "GOOS=linux") {
		t.Errorf("the environment has a secret, or lacks GOOS:\n%s", output)
	}
}

func TestRunWithoutNetworkIsOneSentence(t *testing.T) {
	_, err := run(t.Context(), "", nil, "sh", "-c", `echo "npm error code ENOTFOUND
npm error network request to http://nowhere.invalid/x failed, reason: getaddrinfo ENOTFOUND nowhere.invalid
npm error network This is a problem related to network connectivity." >&2; exit 1`)
	const want = "sh cannot reach its registry: getaddrinfo ENOTFOUND nowhere.invalid"
	if err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

// family is a command that starts a child and a grandchild, writes their process
// ids to a file, and waits for ever.
func family(pids string) []string {
	return []string{"sh", "-c", fmt.Sprintf(`sh -c 'sleep 1000 & echo $! >>%[1]s.tmp; wait' & echo $! >>%[1]s.tmp; echo $$ >>%[1]s.tmp
		while [ "$(wc -l <%[1]s.tmp)" -lt 3 ]; do :; done; mv %[1]s.tmp %[1]s; wait`, pids)}
}

// readPIDs waits for the file that family writes.
func readPIDs(t *testing.T, path string) []int {
	t.Helper()
	var data []byte
	eventually(t, "the family is born", func() bool {
		var err error
		data, err = os.ReadFile(path)
		return err == nil
	})
	var pids []int
	for _, word := range bytes.Fields(data) {
		pid, err := strconv.Atoi(string(word))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// alive says whether a process runs. One that ended and has not been waited
// for, as in a container without an init process, does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist) || !exists("/proc/self/stat")
	}
	_, after, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(after, []byte("Z"))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func wantAllDead(t *testing.T, pids []int) {
	t.Helper()
	if len(pids) != 3 {
		t.Fatalf("the family has %d members, want 3", len(pids))
	}
	for _, pid := range pids {
		eventually(t, fmt.Sprintf("the end of process %d", pid), func() bool { return !alive(pid) })
	}
}

func TestCancelKillsGrandchildren(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pids")
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("interrupted by the user")
	done := make(chan error)
	go func() {
		_, err := run(ctx, "", nil, family(path)...)
		done <- err
	}()
	pids := readPIDs(t, path)
	cancel(why)
	if err := <-done; !errors.Is(err, why) {
		t.Errorf("error %v, want one that is %v", err, why)
	}
	wantAllDead(t, pids)
}

func TestWhatACommandLeavesRunningIsKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	if _, err := run(t.Context(), "", nil, "sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $! >"+path); err != nil {
		t.Fatal(err)
	}
	for _, pid := range readPIDs(t, path) {
		eventually(t, "the end of what was left", func() bool { return !alive(pid) })
	}
}

const familyVariable = "ARTIFACT_TEST_FAMILY"

// TestMain plays the program that is killed in TestKilledParentLeavesNobody.
func TestMain(m *testing.M) {
	if path := os.Getenv(familyVariable); path != "" {
		_, err := run(context.Background(), "", nil, family(path)...)
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestKilledParentLeavesNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pids")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), familyVariable+"="+path)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	pids := readPIDs(t, path)
	if err := parent.Process.Kill(); err != nil { // SIGKILL: nothing of ours runs any more
		t.Fatal(err)
	}
	parent.Wait()
	wantAllDead(t, pids)
}
