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

// fileMode is that of every file of a run: they hold what functions answered, what
// servers said, and which headers were sent.
const fileMode = 0o600

// Dir is a run directory that is being written. Its methods may be called by
// several goroutines at once.
type Dir struct {
	path string

	mu       sync.Mutex
	samples  *os.File // nil before the first sample, and once the run is finished
	finished bool
}

// CreateDir begins a run directory, its parents included, with its manifest. A
// directory that holds a run already is an error: runs are not overwritten.
func CreateDir(path string, m Manifest) (*Dir, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, fmt.Errorf("create run directory: %w", err)
	}
	for _, name := range []string{ManifestFile, SamplesFile} {
		if _, err := os.Lstat(filepath.Join(path, name)); err == nil {
			return nil, fmt.Errorf("create run directory %s: it holds a run already; choose another one", path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("create run directory: %w", err)
		}
	}
	d := &Dir{path: path}
	if err := d.WriteJSON(ManifestFile, m); err != nil {
		return nil, fmt.Errorf("create run directory %s: %w", path, err)
	}
	return d, nil
}

// WriteRun writes a whole run into a new directory.
func WriteRun(path string, r Run) (*Dir, error) {
	d, err := CreateDir(path, r.Manifest)
	if err != nil {
		return nil, err
	}
	for _, s := range r.Samples {
		if err := d.Append(s); err != nil {
			return nil, errors.Join(err, d.close())
		}
	}
	err = d.WriteJSON(SummaryFile, r.Summary)
	if r.Load != nil {
		for i := range r.Load.Targets {
			if t := &r.Load.Targets[i]; len(t.Intervals) > 0 {
				err = errors.Join(err, d.WriteFile(LogFile(t.Name), t.WriteLog))
			}
		}
	}
	if err := errors.Join(err, d.Finish(r.Manifest)); err != nil {
		return nil, err
	}
	return d, nil
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
	if d.finished {
		return fmt.Errorf("append sample %s to %s: the run is finished", s.Key(), d.path)
	}
	if d.samples == nil { // a load test alone has no samples
		if d.samples, err = os.OpenFile(filepath.Join(d.path, SamplesFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, fileMode); err != nil {
			return fmt.Errorf("append sample %s: %w", s.Key(), err)
		}
	}
	if _, err := d.samples.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("append sample %s: %w", s.Key(), err)
	}
	return nil
}

// WriteJSON writes v, indented, as a whole file or not at all.
func (d *Dir) WriteJSON(name string, v any) error {
	return d.WriteFile(name, func(w io.Writer) error { return WriteJSON(w, v) })
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
	// CreateTemp's mode is fileMode.
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

// Create opens a file that grows during the run, such as an .hlog. Each write to it
// has to end at the end of a line, so that a killed run leaves whole lines.
func (d *Dir) Create(name string) (io.WriteCloser, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(d.path, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
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
	d.finished = true
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
