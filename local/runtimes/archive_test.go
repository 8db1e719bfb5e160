package runtimes

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func everything(name string) (string, bool) { return name, true }

func zipOf(t testing.TB, names ...string) []byte {
	t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, name := range names {
		file, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

func TestUnpackRefuses(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"a path out of the folder", zipOf(t, "../evil"), "points out of the archive"},
		{"an absolute path", zipOf(t, "/evil"), "points out of the archive"},
		{"the same file twice", zipOf(t, "a", "a"), "exists"},
		{"nothing that is needed", zipOf(t), "none of the files"},
		{"no archive", []byte("<html>"), "not a valid zip file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			archive := filepath.Join(dir, "a.zip")
			if err := os.WriteFile(archive, test.content, 0o644); err != nil {
				t.Fatal(err)
			}
			err := unpackZip(archive, filepath.Join(dir, "in"), everything)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error that says %q", err, test.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "evil")); err == nil {
				t.Error("it wrote outside of the folder")
			}
		})
	}
}

// FuzzUnpackZip sees that no archive writes outside of its folder.
func FuzzUnpackZip(f *testing.F) {
	f.Add(zipOf(f, "a/b", "../c", "/d", `..\e`))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		archive := filepath.Join(dir, "a.zip")
		if err := os.WriteFile(archive, content, 0o644); err != nil {
			t.Fatal(err)
		}
		into := filepath.Join(dir, "in")
		_ = unpackZip(archive, into, everything) // an error or not: both are right for some archive
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if name := entry.Name(); name != "a.zip" && name != "in" {
				t.Errorf("%q was written outside of the folder", name)
			}
		}
	})
}

// FuzzManifest sees that no manifest makes the check look outside of its folder.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"files":[{"path":"bin/node","size":1}]}`))
	f.Add([]byte(`{"files":[{"path":"../outside","size":1,"modified":"2026-01-01T00:00:00Z"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "outside"), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(dir, "folder")
		if err := os.MkdirAll(filepath.Join(folder, "root"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, manifestName), data, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := readContents(folder)
		if err != nil {
			return
		}
		if err := m.Files.Check(filepath.Join(folder, "root")); err == nil {
			t.Error("an empty folder matches a manifest with files")
		}
	})
}
