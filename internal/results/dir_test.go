package results_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

func createDir(t *testing.T) *results.Dir {
	t.Helper()
	d, err := results.CreateDir(filepath.Join(t.TempDir(), "out", "run"), results.Manifest{Tool: "local", Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Finish(results.Manifest{}); err != nil {
			t.Error(err)
		}
	})
	return d
}

// read returns the samples' keys and the lines that could not be read.
func read(t *testing.T, path string) (r *results.Recorded, keys []string, bad []int) {
	t.Helper()
	r, err := results.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for s, err := range r.Samples() {
		var line *results.LineError
		switch {
		case errors.As(err, &line):
			bad = append(bad, line.Line)
		case err != nil:
			t.Fatal(err)
		default:
			keys = append(keys, s.Key())
		}
	}
	return r, keys, bad
}

func TestDirIsReadableAtAnyMoment(t *testing.T) {
	d := createDir(t)
	a, b := resultstest.Sample("run", 1), resultstest.Sample("run", 2)
	r, keys, _ := read(t, d.Path())
	if r.Manifest.Seed != 7 || len(keys) != 0 {
		t.Errorf("a fresh run has seed %d and samples %v, want 7 and none", r.Manifest.Seed, keys)
	}
	for _, s := range []results.Sample{a, b} {
		if err := d.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if _, keys, _ = read(t, d.Path()); !slices.Equal(keys, []string{a.Key(), b.Key()}) {
		t.Errorf("samples before the end of the run are %v", keys)
	}
	if err := d.Finish(results.Manifest{Tool: "local", Seed: 7, Interrupted: true}); err != nil {
		t.Fatal(err)
	}
	if r, _, _ = read(t, d.Path()); !r.Manifest.Interrupted {
		t.Error("the last manifest is not there")
	}
	if err := d.Append(a); err == nil {
		t.Error("appending to a finished run gave no error")
	}
}

func TestDirKeepsARunThatIsThere(t *testing.T) {
	d := createDir(t)
	if _, err := results.CreateDir(d.Path(), results.Manifest{}); err == nil || !strings.Contains(err.Error(), "holds a run already") {
		t.Errorf("error is %v", err)
	}
}

func TestReadTornAndBrokenLines(t *testing.T) {
	line := func(i int) string {
		data, err := json.Marshal(resultstest.Sample("run", i))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	key := func(i int) string { return resultstest.Sample("run", i).Key() }
	for _, test := range []struct {
		name  string
		lines string
		keys  []string
		bad   []int
		torn  int
	}{
		{"whole lines", line(1) + "\n" + line(2) + "\n", []string{key(1), key(2)}, nil, 0},
		{"killed within a line", line(1) + "\n" + line(2)[:40], []string{key(1)}, nil, 1},
		{"killed before the newline", line(1) + "\n" + line(2), []string{key(1), key(2)}, nil, 0},
		{"somebody edited a line in the middle", line(1) + "\noops\n" + line(2) + "\n", []string{key(1), key(2)}, []int{2}, 0},
		{"an elapsed time that cannot be", `{"run":"run","requestId":"x","elapsedMs":-1}` + "\n", nil, []int{1}, 0},
		{"empty lines", "\n" + line(1) + "\n\n", []string{key(1)}, nil, 0},
		{"nothing", "", nil, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := t.TempDir()
			write(t, filepath.Join(path, results.ManifestFile), "{}")
			write(t, filepath.Join(path, results.SamplesFile), test.lines)
			r, keys, bad := read(t, path)
			if !slices.Equal(keys, test.keys) || !slices.Equal(bad, test.bad) || r.Torn != test.torn {
				t.Errorf("keys %v, broken lines %v, torn %d\nwant %v, %v, %d", keys, bad, r.Torn, test.keys, test.bad, test.torn)
			}
		})
	}
}

func TestReadDirWithoutARun(t *testing.T) {
	if _, err := results.ReadDir(t.TempDir()); err == nil || !strings.Contains(err.Error(), "it holds no run") {
		t.Errorf("error is %v", err)
	}
}

func TestWriteFileIsWholeOrNotThere(t *testing.T) {
	d := createDir(t)
	if err := d.WriteJSON("summary.json", map[string]int{"n": 1}); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("no more paper")
	err := d.WriteFile("summary.json", func(w io.Writer) error {
		fmt.Fprint(w, `{"n":`)
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error is %v, want it to wrap %v", err, broken)
	}
	var got map[string]int
	r, err := results.ReadDir(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.ReadJSON("summary.json", &got); err != nil || got["n"] != 1 {
		t.Errorf("summary is %v (%v), want the old one", got, err)
	}
	entries, err := os.ReadDir(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"manifest.json", "samples.jsonl", "summary.json"}, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestDirRefusesNamesOutsideItself(t *testing.T) {
	d := createDir(t)
	for _, name := range []string{"", ".", "..", "../x.hlog", "a/b.hlog", "/x.hlog"} {
		if f, err := d.Create(name); err == nil {
			f.Close()
			t.Errorf("created %q", name)
		}
		if err := d.WriteJSON(name, 1); err == nil {
			t.Errorf("wrote %q", name)
		}
	}
}

func TestDirLinesDoNotMix(t *testing.T) {
	d := createDir(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if err := d.Append(resultstest.Sample("run", i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, keys, bad := read(t, d.Path()); len(keys) != 50 || len(bad) != 0 {
		t.Errorf("%d samples and broken lines %v, want 50 and none", len(keys), bad)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
