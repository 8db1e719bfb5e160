package cpumeter

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	for _, row := range []struct {
		name, text string
		processors int
		idle       time.Duration
		fails      bool
	}{
		{"two processors", "cpu  10 0 10 300 20 0 0 5 0 0\ncpu0 5 0 5 150 10 0 0 2 0 0\ncpu1 5 0 5 150 10 0 0 3 0 0\nintr 1 2\n", 2, 3200 * time.Millisecond, false},
		{"an old kernel", "cpu 1 2 3 4 5\ncpu0 1 2 3 4 5\n", 1, 90 * time.Millisecond, false},
		{"too short", "cpu 1 2 3\ncpu0 1 2 3\n", 0, 0, true},
		{"no number", "cpu 1 2 3 x 5\ncpu0 1 2 3 x 5\n", 0, 0, true},
		{"below zero", "cpu 1 2 3 -4 5\ncpu0 1 2 3 4 5\n", 0, 0, true},
		{"empty", "", 0, 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			processors, idle, err := parseStat([]byte(row.text))
			if (err != nil) != row.fails || !row.fails && (processors != row.processors || idle != row.idle) {
				t.Errorf("%d, %v, %v", processors, idle, err)
			}
		})
	}
}

func TestHeld(t *testing.T) {
	for _, row := range []struct {
		name, file, text string
		want             time.Duration
	}{
		{"version 2", "cpu.stat", "usage_usec 5\nnr_throttled 2\nthrottled_usec 1500\n", 1500 * time.Microsecond},
		{"version 2 without a limit", "cpu.stat", "usage_usec 5\n", 0},
		{"version 1", "cpu/cpu.stat", "nr_periods 3\nthrottled_time 2000000\n", 2 * time.Millisecond},
		{"no number", "cpu.stat", "throttled_usec x\n", 0},
		{"no cgroups", "other", "", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), row.file)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(row.text), 0o600); err != nil {
				t.Fatal(err)
			}
			mount := path[:len(path)-len(row.file)-1]
			if got := held(mount); got != row.want {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}

func TestParseProcess(t *testing.T) {
	const line = "42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 100 50 30 20 20 0 1 0 12345\n"
	p, err := parseProcess([]byte(line))
	if err != nil || p.parent != 7 || p.used != 2*time.Second {
		t.Errorf("%+v, %v; want parent 7 and 2 s", p, err)
	}
	for _, text := range []string{"", "42 (a)", "42 (a) S x 42 42 0 -1 4194560 1 2 3 4 100 50 30 20 20 0", "42 (a) S 7 42 42 0 -1 4194560 1 2 3 4 100 50 30 x 20 0"} {
		if p, err := parseProcess([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, p)
		}
	}
}

func TestBelow(t *testing.T) {
	all := []process{{pid: 30, parent: 20}, {pid: 20, parent: 10}, {pid: 11, parent: 1}, {pid: 21, parent: 10}, {pid: 31, parent: 11}}
	var pids []int
	for _, p := range below(all, 10) {
		pids = append(pids, p.pid)
	}
	slices.Sort(pids)
	if !slices.Equal(pids, []int{20, 21, 30}) {
		t.Errorf("below 10: %v, want 20, 21 and 30", pids)
	}
}

// What a child uses is our own, while it lives and after it has ended.
func TestChildrenAreOurOwn(t *testing.T) {
	before, err := own()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read line")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	living, err := own()
	if err != nil {
		t.Fatal(err)
	}
	in.Close()
	_ = child.Wait() // read has failed
	ended, err := own()
	if err != nil {
		t.Fatal(err)
	}
	used := child.ProcessState.UserTime() + child.ProcessState.SystemTime()
	const rounding = 4 * tick // each of a process's times is rounded down
	if living-before < used-rounding {
		t.Errorf("while the child lived, %v of its %v were our own", living-before, used)
	}
	if ended-before < used {
		t.Errorf("after the child had ended, %v of its %v were our own", ended-before, used)
	}
}

// The parsers read files of the kernel; they must not panic on any bytes.
func FuzzParse(f *testing.F) {
	for _, path := range []string{"/proc/stat", "/proc/self/stat"} {
		if text, err := os.ReadFile(path); err == nil {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if processors, idle, err := parseStat(text); err == nil && (processors <= 0 || idle < 0) {
			t.Errorf("%d processors, idle for %v", processors, idle)
		}
		if p, err := parseProcess(text); err == nil && p.used < 0 {
			t.Errorf("used %v", p.used)
		}
	})
}
