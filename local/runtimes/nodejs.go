package runtimes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// nodeClientVersion is the newest release with the behaviour of nodejs22.x and
// older. Release 4, which nodejs24.x has, refuses callback handlers.
const nodeClientVersion = "3.3.0"

// nodeFiles stand beside the official client: its entry point, and what answers
// for the native module that its package would compile at install time.
//
//go:embed nodejs
var nodeFiles embed.FS

var nodeFileNames = []string{"bootstrap.mjs", "rapid-client.node.js"}

// nodejs is a Node.js managed runtime.
type nodejs struct {
	version string
	// clientDir holds the official client with our two files beside it.
	clientDir string
}

func (f *Finder) findNode(ctx context.Context, req request) (Runtime, error) {
	major, err := strconv.Atoi(req.version)
	if err != nil || major < 16 || major > 22 {
		return Runtime{}, req.missing("a runtime client that behaves as this runtime's does",
			"the client that is used here, aws-lambda-ric "+nodeClientVersion+", is that of Node.js 16 to 22", nil)
	}
	if err := req.emulator.checkLibraries(req); err != nil {
		return Runtime{}, err
	}
	interpreter, version, err := f.nodeInterpreter(ctx, req)
	if err != nil {
		return Runtime{}, err
	}
	client, err := f.nodeClient(ctx, req)
	if err != nil {
		return Runtime{}, err
	}
	return Runtime{
		Version: version, Client: "aws-lambda-ric " + client.Version, Interpreter: interpreter,
		family: nodejs{version: version, clientDir: client.root},
	}, nil
}

// nodeInterpreter returns an installed Node.js of the right major version, else a fetched one.
func (f *Finder) nodeInterpreter(ctx context.Context, req request) (path, version string, err error) {
	if req.emulator.path == "" {
		others := append(inHome(".nvm/versions/node/v"+req.version+".*/bin"),
			matches("/opt/homebrew/opt/node@"+req.version+"/bin", "/usr/local/opt/node@"+req.version+"/bin")...)
		for _, candidate := range executables([]string{"node", "nodejs", "node" + req.version}, others...) {
			if path, version, ok := askNode(ctx, candidate, req); ok {
				return path, version, nil
			}
		}
	}

	name := nodePackage(req.architecture)
	spec := name + "@" + req.version
	title := "Node.js " + req.version
	hint := "install Node.js " + req.version + ", or npm, which can fetch it"
	if req.emulator.path != "" {
		title += " for " + string(req.architecture)
		hint = "install npm, which can fetch it"
	}
	binary := filepath.Join("bin", "node")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	got, err := f.cache().get(ctx, recipe{
		name:  "node-" + req.version + "-" + strings.TrimPrefix(name, "node-"),
		title: title,
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			npm, err := exec.LookPath("npm")
			if err != nil {
				return origin{}, req.missing(title, hint, nil)
			}
			from, archive, err := packNPM(ctx, npm, spec, downloads)
			if err != nil {
				return origin{}, req.unfetched(title, err)
			}
			wanted := func(name string) (string, bool) {
				name = strings.TrimPrefix(name, "package/")
				return name, name == filepath.ToSlash(binary) || name == "LICENSE"
			}
			if err := unpackTGZ(archive, root, wanted); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			// What does not start here (another C library, say) must not get into the cache.
			ask := append(req.emulator.prefix(), filepath.Join(root, binary), "--version")
			if _, _, err := (command{argv: ask, env: environ(), limit: time.Minute}).run(ctx); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			return from, nil
		},
	})
	if err != nil {
		return "", "", err
	}
	return filepath.Join(got.root, binary), got.Version, nil
}

// nodePackage is the name of the npm package with nothing but Node.js for this system.
func nodePackage(arch functions.Architecture) string {
	system := map[string]string{"windows": "win"}[runtime.GOOS]
	processor := "x64"
	if arch == functions.ARM64 {
		processor = "arm64"
	}
	return "node-" + cmp.Or(system, runtime.GOOS) + "-" + processor
}

// askNode asks an installed Node.js who it is. The answer's path is the program
// itself, not the shim of a version manager that stood in its place.
func askNode(ctx context.Context, candidate string, req request) (path, version string, ok bool) {
	said, _, err := command{
		argv:  []string{candidate, "-p", "JSON.stringify([process.version, process.arch, process.execPath])"},
		env:   environ(),
		limit: 10 * time.Second,
	}.run(ctx)
	if err != nil {
		return "", "", false
	}
	var answer [3]string
	if json.Unmarshal(said, &answer) != nil {
		return "", "", false
	}
	version = strings.TrimPrefix(answer[0], "v")
	architecture := map[string]functions.Architecture{"x64": functions.X8664, "arm64": functions.ARM64}[answer[1]]
	if !strings.HasPrefix(version, req.version+".") || architecture != req.architecture || !filepath.IsAbs(answer[2]) {
		return "", "", false
	}
	return answer[2], version, true
}

