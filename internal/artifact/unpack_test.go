package artifact

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

type zipEntry struct {
	name, content string
	mode          fs.FileMode
}

func zipOf(t testing.TB, entries ...zipEntry) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		header.SetMode(e.mode)
		w, err := z.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "function.zip")
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// removable lets the test's own folder be removed again.
func removable(t *testing.T, dir string) {
	t.Cleanup(func() {
		filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				os.Chmod(name, 0o755)
			}
			return nil
		})
	})
}

func TestUnpack(t *testing.T) {
	path := zipOf(t,
		zipEntry{"folder/", "", fs.ModeDir | 0o755},
		zipEntry{"folder/app.py", "app", 0o644},
		zipEntry{"deep/er/module.py", "module", 0o600},
		zipEntry{"bootstrap", "#!/bin/sh\necho started\n", 0o755},
		zipEntry{"folder/link.py", "../deep/er/module.py", fs.ModeSymlink | 0o777},
	)
	dir := filepath.Join(t.TempDir(), "code", "sha")
	removable(t, dir)
	for range 2 { // the second time changes nothing
		if err := (Unpacker{}).Unpack(path, dir); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"folder/app.py": "app", "deep/er/module.py": "module", "folder/link.py": "module"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; want %q", name, got, err, want)
		}
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode()&fs.ModeSymlink == 0 && info.Mode().Perm()&0o222 != 0 {
			t.Errorf("%s can be written: %v", name, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if runtime.GOOS != "windows" {
		output, err := exec.Command(filepath.Join(dir, "bootstrap")).Output()
		if err != nil || string(output) != "started\n" {
			t.Errorf("bootstrap: %q, %v", output, err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 3 { // its manifest and its lock
		t.Errorf("beside the folder is left: %v, %v", left, err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, row := range []struct {
		name    string
		entries []zipEntry
		want    string
	}{
		{"a name that climbs", []zipEntry{{"../evil", "x", 0o644}}, "leads out"},
		{"a name that climbs later", []zipEntry{{"a/../../evil", "x", 0o644}}, "leads out"},
		{"an absolute name", []zipEntry{{"/evil", "x", 0o644}}, "leads out"},
		{"a folder that climbs", []zipEntry{{"../evil/", "", fs.ModeDir | 0o755}}, "leads out"},
		{"a backslash", []zipEntry{{`..\evil`, "x", 0o644}}, "leads out"},
		{"a link out", []zipEntry{{"link", "../evil", fs.ModeSymlink | 0o777}}, "leads out"},
		{"an absolute link", []zipEntry{{"link", "/etc/passwd", fs.ModeSymlink | 0o777}}, "leads out"},
		{"a link out over another link", []zipEntry{{"b/c/d/", "", fs.ModeDir | 0o755}, {"a", "b/c/d", fs.ModeSymlink | 0o777}, {"b/c/d/up", "../../../..", fs.ModeSymlink | 0o777},
			{"x/y/z", "../../a/up/evil", fs.ModeSymlink | 0o777}}, "leads out"},
		{"a link to itself", []zipEntry{{"a", "a", fs.ModeSymlink | 0o777}}, "in a circle"},
		{"a device", []zipEntry{{"null", "", fs.ModeDevice | 0o666}}, "neither a file nor a folder"},
		{"a name twice", []zipEntry{{"a", "1", 0o644}, {"a", "2", 0o644}}, "exists"},
	} {
		t.Run(row.name, func(t *testing.T) {
			parent := t.TempDir()
			err := Unpacker{}.Unpack(zipOf(t, row.entries...), filepath.Join(parent, "sha"))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error %v, want one that says %q", err, row.want)
			}
			if left, err := os.ReadDir(parent); err != nil || len(left) != 1 { // the lock
				t.Errorf("something is left: %v, %v", left, err)
			}
		})
	}
}

// TestUnpackFollowsLinks has a link that reads as if it led out, and does not.
func TestUnpackFollowsLinks(t *testing.T) {
	path := zipOf(t, zipEntry{"deep/er/module", "content", 0o644}, zipEntry{"short", "deep/er", fs.ModeSymlink | 0o777},
		zipEntry{"link", "short/../../deep/er/module", fs.ModeSymlink | 0o777}, zipEntry{"dangling", "nowhere", fs.ModeSymlink | 0o777})
	dir := filepath.Join(t.TempDir(), "sha")
	removable(t, dir)
	if err := (Unpacker{}).Unpack(path, dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "link")); err != nil || string(got) != "content" {
		t.Errorf("link leads to %q, %v", got, err)
	}
}

// TestUnpackHeals spoils what was unpacked.
func TestUnpackHeals(t *testing.T) {
	path := zipOf(t, zipEntry{"index.js", "exports.handler = 1", 0o644}, zipEntry{"lib/a.js", "a", 0o644})
	for _, row := range []struct {
		name  string
		spoil func(dir string) error
		said  string
	}{
		{"untouched", func(string) error { return nil }, ""},
		{"a file was changed", func(dir string) error {
			index := filepath.Join(dir, "index.js")
			info, err := os.Stat(index)
			return errors.Join(err, os.Chmod(index, 0o644), os.WriteFile(index, []byte("exports.handler = 2"), 0o644), os.Chtimes(index, time.Time{}, info.ModTime()))
		}, "index.js has changed"},
		{"a file was added", func(dir string) error {
			return errors.Join(os.Chmod(dir, 0o755), os.WriteFile(filepath.Join(dir, "index.mjs"), nil, 0o644))
		}, "index.mjs was added"},
		{"a file is gone", func(dir string) error {
			return errors.Join(os.Chmod(filepath.Join(dir, "lib"), 0o755), os.Remove(filepath.Join(dir, "lib", "a.js")))
		}, "lib/a.js is gone"},
		{"the manifest is gone", func(dir string) error { return os.Remove(dir + ".json") }, "no such file"},
		{"the manifest is cut off", func(dir string) error { return os.Truncate(dir+".json", 20) }, "unexpected end of JSON"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "sha")
			removable(t, filepath.Dir(dir))
			var said []string
			u := Unpacker{Progress: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }}
			if err := u.Unpack(path, dir); err != nil {
				t.Fatal(err)
			}
			if err := row.spoil(dir); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := u.Unpack(path, dir); err != nil {
					t.Fatal(err)
				}
			}
			if text := strings.Join(said, "\n"); !strings.Contains(text, row.said) || (row.said == "") != (len(said) == 0) || len(said) > 1 {
				t.Errorf("said %q, want %q once", said, row.said)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "index.js")); err != nil || string(got) != "exports.handler = 1" {
				t.Errorf("index.js is %q, %v", got, err)
			}
			if _, err := os.Stat(filepath.Join(dir, "lib", "a.js")); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(filepath.Join(dir, "index.mjs")); err == nil {
				t.Error("what was added is still there")
			}
		})
	}
}

