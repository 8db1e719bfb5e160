package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

// Artifact is a zip, ready to be deployed.
type Artifact struct {
	// Path of the zip.
	Path string `json:"-"`
	// SHA256 of the zip, in hexadecimal.
	SHA256 string `json:"sha256"`
	// Size of the zip in bytes.
	Size int64 `json:"size"`
	// Toolchain made it: go1.26.8, or "none" where the sources are shipped as they are.
	Toolchain string `json:"toolchain"`
}

// Builder builds artefacts. Its fields are set before the first Build, which
// may then be called concurrently.
type Builder struct {
	// Root of the repository; the sources are under Root/functions.
	Root string
	// Dir holds everything that is built: Root/.build.
	Dir string
	// Progress, if not nil, is told what takes its time. It may be called concurrently.
	Progress func(format string, args ...any)

	mu         sync.Mutex
	toolchains map[string]*lookup
	busy       map[string]chan struct{}
	// unreachable are the registries that a recipe could not reach for a source:
	// they are not tried again.
	unreachable map[registry]error
}

// registry is where a recipe fetches what a source needs.
type registry struct{ recipe, source string }

// lookup is a search for a toolchain that is made once.
type lookup struct {
	mu   sync.Mutex
	done bool
	tool toolchain
	err  error
}

// MissingToolchainError says that a cell cannot be built on this machine.
type MissingToolchainError struct {
	Function, Language string
	// Runtime is AWS's identifier.
	Runtime      string
	Architecture functions.Architecture
	// Missing is what is not there: the .NET 8 SDK.
	Missing string
	// Hint is how to get it, or how to leave the cell out.
	Hint string
}

func (e *MissingToolchainError) Error() string {
	return fmt.Sprintf("build %s in %s for %s on %s: %s is missing: %s", e.Function, e.Language, e.Runtime, e.Architecture, e.Missing, e.Hint)
}

// Build makes the zip of a function for a runtime and an architecture, or finds
// the one that was made before.
func (b *Builder) Build(ctx context.Context, f functions.Function, runtime string, arch functions.Architecture) (Artifact, error) {
	a, err := b.build(ctx, f, runtime, arch)
	var missing *MissingToolchainError
	if err != nil && !errors.As(err, &missing) { // which names its cell itself
		return Artifact{}, fmt.Errorf("build %s in %s for %s on %s: %w", f.Name, f.Language, runtime, arch, err)
	}
	return a, err
}

func (b *Builder) build(ctx context.Context, f functions.Function, runtime string, arch functions.Architecture) (Artifact, error) {
	if f.Builder == builderZip {
		return b.own(f, runtime, arch)
	}
	r, ok := recipes[f.Builder]
	if !ok {
		return Artifact{}, fmt.Errorf("no builder is called %q: choose from %s, %s", f.Builder, recipeNames(), builderZip)
	}
	source := filepath.Join(b.Root, "functions", filepath.FromSlash(f.Source))
	if info, err := os.Stat(source); err != nil {
		return Artifact{}, fmt.Errorf("find the source: %w", err)
	} else if !info.IsDir() {
		return Artifact{}, fmt.Errorf("find the source: %s is not a folder", source)
	}
	j := &job{builder: b, recipe: r, function: f, runtime: runtime, arch: arch, source: source}
	tool, err := b.toolchain(ctx, j)
	if err != nil {
		return Artifact{}, err
	}

	cell := j.cell()
	release, err := b.lock(ctx, cell)
	if err != nil {
		return Artifact{}, err
	}
	defer release()

	j.tool, j.stage = tool, filepath.Join(b.Dir, "stage", cell)
	if r.cachedByTool {
		return j.make(ctx, cell, "")
	}
	sources, err := hashTree(source)
	if err != nil {
		return Artifact{}, fmt.Errorf("hash the source: %w", err)
	}
	key := hashStrings(layoutVersion, r.name, tool.version, f.Handler, cell, sources)
	a, err := readCached(b.zipPath(cell, key))
	switch {
	case err == nil:
		return a, nil
	case !errors.Is(err, os.ErrNotExist):
		b.progress("the zip of %s in the cache is damaged (%v): building it again", cell, err)
	}
	return j.make(ctx, cell, key)
}

// own is the artefact of a zip that the user brings: it is checked, not built.
func (b *Builder) own(f functions.Function, runtime string, arch functions.Architecture) (Artifact, error) {
	path := filepath.FromSlash(f.Source)
	if !filepath.IsAbs(path) {
		path = filepath.Join(b.Root, "functions", path)
	}
	if err := Check(path, f, runtime, arch); err != nil {
		return Artifact{}, err
	}
	return describe(path, "none")
}

func (b *Builder) zipPath(cell, key string) string {
	return filepath.Join(b.Dir, "artifacts", cell+"-"+key[:16]+".zip")
}

func (b *Builder) progress(format string, args ...any) {
	if b.Progress != nil {
		b.Progress(format, args...)
	}
}

// describe reads a zip that is there.
func describe(path, toolchain string) (Artifact, error) {
	sum, size, err := hashFile(path)
	if err != nil {
		return Artifact{}, err
	}
	return Artifact{Path: path, SHA256: sum, Size: size, Toolchain: toolchain}, nil
}

// readCached returns a zip of the cache, if it is what was put there.
func readCached(path string) (Artifact, error) {
	var made Artifact
	if err := manifest.Read(manifestPath(path), &made); err != nil {
		return Artifact{}, err
	}
	made.Path = path
	switch found, err := describe(path, made.Toolchain); {
	case err != nil:
		return Artifact{}, err
	case found != made:
		return Artifact{}, fmt.Errorf("%d bytes with SHA-256 %s instead of %d with %s", found.Size, found.SHA256, made.Size, made.SHA256)
	}
	return made, nil
}

// manifestPath is where the description of a zip of the cache is.
func manifestPath(zip string) string { return strings.TrimSuffix(zip, ".zip") + ".json" }

func hashFile(path string) (sum string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	h := sha256.New()
	size, err = io.Copy(h, file)
	if err != nil {
		return "", 0, fmt.Errorf("hash %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), size, nil
}