// nodeClient returns the official client with our files beside it. The folder's
// name has their checksum, so that a change of ours makes a new one.
func (f *Finder) nodeClient(ctx context.Context, req request) (folder, error) {
	hash := sha256.New()
	contents := map[string][]byte{}
	for _, name := range nodeFileNames {
		content, err := nodeFiles.ReadFile("nodejs/" + name)
		if err != nil {
			return folder{}, fmt.Errorf("read the embedded %s: %w", name, err)
		}
		contents[name] = content
		hash.Write(content)
	}
	const title = "aws-lambda-ric " + nodeClientVersion
	return f.cache().get(ctx, recipe{
		name:  fmt.Sprintf("aws-lambda-ric-%s-%.8x", nodeClientVersion, hash.Sum(nil)),
		title: title,
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			npm, err := exec.LookPath("npm")
			if err != nil {
				return origin{}, req.missing(title, "install npm, which can fetch it", nil)
			}
			from, archive, err := packNPM(ctx, npm, "aws-lambda-ric@"+nodeClientVersion, downloads)
			if err != nil {
				return origin{}, req.unfetched(title, err)
			}
			wanted := func(name string) (string, bool) {
				switch name = strings.TrimPrefix(name, "package/"); name {
				case "dist/index.mjs":
					return "index.mjs", true
				case "LICENSE", "NOTICE", "THIRD-PARTY-LICENSES":
					return name, true
				}
				return "", false
			}
			if err := unpackTGZ(archive, root, wanted); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			for name, content := range contents {
				if err := os.WriteFile(filepath.Join(root, name), content, 0o644); err != nil {
					return origin{}, err
				}
			}
			return from, nil
		},
	})
}

// packNPM fetches one package's archive. Unlike an installation this runs none
// of the package's scripts and fetches none of its dependencies: aws-lambda-ric
// ships as one bundle, and its dependencies only compile the native module.
func packNPM(ctx context.Context, npm, spec, downloads string) (from origin, archive string, err error) {
	said, _, err := command{
		argv:  []string{npm, "pack", "--json", "--ignore-scripts", "--loglevel=error", spec},
		dir:   downloads,
		limit: 10 * time.Minute,
	}.run(ctx)
	if err != nil {
		return origin{}, "", err
	}
	var packed []struct{ Filename, Version string }
	if err := json.Unmarshal(said, &packed); err != nil || len(packed) != 1 || !filepath.IsLocal(packed[0].Filename) {
		return origin{}, "", fmt.Errorf("npm pack %s: its answer is not one package's name as JSON: %.80q", spec, said)
	}
	from = origin{Source: "npm " + spec, Version: packed[0].Version}
	if from.Archives, err = hashArchives(downloads); err != nil {
		return origin{}, "", err
	}
	return from, filepath.Join(downloads, packed[0].Filename), nil
}

// launch starts Node.js as the managed runtime does: the heap follows the
// memory size, and what Node.js 20 and 22 learned about module formats since
// their first release is off.
func (n nodejs) launch(interpreter, taskRoot, handler string, memoryMB int) ([]string, map[string]string) {
	argv := []string{
		interpreter,
		"--expose-gc",
		"--max-http-header-size", "81920",
		fmt.Sprintf("--max-semi-space-size=%d", memoryMB/10/2),
		fmt.Sprintf("--max-old-space-size=%d", memoryMB-memoryMB/10),
	}
	argv = append(argv, n.moduleFlags()...)
	argv = append(argv, filepath.Join(n.clientDir, "bootstrap.mjs"), taskRoot, handler)
	return argv, map[string]string{
		"LAMBDA_RUNTIME_DIR": n.clientDir,
		"NODE_PATH": strings.Join([]string{filepath.Join(n.clientDir, "node_modules"), n.clientDir, taskRoot},
			string(filepath.ListSeparator)),
		"PATH": searchPath(filepath.Dir(interpreter)),
	}
}

// moduleFlags are the options of nodejs20.x and nodejs22.x. An older patch
// release than the option itself would not start with it.
func (n nodejs) moduleFlags() []string {
	var major, minor int
	fmt.Sscanf(n.version, "%d.%d", &major, &minor)
	switch {
	case major == 22:
		return []string{"--no-experimental-require-module", "--no-experimental-detect-module"}
	case major == 20 && minor >= 17:
		return []string{"--no-experimental-require-module"}
	}
	return nil
}

// searchPath is PATH in a managed runtime: the interpreter's folder first.
func searchPath(dir string) string {
	dirs := []string{dir}
	for _, usual := range []string{"/usr/local/bin", "/usr/bin", "/bin"} {
		if usual != dir {
			dirs = append(dirs, usual)
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}
