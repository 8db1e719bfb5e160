package runtimes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
)

// Finder finds runtimes, and fetches what is not installed. It may be used by
// several goroutines, and its cache by several processes.
type Finder struct {
	// Root is the folder of the repository.
	Root string
	// Cache is where fetched runtimes are kept; empty means .build/runtimes under Root.
	Cache string
	// Progress, if not nil, is told about everything that takes a while. It may
	// be called by several goroutines at once.
	Progress func(format string, args ...any)

	// pins are this program's own, except in tests.
	pins *pins

	mu    sync.Mutex
	found map[key]*search
	// failed has why a folder of the cache could not be fetched. It is not tried again.
	failed map[string]error
	// unreachable has the clients that could not reach their registry. None is asked again.
	unreachable map[string]error
}

type key struct {
	runtime      string
	architecture functions.Architecture
}

// search is one runtime being looked for. What has been found stays found; what
// has not is looked for again, but not fetched again.
type search struct {
	mu    sync.Mutex
	found *Runtime
}

// request is what one search is about.
type request struct {
	id           string
	architecture functions.Architecture
	// version is the part of id that says which interpreter: 22, 3.11, 21, 8, al2023.
	version  string
	emulator emulator
}

func (r request) missing(what, hint string, err error) *MissingError {
	return &MissingError{Runtime: r.id, Architecture: r.architecture, Missing: what, Hint: hint, Err: err}
}

// errNoClient says that a registry's client is not installed.
var errNoClient = errors.New("the registry's client is not installed")

// fetch returns a folder of the cache for a runtime. hint is what to do without
// the registry's client.
func (f *Finder) fetch(ctx context.Context, req request, r recipe, hint string) (folder, error) {
	got, err := f.get(ctx, r)
	if failed, ok := errors.AsType[*fetchError](err); ok {
		switch {
		case errors.Is(err, errNoClient):
			return folder{}, req.missing(r.title, hint, nil)
		case errors.As(err, new(*MissingError)):
			return folder{}, failed.err
		}
		return folder{}, req.missing(r.title, "fetching it failed; once it has been fetched, no network is needed", failed.err)
	}
	return got, err
}

// get returns a folder of the cache. A fetch that failed is not tried again, and
// neither is a registry that could not be reached: finding that out takes long.
func (f *Finder) get(ctx context.Context, r recipe) (folder, error) {
	fill := r.fill
	r.fill = func(ctx context.Context, root, downloads string) (origin, error) {
		f.mu.Lock()
		before := cmp.Or(f.failed[r.name], f.unreachable[r.client])
		f.mu.Unlock()
		if before != nil {
			return origin{}, before
		}
		from, err := fill(ctx, root, downloads)
		if err != nil && ctx.Err() == nil {
			f.remember(r, err)
		}
		return from, err
	}
	return f.cache().get(ctx, r)
}

func (f *Finder) remember(r recipe, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == nil {
		f.failed, f.unreachable = map[string]error{}, map[string]error{}
	}
	f.failed[r.name] = err
	if unreachable, ok := errors.AsType[*program.UnreachableError](err); ok {
		f.unreachable[r.client] = unreachable
	}
}

// pinned are the packages that may be fetched.
func (f *Finder) pinned() *pins {
	if f.pins != nil {
		return f.pins
	}
	return embeddedPins()
}

var identifier = regexp.MustCompile(`^(nodejs|python|java|dotnet|provided)(?:\.?(al2|al2023|\d+(?:\.\d+)?)(?:\.x)?)?$`)