func TestExtractIsBounded(t *testing.T) {
	path := zipOf(t, zipEntry{"a", "1234", 0o644}, zipEntry{"b", "5678", 0o755})
	if err := extract(path, t.TempDir(), 8); err != nil {
		t.Errorf("8 bytes of 8: %v", err)
	}
	if err := extract(path, t.TempDir(), 7); err == nil || !strings.Contains(err.Error(), "more than 7 bytes") {
		t.Errorf("8 bytes of 7: %v", err)
	}
}

func TestUnpackManyAtOnce(t *testing.T) {
	path := zipOf(t, zipEntry{"a/b", "content", 0o644}, zipEntry{"bootstrap", "#!/bin/sh\n", 0o755})
	dir := filepath.Join(t.TempDir(), "sha")
	removable(t, dir)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := (Unpacker{}).Unpack(path, dir); err != nil {
				t.Error(err)
			}
			if got, err := os.ReadFile(filepath.Join(dir, "a", "b")); err != nil || string(got) != "content" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}

// Nothing that a zip says can write beside the folder, or panic.
func FuzzUnpack(f *testing.F) {
	for _, e := range [][]zipEntry{
		{{"a/b", "content", 0o644}},
		{{"../a", "content", 0o644}},
		{{"a", "b", fs.ModeSymlink | 0o777}, {"a/c", "content", 0o644}},
	} {
		data, err := os.ReadFile(zipOf(f, e...))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parent := t.TempDir()
		path := filepath.Join(t.TempDir(), "function.zip")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(parent, "sha")
		removable(t, dir)
		err := (Unpacker{}).Unpack(path, dir)
		left, readErr := os.ReadDir(parent)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil && len(left) != 1 || err == nil && len(left) != 3 { // the lock; the folder and its manifest
			t.Errorf("after %v the parent holds %v", err, left)
		}
	})
}
