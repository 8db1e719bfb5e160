package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// The names of the files in a run directory.
const (
	ManifestFile = "manifest.json"
	SamplesFile  = "samples.jsonl"
	SummaryFile  = "summary.json"
	ReportFile   = "report.html"
)

// Dir is a run directory that is being written. Its methods may be called by
// several goroutines at once.
type Dir struct {
	path string

	mu      sync.Mutex
	samples *os.File
}

// CreateDir begins a run directory, its parents included, with its manifest. A
// directory that holds a run already is an error: runs are not overwritten.
func CreateDir(path string, m Manifest) (*Dir, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("create run directory: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(path, ManifestFile)); err == nil {
		return nil, fmt.Errorf("create run directory %s: it holds a run already; choose another one", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("create run directory: %w", err)
	}
	d, err := openDir(path)
	if err != nil {
		return nil, fmt.Errorf("create run directory %s: %w", path, err)
	}
	if err := d.WriteJSON(ManifestFile, m); err != nil {
		return nil, errors.Join(fmt.Errorf("create run directory %s: %w", path, err), d.samples.Close())
	}
	return d, nil
}

// openDir opens the samples for appending, and takes off what a killed run left
// of a line that it could not finish.
func openDir(path string) (*Dir, error) {
	f, err := os.OpenFile(filepath.Join(path, SamplesFile), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	end, err := lastNewline(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Dir{path: path, samples: f}, nil
}

// lastNewline is the offset behind the last newline of the file, or 0.
func lastNewline(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	buffer := make([]byte, 4096)
	for end := info.Size(); end > 0; {
		start := max(0, end-int64(len(buffer)))
		chunk := buffer[:end-start]
		if _, err := f.ReadAt(chunk, start); err != nil {
			return 0, err
		}
		for i := len(chunk) - 1; i >= 0; i-- {
			if chunk[i] == '\n' {
				return start + int64(i) + 1, nil
			}
		}
		end = start
	}
	return 0, nil
}

// Path is where the directory is.
func (d *Dir) Path() string { return d.path }

// Append adds a sample to samples.jsonl. A line is one write, so a kill loses at
// most the line that is being written, and two writers never mix theirs.
func (d *Dir) Append(s Sample) error {
	line, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("append sample %s: %w", s.Key(), err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.samples == nil {
		return fmt.Errorf("append sample %s to %s: the run is finished", s.Key(), d.path)
	}
	if _, err := d.samples.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("append sample %s: %w", s.Key(), err)
	}
	return nil
}

// WriteJSON writes v, indented, as a whole file or not at all.
func (d *Dir) WriteJSON(name string, v any) error {
	return d.WriteFile(name, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	})
}

// WriteFile writes a file aside and renames it into place once write has
// returned without an error and the bytes are on disk. A reader sees the old
// file, or the whole new one.
func (d *Dir) WriteFile(name string, write func(io.Writer) error) (err error) {
	if err := checkName(name); err != nil {
		return err
	}
	f, err := os.CreateTemp(d.path, "."+name+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", name, err)
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	// CreateTemp's mode is for the owner alone; a run directory is no secret.
	if err := f.Chmod(0o644); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), filepath.Join(d.path, name))
}

// Create opens a file that grows during the run, such as an .hlog. Whoever
// writes it takes care that each write ends at the end of a line.
func (d *Dir) Create(name string) (io.WriteCloser, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(d.path, name))
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", name, err)
	}
	return f, nil
}

// Finish writes the final manifest and closes the samples. It may be called
// twice; the later manifest stays.
func (d *Dir) Finish(m Manifest) error {
	err := d.close()
	return errors.Join(err, d.WriteJSON(ManifestFile, m))
}

func (d *Dir) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.samples == nil {
		return nil
	}
	f := d.samples
	d.samples = nil
	return errors.Join(f.Sync(), f.Close())
}

// checkName refuses what would leave the directory.
func checkName(name string) error {
	if !filepath.IsLocal(name) || filepath.Base(name) != name || name == "." {
		return fmt.Errorf("%q is not the name of a file in a run directory", name)
	}
	return nil
}