// Find returns the runtime with AWS's identifier, such as nodejs22.x, for an
// architecture. The error is a [*MissingError] if it cannot be had here; any
// other error is ctx's or about the cache's folder.
func (f *Finder) Find(ctx context.Context, runtime string, arch functions.Architecture) (Runtime, error) {
	f.mu.Lock()
	if f.found == nil {
		f.found = map[key]*search{}
	}
	s := f.found[key{runtime, arch}]
	if s == nil {
		s = &search{}
		f.found[key{runtime, arch}] = s
	}
	f.mu.Unlock()

	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found != nil {
		return *s.found, nil
	}
	r, err := f.find(ctx, runtime, arch)
	switch {
	case ctx.Err() != nil:
		// A command that was killed because ctx is done has not shown that anything is missing.
		return Runtime{}, fmt.Errorf("find runtime %s: %w", runtime, context.Cause(ctx))
	case errors.As(err, new(*MissingError)):
		return Runtime{}, err
	case err != nil:
		return Runtime{}, fmt.Errorf("find runtime %s: %w", runtime, err)
	}
	s.found = &r
	return r, nil
}

func (f *Finder) find(ctx context.Context, id string, arch functions.Architecture) (Runtime, error) {
	parts := identifier.FindStringSubmatch(id)
	req := request{id: id, architecture: arch}
	if parts == nil {
		return Runtime{}, req.missing("support for this runtime", "the ones known here are nodejs, python, java, dotnet and provided", nil)
	}
	req.version = parts[2]

	host, err := HostArchitecture()
	if err != nil {
		return Runtime{}, err
	}
	if arch != host {
		switch parts[1] {
		case "python", "java", "dotnet":
			return Runtime{}, req.missing("an interpreter for "+string(arch),
				"no registry that is used here has one that runs under emulation; run this cell on an "+string(arch)+" machine", nil)
		}
		if req.emulator, err = findEmulator(ctx, req); err != nil {
			return Runtime{}, err
		}
	}

	var r Runtime
	switch parts[1] {
	case "nodejs":
		r, err = f.findNode(ctx, req)
	case "python":
		r, err = f.findPython(ctx, req)
	case "java":
		r, err = f.findJava(ctx, req)
	case "dotnet":
		r, err = f.findDotnet(ctx, req)
	default:
		r, err = findProvided(req)
	}
	if err != nil {
		return Runtime{}, err
	}
	r.ID, r.Architecture = id, arch
	r.emulator, r.Emulator = req.emulator, req.emulator.String()
	return r, nil
}

func (f *Finder) progress(format string, args ...any) {
	if f.Progress != nil {
		f.Progress(format, args...)
	}
}

// cache is absolute, since what is found in it is started in other folders.
func (f *Finder) cache() cache {
	dir := cmp.Or(f.Cache, filepath.Join(f.Root, ".build", "runtimes"))
	if absolute, err := filepath.Abs(dir); err == nil { // it fails only in a working folder that is gone
		dir = absolute
	}
	return cache{dir: dir, progress: f.progress}
}

// executables returns every file of the given names on PATH, in PATH's order,
// and then in the other folders. The same version manager may stand in front
// of several versions, so the first one found need not be the right one.
func executables(names []string, otherFolders ...string) []string {
	var paths []string
	seen := map[string]bool{}
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), otherFolders...) {
		if !filepath.IsAbs(dir) {
			continue // a relative entry would make the answer depend on the working directory
		}
		for _, name := range names {
			if runtime.GOOS == "windows" {
				name += ".exe"
			}
			path := filepath.Join(dir, name)
			info, err := os.Stat(path)
			if err != nil || info.IsDir() || (runtime.GOOS != "windows" && info.Mode()&0o111 == 0) {
				continue
			}
			real, err := filepath.EvalSymlinks(path)
			if err != nil || seen[real] {
				continue
			}
			seen[real] = true
			paths = append(paths, path)
		}
	}
	return paths
}

// inHome returns the matches of patterns below the user's home folder.
func inHome(patterns ...string) []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	for i, pattern := range patterns {
		patterns[i] = filepath.Join(home, pattern)
	}
	return matches(patterns...)
}

func matches(patterns ...string) []string {
	var all []string
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern) // the patterns are constants, and none is malformed
		all = append(all, found...)
	}
	return all
}
