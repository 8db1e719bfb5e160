package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

func TestTurns(t *testing.T) {
	want := []turn{{"a", 1}, {"b", 1}, {"b", 2}, {"a", 2}, {"a", 3}, {"b", 3}}
	if got := turns(3); !cmp.Equal(want, got, cmp.AllowUnexported(turn{})) {
		t.Errorf("the turns are %v, want %v", got, want)
	}
}

func TestSplitPair(t *testing.T) {
	for _, row := range []struct{ name, text, a, b string }{
		{"two URLs", "http://h/a,https://i/b", "http://h/a", "https://i/b"},
		{"with a space", "http://h/a, http://h/b", "http://h/a", "http://h/b"},
		{"commas within", "http://h/a?x=1,2,http://h/b,c", "http://h/a?x=1,2", "http://h/b,c"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, b, err := splitPair(row.text)
			if err != nil || a != row.a || b != row.b {
				t.Errorf("got %q, %q, %v; want %q and %q", a, b, err, row.a, row.b)
			}
		})
	}
}

// unequal is a server that is slow at /b. It counts the requests.
func unequal(t *testing.T) (url string, requests *atomic.Int64) {
	requests = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if strings.HasPrefix(r.URL.Path, "/b") {
			time.Sleep(500 * time.Millisecond)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

func TestAlternatingRuns(t *testing.T) {
	for _, row := range []struct {
		name, runs string
		word       verdict.Word
	}{
		{"enough for a word", "4", verdict.Faster},
		{"one of each", "1", verdict.Undecided},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			url, _ := unequal(t)
			out := filepath.Join(t.TempDir(), "turns")
			code, stdout, stderr := command(t, "-ab", url+"/a,"+url+"/b", "-runs", row.runs, "-rate", "40", "-duration", "250ms", "-out", out, "-format", "json", "-seed", "7")
			var p results.Pair
			if err := json.Unmarshal([]byte(stdout), &p); err != nil || code != commandline.OK {
				t.Fatalf("exit code %d, %v:\n%s%s", code, err, stdout, stderr)
			}
			if got := fmt.Sprint(len(p.After.Runs), len(p.Before.Runs)); got != row.runs+" "+row.runs || p.After.Runs[0].ID != "a1" || p.After.Runs[0].Manifest.Seed != p.Before.Runs[0].Manifest.Seed {
				t.Errorf("%s runs: %+v", got, p)
			}
			c := p.Targets[0].Comparison.Others[0]
			if p.Targets[0].Name != "b and a" || c.Percentile != 50 || c.Verdict != row.word {
				t.Errorf("%s: the median is judged %+v", p.Targets[0].Name, c)
			}
			if finds := c.FindsMs != nil && *c.FindsMs > 0; finds != (row.word == verdict.Faster) {
				t.Errorf("the difference that is found is %v", c.FindsMs)
			}
			dirs, err := filepath.Glob(filepath.Join(out, "[ab][0-9]", results.SummaryFile))
			if err != nil || len(dirs) != 2*len(p.After.Runs) {
				t.Errorf("run directories: %v, %v", dirs, err)
			}
		})
	}
}

func TestAlternatingRunsOfNothing(t *testing.T) {
	out := filepath.Join(t.TempDir(), "turns")
	code, _, stderr := command(t, "-ab", refusing(t)+","+refusing(t), "-rate", "40", "-duration", "250ms", "-out", out)
	if code != commandline.Nothing || strings.Count(stderr, "run 1 of 10") != 1 || strings.Contains(stderr, "run 2 of 10") {
		t.Errorf("exit code %d:\n%s", code, stderr)
	}
}

// An interrupt in the second run of b ends it. What is whole is compared.
func TestAlternatingRunsInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process can be interrupted by another here")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name  string
		after int64 // requests, of which a run makes 10
		want  string
	}{
		{"in the first run", 5, "interrupted"},
		{"in the second run", 15, "b1 was interrupted"},
		{"in the third run", 25, "a1 against b1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			reached := make(chan struct{})
			var n atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				if n.Add(1) == row.after {
					close(reached)
				}
			}))
			t.Cleanup(s.Close)
			cmd := exec.CommandContext(t.Context(), self, "-ab", s.URL+"/a,"+s.URL+"/b", "-rate", "5", "-duration", "2s", "-out", filepath.Join(t.TempDir(), "turns"))
			cmd.Env = append(os.Environ(), asMain+"=1")
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-reached
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v:\n%s", err, &stderr)
			}
			if !strings.Contains(stdout.String(), row.want) {
				t.Errorf("the output lacks %q:\n%s", row.want, &stdout)
			}
		})
	}
}
