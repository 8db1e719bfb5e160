package runtimes

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Package is one package of npm that is fetched for a program in it: an
// emulator, not a runtime. It is kept in the same cache.
type Package struct {
	// Name is npm's, with the range that its pinned version was taken from: @dynoxide/linux-x64@1.2.1.
	Name string
	// Title is what the package is for people.
	Title string
	// Program is the program's path in the package, with slashes.
	Program string
}

// unsafeInNames is what npm allows in a package's name and a folder's cannot have.
var unsafeInNames = regexp.MustCompile(`[^a-zA-Z0-9._-]+`)

// Fetch returns the path of the package's program, and fetches the package first
// if it is not in the cache. A program that cannot say its version here does not
// get into the cache. Once fetched, it needs no network.
func (f *Finder) Fetch(ctx context.Context, p Package) (program string, err error) {
	pin, ok := f.pinned().NPM[p.Name]
	if !ok {
		return "", fmt.Errorf("fetch %s: %w", p.Title, unpinned("npm's "+p.Name))
	}
	name := p.Name[:strings.LastIndexByte(p.Name, '@')]
	folder := strings.Trim(unsafeInNames.ReplaceAllString(name, "-"), "-") + "-" + pin.Version + "-" + digest(pin)
	got, err := f.get(ctx, recipe{
		name:   folder,
		title:  p.Title,
		client: "npm",
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			from, archive, err := packNPM(ctx, name, pin, downloads)
			if err != nil {
				return origin{}, err
			}
			if err := unpackTGZ(archive, root, below("package/")); err != nil {
				return origin{}, err
			}
			ask := []string{filepath.Join(root, filepath.FromSlash(p.Program)), "--version"}
			_, _, err = command{argv: ask, limit: time.Minute}.run(ctx)
			return from, err
		},
	})
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("fetch %s: %w", p.Title, context.Cause(ctx))
	case errors.Is(err, errNoClient):
		return "", fmt.Errorf("fetch %s: npm is not installed; install it, or put it on PATH", p.Title)
	case errors.As(err, new(*fetchError)): // which says what it is about itself
		return "", err
	case err != nil:
		return "", fmt.Errorf("fetch %s: %w", p.Title, err)
	}
	return filepath.Join(got.root, filepath.FromSlash(p.Program)), nil
}
