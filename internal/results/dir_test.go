package results_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
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

// read returns the run, and the keys of its samples.
func read(t *testing.T, path string) (r results.Run, keys []string) {
	t.Helper()
	r, err := results.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Samples {
		keys = append(keys, s.Key())
	}
	return r, keys
}

func TestDirIsReadableAtAnyMoment(t *testing.T) {
	d := createDir(t)
	a, b := resultstest.Sample("run", 1), resultstest.Sample("run", 2)
	r, keys := read(t, d.Path())
	if r.Manifest.Seed != 7 || len(keys) != 0 {
		t.Errorf("a fresh run has seed %d and samples %v, want 7 and none", r.Manifest.Seed, keys)
	}
	for _, s := range []results.Sample{a, b} {
		if err := d.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if _, keys = read(t, d.Path()); !slices.Equal(keys, []string{a.Key(), b.Key()}) {
		t.Errorf("samples before the end of the run are %v", keys)
	}
	if err := d.Finish(results.Manifest{Tool: "local", Seed: 7, Interrupted: true}); err != nil {
		t.Fatal(err)
	}
	if r, _ = read(t, d.Path()); !r.Manifest.Interrupted {
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

func TestFilesAreTheirOwners(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	d := createDir(t)
	if err := d.Append(resultstest.Sample("run", 1)); err != nil {
		t.Fatal(err)
	}
	log, err := d.Create(results.LogFile("a"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if err := d.WriteJSON(results.SummaryFile, results.Summary{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{results.ManifestFile, results.SamplesFile, results.SummaryFile, "a.hlog"} {
		info, err := os.Stat(filepath.Join(d.Path(), name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", name, mode)
		}
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
		notes []string // the beginning of each
	}{
		{"whole lines", line(1) + "\n" + line(2) + "\n", []string{key(1), key(2)}, nil},
		{"killed within a line", line(1) + "\n" + line(2)[:40], []string{key(1)}, []string{"the last sample was being written"}},
		{"killed before the newline", line(1) + "\n" + line(2), []string{key(1), key(2)}, nil},
		{"an edited line in the middle", line(1) + "\noops\n" + line(2) + "\n", []string{key(1), key(2)}, []string{"samples.jsonl line 2: "}},
		{"an elapsed time that cannot be", `{"run":"run","requestId":"x","elapsedMs":-1}` + "\n", nil, []string{"samples.jsonl line 1: "}},
		{"many lines that cannot be read", strings.Repeat("oops\n", 30), nil, slices.Concat(slices.Repeat([]string{"samples.jsonl line "}, 20), []string{"10 other lines of samples.jsonl"})},
		{"empty lines", "\n" + line(1) + "\n\n", []string{key(1)}, nil},
		{"nothing", "", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := t.TempDir()
			write(t, filepath.Join(path, results.ManifestFile), "{}")
			write(t, filepath.Join(path, results.SamplesFile), test.lines)
			r, keys := read(t, path)
			if !slices.Equal(keys, test.keys) || !slices.EqualFunc(r.Manifest.Notes, test.notes, strings.HasPrefix) {
				t.Errorf("keys %v, notes %q\nwant %v, %q", keys, r.Manifest.Notes, test.keys, test.notes)
			}
		})
	}
}

func TestReadWithoutARun(t *testing.T) {
	if _, err := results.Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "it holds no run") {
		t.Errorf("error is %v", err)
	}
}

func TestWriteFileIsWholeOrNotThere(t *testing.T) {
	d := createDir(t)
	if err := d.WriteJSON(results.SummaryFile, results.Summary{Variants: []results.VariantSummary{{Status: results.Checked}}}); err != nil {
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
	if r, _ := read(t, d.Path()); len(r.Variants) != 1 || r.Variants[0].Status != results.Checked {
		t.Errorf("summary is %+v, want the old one", r.Summary)
	}
	entries, err := os.ReadDir(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"manifest.json", "summary.json"}, names); diff != "" {
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
	if r, keys := read(t, d.Path()); len(keys) != 50 || len(r.Manifest.Notes) != 0 {
		t.Errorf("%d samples and notes %q, want 50 and none", len(keys), r.Manifest.Notes)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
