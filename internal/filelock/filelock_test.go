package filelock

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTry(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := open(), open()
	want := func(when string, f *os.File, free bool) {
		t.Helper()
		if got, err := Try(f); got != free || err != nil {
			t.Errorf("%s: got %v, error %v; want %v", when, got, err, free)
		}
	}
	want("it is free", first, true)
	want("the first has it", second, false)
	first.Close()
	want("the first was closed", second, true)
}
