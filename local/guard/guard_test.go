//go:build linux

package guard

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The variables that make the test binary one of the processes of a test.
const (
	testMode = "GUARD_TEST_MODE" // go: a go command; namespace, tree: a guarded program
	testTag  = "GUARD_TEST_TAG"  // in the environment of every process of one test
	testFile = "GUARD_TEST_FILE" // where main writes which signals it got
)

func TestMain(m *testing.M) {
	switch os.Getenv(testMode) {
	case "go":
		cmd := exec.Command(os.Args[1])
		cmd.Env = append(os.Environ(), testMode+"="+os.Args[2])
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		signal.Notify(make(chan os.Signal, 9), syscall.SIGINT) // nothing comes of it, as with `go run`
		if err := cmd.Run(); err != nil {
			os.Exit(1)
		}
	case "namespace":
		run(guarded, namespaces())
	case "tree":
		run(guarded, nil)
	}
	os.Exit(m.Run())
}

// guarded is the main of the program under test. It starts a child, and an
// orphan in a session of its own, and drains when it is asked to end.
func guarded() int {
	signals := make(chan os.Signal, 10)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	orphan := exec.Command("/bin/sh", "-c", "sleep 1000 & sleep 1000 &")
	orphan.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := orphan.Run(); err != nil {
		fmt.Println(err)
		return 1
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", os.Getpid())); err != nil {
		fmt.Println("/proc is not ours:", err)
		return 1
	}
	if os.Getenv(roleVariable) != "" {
		fmt.Println("the role is inherited")
		return 1
	}
	fmt.Println("ready")
	asked := make(chan int)
	go func() {
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		if status, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			asked <- status
		}
	}()
	var got []string
	select {
	case status := <-asked:
		return status
	case s := <-signals:
		got = append(got, s.String())
	}
	for late := time.After(4 * together); ; {
		select {
		case s := <-signals:
			got = append(got, s.String())
		case <-late:
			if err := os.WriteFile(os.Getenv(testFile), []byte(strings.Join(got, ",")), 0o600); err != nil {
				fmt.Println(err)
				return 1
			}
			return 7
		}
	}
}

// program is a guarded program that runs.
type program struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	tag   string
	file  string
}

func start(t *testing.T, name string, mode string, args ...string) *program {
	t.Helper()
	p := &program{tag: fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano()), file: filepath.Join(t.TempDir(), "signals")}
	p.cmd = exec.Command(name, args...)
	p.cmd.Env = append(os.Environ(), testMode+"="+mode, testTag+"="+p.tag, testFile+"="+p.file, "GORACE=atexit_sleep_ms=0")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, pid := range p.processes() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		_ = p.cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the program says %q, %v", line, err)
	}
	return p
}

