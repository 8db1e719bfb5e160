//go:build unix

package runtimes

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

func TestCacheKeepsWhatIsWhole(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(t *testing.T, node string)
		refetch bool
	}{
		{"untouched", func(*testing.T, string) {}, false},
		{"copied, so that only the times differ", func(t *testing.T, node string) {
			if err := os.Chtimes(node, time.Now(), time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a left-over of a killed process", func(t *testing.T, node string) {
			if err := os.MkdirAll(filepath.Join(filepath.Dir(node), "../../../node-22.99.1-x.making-1/root"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"cut off", func(t *testing.T, node string) {
			if err := os.Truncate(node, 3); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"changed, at the same length", func(t *testing.T, node string) {
			data, err := os.ReadFile(node)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-2] ^= 1
			if err := os.WriteFile(node, data, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(node, time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"gone", func(t *testing.T, node string) {
			if err := os.Remove(node); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"without a manifest", func(t *testing.T, node string) {
			if err := os.Remove(filepath.Join(filepath.Dir(node), "../..", manifestName)); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"half a manifest", func(t *testing.T, node string) {
			if err := os.Truncate(filepath.Join(filepath.Dir(node), "../..", manifestName), 30); err != nil {
				t.Fatal(err)
			}
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.npm()
			m.stockNode("22", "22.99.1")
			before := m.mustFind("nodejs22.x")
			calls := m.called()
			test.spoil(t, before.Interpreter)

			if !test.refetch { // then it works offline
				if err := os.Remove(filepath.Join(m.bin, "npm")); err != nil {
					t.Fatal(err)
				}
			}
			after := m.mustFind("nodejs22.x")
			if after.Interpreter != before.Interpreter || after.Version != before.Version {
				t.Errorf("got %s %s, want %s %s", after.Interpreter, after.Version, before.Interpreter, before.Version)
			}
			want := calls
			if test.refetch {
				want++
			}
			if got := m.called(); got != want {
				t.Errorf("npm was called %d times, want %d", got, want)
			}
			if data, err := os.ReadFile(after.Interpreter); err != nil || string(data) != "#!/bin/sh\necho v22.99.1\n" {
				t.Errorf("the interpreter is %q, %v", data, err)
			}
			if test.refetch {
				left, err := filepath.Glob(filepath.Join(m.cache, "*.making-*"))
				if err != nil || len(left) > 0 {
					t.Errorf("left behind: %v, %v", left, err)
				}
			}
		})
	}
}

func TestManifestHasChecksums(t *testing.T) {
	m := newMachine(t)
	m.npm()
	m.stockNode("22", "22.99.1")
	r := m.mustFind("nodejs22.x")
	folder := filepath.Join(filepath.Dir(r.Interpreter), "../..")
	got, err := readContents(folder)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := manifest.Hash(filepath.Join(m.shelf, nodePackage(r.Architecture)+"@22.99.1.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Archives["package.tgz"] != sum || got.Source != "npm "+nodePackage(r.Architecture)+"@22.99.1" || got.Version != "22.99.1" {
		t.Errorf("origin is %+v, want the archive's checksum %s", got.origin, sum)
	}
	if len(got.Files) != 2 {
		t.Errorf("there are %d files, want the interpreter and its license: %+v", len(got.Files), got.Files)
	}
}

// TestFindersShareTheCache has several finders, as several processes would have, fetch the same.
func TestFindersShareTheCache(t *testing.T) {
	m := newMachine(t)
	m.npm()
	m.stockNode("22", "22.99.1")
	var all sync.WaitGroup
	for range 8 {
		finder := m.finder()
		for range 2 {
			all.Go(func() {
				if _, err := finder.Find(t.Context(), "nodejs22.x", host(t)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if got := m.called(); got != 2 {
		t.Errorf("npm was called %d times, want 2: once for the interpreter, once for the client", got)
	}
}
