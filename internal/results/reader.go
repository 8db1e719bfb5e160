package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// Recorded is a run directory that is being read.
type Recorded struct {
	Path     string
	Manifest Manifest
	// Torn counts lines that a killed run left unfinished at the end of
	// samples.jsonl: 0 or 1 once Samples has come to the end.
	Torn int
}

// LineError is a line of samples.jsonl that cannot be read.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("%s line %d: %v", SamplesFile, e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// ReadDir opens a run directory, finished or not.
func ReadDir(path string) (*Recorded, error) {
	r := &Recorded{Path: path}
	if err := r.ReadJSON(ManifestFile, &r.Manifest); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("read run directory %s: it holds no run: %w", path, err)
		}
		return nil, fmt.Errorf("read run directory %s: %w", path, err)
	}
	return r, nil
}

// ReadJSON reads one of the directory's JSON files, such as [SummaryFile].
func (r *Recorded) ReadJSON(name string, v any) error {
	if err := checkName(name); err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(r.Path, name))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Samples yields the samples in the order of their lines. A line that cannot be
// read is yielded as a *[LineError], and reading goes on; an unfinished last
// line is none of these but counted in Torn. A run without samples yields none.
func (r *Recorded) Samples() iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		r.Torn = 0
		f, err := os.Open(filepath.Join(r.Path, SamplesFile))
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(Sample{}, err)
			return
		}
		defer f.Close()
		r.Torn = readSamples(f, yield)
	}
}

// readSamples returns the number of unfinished lines: 0 or 1.
func readSamples(f io.Reader, yield func(Sample, error) bool) (torn int) {
	lines := bufio.NewReader(f)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && err != io.EOF {
			yield(Sample{}, &LineError{number, err})
			return 0
		}
		last := err == io.EOF
		if len(bytes.TrimSpace(line)) > 0 {
			var s Sample
			switch err := json.Unmarshal(line, &s); {
			case err == nil:
				if !yield(s, nil) {
					return 0
				}
			case last:
				return 1
			case !yield(Sample{}, &LineError{number, err}):
				return 0
			}
		}
		if last {
			return 0
		}
	}
}