// processes are all that carry the program's tag.
func (p *program) processes() (pids []int) {
	paths, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range paths {
		if b, err := os.ReadFile(path); err == nil && slices.Contains(strings.Split(string(b), "\x00"), testTag+"="+p.tag) {
			if pid, err := strconv.Atoi(strings.Split(path, "/")[2]); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// member finds the guard, keeper or worker: each is this binary, and a child of
// the one before.
func (p *program) member(t *testing.T, role string) int {
	t.Helper()
	pid := p.cmd.Process.Pid
	generations := map[string]int{"guard": 0, "keeper": 1, "worker": 2}[role]
	if p.cmd.Path != os.Args[0] && role != "go" { // below a go command
		generations++
	}
	for range generations {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if err != nil || len(bytes.Fields(b)) == 0 { // started by another thread
			b = nil
			tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
			for _, path := range tasks {
				c, _ := os.ReadFile(path)
				b = append(b, c...)
			}
		}
		fields := bytes.Fields(b)
		if len(fields) == 0 {
			t.Fatalf("process %d has no child", pid)
		}
		if pid, err = strconv.Atoi(string(fields[0])); err != nil {
			t.Fatal(err)
		}
	}
	return pid
}

// settle waits until guard, keeper, worker, child and two orphans are all there.
func (p *program) settle(t *testing.T) {
	t.Helper()
	n := 0
	for range 1000 {
		if n = len(p.processes()); n >= 6 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%d processes run, want 6", n)
}

// gone waits until no process of the program is left.
func (p *program) gone(t *testing.T) {
	t.Helper()
	var left []int
	for range 1000 {
		if left = p.processes(); len(left) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, pid := range left {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		t.Errorf("process %d is left: %q", pid, b)
	}
	t.FailNow()
}

func modes(t *testing.T) []string {
	t.Helper()
	probe := exec.Command(os.Args[0])
	probe.Env = append(os.Environ(), testMode+"=namespace", roleVariable+"="+roleNamespace)
	ways := namespaces()
	probe.SysProcAttr = &ways[0].attr
	probe.SysProcAttr.Pdeathsig = 0
	if err := probe.Start(); err != nil {
		t.Logf("no PID namespace here (%v): the tree is tested only", err)
		return []string{"tree"}
	}
	_ = probe.Wait()
	return []string{"namespace", "tree"}
}

// TestNothingSurvives ends each of the processes in each way.
func TestNothingSurvives(t *testing.T) {
	fakeGo := filepath.Join(t.TempDir(), "go")
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fakeGo, self, 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		target string
		signal syscall.Signal
		got    string // by the worker; empty: it was killed
	}{
		{"guard", syscall.SIGKILL, ""},
		{"guard", syscall.SIGTERM, "terminated"},
		{"guard", syscall.SIGINT, "interrupt"},
		{"keeper", syscall.SIGKILL, ""},
		{"keeper", syscall.SIGTERM, "terminated"},
		{"keeper", syscall.SIGINT, "interrupt"},
		{"worker", syscall.SIGKILL, ""},
		{"worker", syscall.SIGTERM, "terminated"},
		{"worker", syscall.SIGINT, "interrupt"},
		{"group", syscall.SIGKILL, ""},
		{"group", syscall.SIGTERM, "terminated"},
		{"group", syscall.SIGINT, "interrupt"}, // Ctrl-C
		{"go", syscall.SIGKILL, "terminated"},
		{"go", syscall.SIGTERM, "terminated"},
		{"group below go", syscall.SIGINT, "interrupt"},
	}
	for _, mode := range modes(t) {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s/%s/%s", mode, tt.target, tt.signal), func(t *testing.T) {
				if mode == "tree" && tt.target == "group" && tt.signal == syscall.SIGKILL {
					t.Skip("nothing is left to clean up: see the package's documentation")
				}
				t.Parallel()
				var p *program
				if strings.HasSuffix(tt.target, "go") {
					p = start(t, fakeGo, "go", os.Args[0], mode)
				} else {
					p = start(t, os.Args[0], mode)
				}
				p.settle(t)
				pid := -p.cmd.Process.Pid
				if !strings.HasPrefix(tt.target, "group") {
					pid = p.member(t, tt.target)
				}
				if err := syscall.Kill(pid, tt.signal); err != nil {
					t.Fatal(err)
				}
				p.gone(t)
				err := p.cmd.Wait()
				got, rerr := os.ReadFile(p.file)
				if (rerr == nil) != (tt.got != "") || string(got) != tt.got {
					t.Errorf("the worker got %q, want %q once", got, tt.got)
				}
				if tt.got != "" && !strings.HasSuffix(tt.target, "go") && p.cmd.ProcessState.ExitCode() != 7 {
					t.Errorf("the exit status is %v, want main's 7", err)
				}
			})
		}
	}
}

// TestExitStatus passes it on, and takes what is left along.
func TestExitStatus(t *testing.T) {
	for _, mode := range modes(t) {
		for _, want := range []int{0, 1, 42} {
			t.Run(fmt.Sprintf("%s/%d", mode, want), func(t *testing.T) {
				t.Parallel()
				p := start(t, os.Args[0], mode)
				fmt.Fprintln(p.stdin, want)
				p.gone(t)
				_ = p.cmd.Wait()
				if got := p.cmd.ProcessState.ExitCode(); got != want {
					t.Errorf("exit status is %d, want %d", got, want)
				}
			})
		}
	}
}
