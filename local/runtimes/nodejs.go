package runtimes

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// nodeClient is one release of the official runtime client.
type nodeClient struct {
	// spec is the package's name and range: aws-lambda-ric@3.
	spec string
	// bundle is the client's file in its package.
	bundle string
	// files of ours stand beside it: rapid-client.node.js answers for the native
	// module that the package would compile at install time.
	files []string
	// entry is what Node.js is started with.
	entry string
	// argued says that the entry takes the task root and the handler as arguments;
	// else it reads the environment.
	argued bool
}

// The releases differ in what they do with a function that is not async: release 4
// refuses a callback, and answers with a value that is no promise.
var (
	// nodeClient3 is that of nodejs22.x and older.
	nodeClient3 = nodeClient{
		spec: "aws-lambda-ric@3", bundle: "dist/index.mjs", files: []string{"bootstrap.mjs", nodeNativeFile},
		entry: "bootstrap.mjs", argued: true,
	}
	// nodeClient4 is that of nodejs24.x.
	nodeClient4 = nodeClient{spec: "aws-lambda-ric@4", bundle: "index.mjs", files: []string{nodeNativeFile}, entry: "index.mjs"}
)

const nodeNativeFile = "rapid-client.node.js"

// nodeFiles are our files beside the client.
//
//go:embed nodejs
var nodeFiles embed.FS

// nodeClientOf returns the client that a major version of Node.js has on AWS.
func nodeClientOf(major int) (nodeClient, bool) {
	switch {
	case major >= 16 && major <= 22:
		return nodeClient3, true
	case major == 24:
		return nodeClient4, true
	}
	return nodeClient{}, false
}

// nodejs is a Node.js managed runtime.
type nodejs struct {
	version string
	// clientDir holds the official client with our files beside it.
	clientDir string
	client    nodeClient
}

func (f *Finder) findNode(ctx context.Context, req request) (Runtime, error) {
	major, err := strconv.Atoi(req.version)
	release, known := nodeClientOf(major)
	if err != nil || !known {
		return Runtime{}, req.missing("a runtime client that behaves as this runtime's does",
			"the clients that are used here, "+nodeClient3.spec+" and "+nodeClient4.spec+", are those of Node.js 16 to 22 and 24", nil)
	}
	if err := req.emulator.checkLibraries(req); err != nil {
		return Runtime{}, err
	}
	interpreter, version, err := f.nodeInterpreter(ctx, req)
	if err != nil {
		return Runtime{}, err
	}
	client, err := f.fetchNodeClient(ctx, req, release)
	if err != nil {
		return Runtime{}, err
	}
	return Runtime{
		Version: version, Client: "aws-lambda-ric " + client.Version, Interpreter: interpreter,
		family: nodejs{version: version, clientDir: client.root, client: release},
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
	title := "Node.js " + req.version
	hint := "install Node.js " + req.version + ", or npm, which can fetch it"
	if req.emulator.path != "" {
		title += " for " + string(req.architecture)
		hint = "install npm, which can fetch it"
	}
	pin, ok := f.pinned().NPM[name+"@"+req.version]
	if !ok {
		return "", "", req.missing(title, "install Node.js "+req.version, unpinned("npm's "+name+"@"+req.version))
	}
	binary := filepath.Join("bin", "node")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	got, err := f.fetch(ctx, req, recipe{
		name:   "node-" + pin.Version + "-" + strings.TrimPrefix(name, "node-") + "-" + digest(pin),
		title:  title,
		client: "npm",
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			from, archive, err := packNPM(ctx, name, pin, downloads)
			if err != nil {
				return origin{}, err
			}
			wanted := func(name string) (string, bool) {
				name = strings.TrimPrefix(name, "package/")
				return name, name == filepath.ToSlash(binary) || name == "LICENSE"
			}
			if err := unpackTGZ(archive, root, wanted); err != nil {
				return origin{}, err
			}
			// What does not start here (another C library, say) must not get into the cache.
			ask := append(req.emulator.prefix(), filepath.Join(root, binary), "--version")
			_, _, err = command{argv: ask, limit: time.Minute}.run(ctx)
			return from, err
		},
	}, hint)
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

// fetchNodeClient returns the official client with our files beside it. The
// folder's name has their checksum, so that a change of ours makes a new one.
func (f *Finder) fetchNodeClient(ctx context.Context, req request, release nodeClient) (folder, error) {
	hash := sha256.New()
	contents := map[string][]byte{}
	for _, name := range release.files {
		content, err := nodeFiles.ReadFile("nodejs/" + name)
		if err != nil {
			return folder{}, fmt.Errorf("read the embedded %s: %w", name, err)
		}
		contents[name] = content
		hash.Write(content)
	}
	name, _, _ := strings.Cut(release.spec, "@")
	pin, ok := f.pinned().NPM[release.spec]
	if !ok {
		return folder{}, req.missing(name, "", unpinned("npm's "+release.spec))
	}
	fmt.Fprint(hash, digest(pin))
	return f.fetch(ctx, req, recipe{
		name:   fmt.Sprintf("%s-%s-%.8x", name, pin.Version, hash.Sum(nil)),
		title:  name + " " + pin.Version,
		client: "npm",
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			from, archive, err := packNPM(ctx, name, pin, downloads)
			if err != nil {
				return origin{}, err
			}
			wanted := func(name string) (string, bool) {
				switch name = strings.TrimPrefix(name, "package/"); name {
				case release.bundle:
					return "index.mjs", true
				case "LICENSE", "NOTICE", "THIRD-PARTY-LICENSES":
					return name, true
				}
				return "", false
			}
			if err := unpackTGZ(archive, root, wanted); err != nil {
				return origin{}, err
			}
			for name, content := range contents {
				if err := os.WriteFile(filepath.Join(root, name), content, 0o644); err != nil {
					return origin{}, err
				}
			}
			return from, nil
		},
	}, "install npm, which can fetch it")
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
	argv = append(argv, filepath.Join(n.clientDir, n.client.entry))
	if n.client.argued {
		argv = append(argv, taskRoot, handler)
	}
	return argv, map[string]string{
		"LAMBDA_RUNTIME_DIR": n.clientDir,
		"NODE_PATH": strings.Join([]string{filepath.Join(n.clientDir, "node_modules"), n.clientDir, taskRoot},
			string(filepath.ListSeparator)),
		"PATH": searchPath(filepath.Dir(interpreter)),
	}
}

// moduleFlags are the options of nodejs20.x and nodejs22.x; nodejs24.x has none.
// An older patch release than the option itself would not start with it.
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
