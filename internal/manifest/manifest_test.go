package manifest_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

func TestFiles(t *testing.T) {
	tests := []struct {
		name   string
		spoil  func(t *testing.T, root string) error
		check  string // what Check says
		verify string
	}{
		{"untouched", func(*testing.T, string) error { return nil }, "", ""},
		{"another time", func(_ *testing.T, root string) error {
			return os.Chtimes(filepath.Join(root, "a"), time.Time{}, time.Now().Add(time.Hour))
		}, "", ""},
		{"cut off", func(_ *testing.T, root string) error { return os.Truncate(filepath.Join(root, "a"), 1) },
			"a has 1 bytes instead of 5", "a has 1 bytes instead of 5"},
		{"changed", func(_ *testing.T, root string) error { return rewrite(root, time.Now().Add(time.Hour)) }, "a has changed", "a has changed"},
		{"changed, and its time put back", func(t *testing.T, root string) error {
			info, err := os.Stat(filepath.Join(root, "a"))
			if err != nil {
				t.Fatal(err)
			}
			return rewrite(root, info.ModTime())
		}, "", "a has changed"},
		{"gone", func(_ *testing.T, root string) error { return os.Remove(filepath.Join(root, "folder", "b")) }, "folder/b is gone", "folder/b is gone"},
		{"added", func(_ *testing.T, root string) error {
			return os.WriteFile(filepath.Join(root, "folder", "c"), nil, 0o644)
		},
			"folder/c was added", "folder/c was added"},
		{"another link", func(_ *testing.T, root string) error {
			link := filepath.Join(root, "link")
			if err := os.Remove(link); err != nil {
				return err
			}
			return os.Symlink("folder/b", link)
		}, "link is not the link that it was", "link is not the link that it was"},
		{"a file where a link was", func(_ *testing.T, root string) error {
			link := filepath.Join(root, "link")
			if err := os.Remove(link); err != nil {
				return err
			}
			return os.WriteFile(link, []byte("a"), 0o644)
		}, "link is not the link that it was", "link is not the link that it was"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.Mkdir(filepath.Join(root, "folder"), 0o755); err != nil {
				t.Fatal(err)
			}
			for name, content := range map[string]string{"a": "hello", "folder/b": "world"} {
				if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("a", filepath.Join(root, "link")); err != nil {
				if runtime.GOOS == "windows" {
					t.Skip("needs symbolic links: ", err)
				}
				t.Fatal(err)
			}
			made, err := manifest.Of(root)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "manifest.json")
			if err := manifest.Write(path, made); err != nil {
				t.Fatal(err)
			}
			var files manifest.Files
			if err := manifest.Read(path, &files); err != nil {
				t.Fatal(err)
			}
			if err := manifest.Sync(root); err != nil {
				t.Fatal(err)
			}
			if err := tt.spoil(t, root); err != nil {
				t.Fatal(err)
			}
			for _, row := range []struct {
				name, want string
				err        error
			}{{"Check", tt.check, files.Check(root)}, {"Verify", tt.verify, files.Verify(root)}} {
				got := ""
				if row.err != nil {
					got = row.err.Error()
				}
				if got != row.want {
					t.Errorf("%s says %q, want %q", row.name, got, row.want)
				}
			}
		})
	}
}

// rewrite changes a file without changing its size.
func rewrite(root string, modified time.Time) error {
	path := filepath.Join(root, "a")
	if err := os.WriteFile(path, []byte("HELLO"), 0o644); err != nil {
		return err
	}
	return os.Chtimes(path, time.Time{}, modified)
}

// FuzzRead reads what may be in a manifest's place.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`[{"path":"../x","size":1,"modified":"2026-11-29T03:00:00Z","sha256":"00"}]`))
	f.Add([]byte(`[{"path":"x","link":"/etc"}]`))
	root := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "manifest.json")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		var files manifest.Files
		if err := manifest.Read(path, &files); err != nil {
			return
		}
		if err := files.Check(root); err == nil && len(files) > 0 {
			t.Errorf("%q matches an empty folder", strings.ToValidUTF8(string(data), "?"))
		}
	})
}
