package results

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Directory is a [Store] in a folder of run directories, one for each run, named
// by its ID. It reads the runs that others have written there, and one process at
// a time may write.
type Directory struct {
	root string

	mu   sync.Mutex
	open map[string]*openRun
}

// openRun is a run that this process has written to.
type openRun struct {
	dir  *Dir
	keys map[string]bool
}

var _ Store = (*Directory)(nil)

// NewDirectory opens a folder as a store; it need not exist yet.
func NewDirectory(root string) *Directory {
	return &Directory{root: root, open: map[string]*openRun{}}
}

// Close closes the files of the runs that were written to.
func (d *Directory) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for _, r := range d.open {
		errs = append(errs, r.dir.close())
	}
	d.open = map[string]*openRun{}
	return errors.Join(errs...)
}

// PutRun implements [Store].
func (d *Directory) PutRun(ctx context.Context, r Run) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	o, err := d.openRun(r.ID)
	if err == nil {
		err = o.dir.WriteJSON(ManifestFile, r.Manifest)
	}
	if err != nil {
		return fmt.Errorf("put run %q: %w", r.ID, err)
	}
	return nil
}

// Put implements [Store].
func (d *Directory) Put(ctx context.Context, samples ...Sample) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range samples {
		o, err := d.openRun(s.Run)
		if err != nil {
			return fmt.Errorf("put sample %s of run %q: %w", s.Key(), s.Run, err)
		}
		if o.keys[s.Key()] {
			continue
		}
		if err := o.dir.Append(s); err != nil {
			return fmt.Errorf("put: %w", err)
		}
		o.keys[s.Key()] = true
	}
	return nil
}

// openRun opens the run's directory once, and learns which samples it has.
func (d *Directory) openRun(id string) (*openRun, error) {
	if o := d.open[id]; o != nil {
		return o, nil
	}
	if err := checkName(id); err != nil {
		return nil, err
	}
	path := filepath.Join(d.root, id)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	dir, err := openDir(path)
	if err != nil {
		return nil, err
	}
	o := &openRun{dir: dir, keys: map[string]bool{}}
	for s, err := range (&Recorded{Path: path}).Samples() {
		var bad *LineError
		if err != nil && !errors.As(err, &bad) {
			return nil, errors.Join(err, dir.close())
		}
		if err == nil {
			o.keys[s.Key()] = true
		}
	}
	d.open[id] = o
	return o, nil
}

// Samples implements [Store]. A line that cannot be read is an error, and ends it.
func (d *Directory) Samples(ctx context.Context, q Query) iter.Seq2[Sample, error] {
	return func(yield func(Sample, error) bool) {
		ids, err := d.ids()
		if err != nil {
			yield(Sample{}, err)
			return
		}
		var found []Sample
		for _, id := range ids {
			if q.Run != "" && q.Run != id {
				continue
			}
			for s, err := range (&Recorded{Path: filepath.Join(d.root, id)}).Samples() {
				if err != nil {
					yield(Sample{}, fmt.Errorf("run %s: %w", id, err))
					return
				}
				if q.Matches(s) {
					found = append(found, s)
				}
			}
		}
		slices.SortFunc(found, CompareSamples)
		yieldAll(ctx, found, yield)
	}
}

// Runs implements [Store]. A directory without a manifest is no run.
func (d *Directory) Runs(ctx context.Context) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		ids, err := d.ids()
		if err != nil {
			yield(Run{}, err)
			return
		}
		var found []Run
		for _, id := range ids {
			r, err := ReadDir(filepath.Join(d.root, id))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				yield(Run{}, err)
				return
			}
			found = append(found, Run{ID: id, Manifest: r.Manifest})
		}
		slices.SortFunc(found, CompareRuns)
		yieldAll(ctx, found, yield)
	}
}

// ids are the names of the folders in the root.
func (d *Directory) ids() ([]string, error) {
	entries, err := os.ReadDir(d.root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if e.IsDir() {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}
