package artifact

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// writeTree makes a folder of files; a name that ends in ! is executable.
func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		mode := os.FileMode(0o644)
		if name[len(name)-1] == '!' {
			name, mode = name[:len(name)-1], 0o755
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
	}
	return dir
}

func everything(string) bool { return true }

func mustZip(t *testing.T, dir string, keep func(string) bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "function.zip")
	if err := writeZip(path, dir, keep); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestZipDependsOnContentAlone(t *testing.T) {
	files := map[string]string{"bootstrap!": "program", "lib/b.js": "b", "lib/a.js": "a", "index.mjs": "m"}
	first := writeTree(t, files)
	second := writeTree(t, files)
	past := time.Date(1999, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(second, "index.mjs"), past, past); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(second, "lib", "a.js"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := os.ReadFile(mustZip(t, first, everything))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(mustZip(t, second, everything))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("two trees of the same names, contents and executable bits give different bytes")
	}
	if err := os.Chmod(filepath.Join(second, "index.mjs"), 0o755); err != nil {
		t.Fatal(err)
	}
	c, err := os.ReadFile(mustZip(t, second, everything))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(b, c) {
		t.Error("an executable bit does not show")
	}
}

func TestZipIsSortedAndKeepsModes(t *testing.T) {
	dir := writeTree(t, map[string]string{
		"bootstrap!": "program", "z.py": "z", "a/b.py": "b", "README.md": "#", "test_z.py": "t", ".npmrc": "x", "index.test.mjs": "t",
	})
	z, err := zip.OpenReader(mustZip(t, dir, ships))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var got []string
	for _, entry := range z.File {
		got = append(got, entry.Mode().String()+" "+entry.Name)
		if !entry.Modified.Equal(zipTime) {
			t.Errorf("%s is of %v, want %v", entry.Name, entry.Modified, zipTime)
		}
	}
	want := []string{"-rw-r--r-- a/b.py", "-rwxr-xr-x bootstrap", "-rw-r--r-- z.py"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

func TestZipRefusesWhatIsNoFile(t *testing.T) {
	dir := writeTree(t, map[string]string{"a": "a"})
	if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := writeZip(filepath.Join(t.TempDir(), "x.zip"), dir, everything); err == nil {
		t.Error("a symbolic link was shipped")
	}
}

func TestHashTree(t *testing.T) {
	base := map[string]string{"main.go": "package main", "run.sh!": "#!/bin/sh"}
	with := func(name, content string) map[string]string {
		files := map[string]string{name: content}
		for k, v := range base {
			if k != name {
				files[k] = v
			}
		}
		return files
	}
	notExecutable := map[string]string{"main.go": "package main", "run.sh": "#!/bin/sh"}
	for _, row := range []struct {
		name  string
		files map[string]string
		same  bool
	}{
		{"the same files", base, true},
		{"another content", with("main.go", "package other"), false},
		{"one file more", with("more.go", "package main"), false},
		{"a mode", notExecutable, false},
		{"what npm installed", with("node_modules/x/index.js", "x"), true},
		{"what cargo and maven built", with("target/release/x", "x"), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			a, err := hashTree(writeTree(t, base))
			if err != nil {
				t.Fatal(err)
			}
			b, err := hashTree(writeTree(t, row.files))
			if err != nil {
				t.Fatal(err)
			}
			if same := a == b; same != row.same {
				t.Errorf("same hash: %v, want %v", same, row.same)
			}
		})
	}
}

func TestShips(t *testing.T) {
	names := []string{"index.mjs", "package.json", "README.md", "index.test.mjs", "test_app.py", "app.py", ".npmrc", "package-lock.json", "lib/util.js"}
	got := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !ships(n) })
	want := []string{"index.mjs", "package.json", "app.py", "lib/util.js"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("shipped (-want +got):\n%s", diff)
	}
}
