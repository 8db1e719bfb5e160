package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
)

// history is the file of the results, or empty if another process has it.
func (m *machine) history(o databaseOptions) (string, error) {
	if err := os.MkdirAll(filepath.Dir(o.history), 0o777); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(o.history+".lock", os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return "", err
	}
	locked, err := filelock.Try(lock)
	if err != nil || !locked {
		lock.Close()
		if err == nil {
			o.console.Printf("another run has %s: the results of this one go to its run directory only", o.history)
		}
		return "", err
	}
	m.closers = append(m.closers, lock.Close)
	return o.history, nil
}

// setAside renames a history file that cannot be read, so that the run goes on with a
// new one and the old one can still be looked at. SQLite keeps two files beside its
// own; they belong to it, and go where it goes.
func setAside(file string, now time.Time, reason error, c *console.Console) error {
	aside := file + ".unreadable-" + now.UTC().Format("20060102T150405Z")
	if err := os.Rename(file, aside); err != nil {
		return fmt.Errorf("set %s aside, which cannot be read (%w): %w", file, reason, err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(file+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set %s aside: %w", file+suffix, err)
		}
	}
	c.Printf("%v: it is now %s, and the history begins anew", reason, aside)
	return nil
}
