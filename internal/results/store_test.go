package results_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) results.Store { return &results.Memory{} })
}

func TestDirectory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) results.Store {
		d := results.NewDirectory(filepath.Join(t.TempDir(), "out"))
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
		return d
	})
}

// What a killed process left unfinished must not swallow the next one's first line.
func TestDirectoryGoesOnAfterAKill(t *testing.T) {
	root := t.TempDir()
	a, b := storetest.Sample("run", 1), storetest.Sample("run", 2)
	first := results.NewDirectory(root)
	if err := first.Put(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(root, "run", results.SamplesFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"run":"run","requ`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	second := results.NewDirectory(root)
	defer second.Close()
	if err := second.Put(t.Context(), a, b); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for s, err := range second.Samples(t.Context(), results.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, s.Key())
	}
	if len(keys) != 2 || keys[0] != a.Key() || keys[1] != b.Key() {
		t.Errorf("samples are %v, want %s and %s", keys, a.Key(), b.Key())
	}
}

func TestDirectoryRefusesARunIDThatLeavesIt(t *testing.T) {
	d := results.NewDirectory(t.TempDir())
	if err := d.Put(t.Context(), storetest.Sample("../elsewhere", 1)); err == nil {
		t.Error("put a sample outside the directory")
	}
}
