package runtimes

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// pythonClient is the runtime client of every version of Python.
const pythonClient = "awslambdaric"

// python is a Python managed runtime.
type python struct {
	// clientDir is where the official client is installed.
	clientDir string
}

// askPython is the program that a Python interpreter is asked with. In a
// virtual environment and behind the shim of a version manager it names the
// interpreter itself; starting through a shim can take longer than all the rest.
const askPython = `import json, platform, sys
print(json.dumps([platform.python_version(), platform.machine(), getattr(sys, "_base_executable", None) or sys.executable]))`

func (f *Finder) findPython(ctx context.Context, req request) (Runtime, error) {
	title := "Python " + req.version
	var base, version string
	names := []string{"python" + req.version, "python3", "python"}
	for _, candidate := range executables(names, inHome(".pyenv/versions/"+req.version+".*/bin")...) {
		var ok bool
		if base, version, ok = askPythonWho(ctx, candidate, req); ok {
			break
		}
	}
	if base == "" {
		return Runtime{}, req.missing(title, "install python"+req.version+" so that it is on PATH", nil)
	}
	got, err := f.pythonEnvironment(ctx, req, base, version)
	if err != nil {
		return Runtime{}, err
	}
	interpreter := filepath.Join(got.root, "bin", "python"+req.version)
	return Runtime{
		Version: version, Client: "awslambdaric " + got.Version, Interpreter: interpreter,
		family: python{clientDir: sitePackages(got.root, req.version)},
	}, nil
}

func sitePackages(root, version string) string {
	return filepath.Join(root, "lib", "python"+version, "site-packages")
}

func askPythonWho(ctx context.Context, candidate string, req request) (base, version string, ok bool) {
	said, _, err := command{argv: []string{candidate, "-I", "-c", askPython}, limit: 10 * time.Second}.run(ctx)
	if err != nil {
		return "", "", false
	}
	var answer [3]string
	if json.Unmarshal(said, &answer) != nil {
		return "", "", false
	}
	architecture := map[string]functions.Architecture{
		"x86_64": functions.X8664, "AMD64": functions.X8664, "aarch64": functions.ARM64, "arm64": functions.ARM64,
	}[answer[1]]
	if !strings.HasPrefix(answer[0], req.version+".") || architecture != req.architecture || !filepath.IsAbs(answer[2]) {
		return "", "", false
	}
	return answer[2], answer[0], true
}

// pythonEnvironment returns a virtual environment with the official client and
// nothing else in it: what the host's owner has installed for the interpreter
// is not in AWS's runtime either, and its .pth files would run at every start.
func (f *Finder) pythonEnvironment(ctx context.Context, req request, base, version string) (folder, error) {
	packages, ok := f.pinned().Pip[pythonClient]
	if !ok {
		return folder{}, req.missing(pythonClient, "", unpinned("PyPI's "+pythonClient))
	}
	pinned := packages[pythonClient].Version
	return f.fetch(ctx, req, recipe{
		name:   fmt.Sprintf("%s-%s-python-%s-%.4x-%s", pythonClient, pinned, version, sha256.Sum256([]byte(base)), digest(packages)),
		title:  pythonClient + " " + pinned + " for Python " + version,
		client: "pip",
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			venv := command{argv: []string{base, "-I", "-m", "venv", "--without-pip", "--symlinks", root}, limit: time.Minute}
			if _, _, err := venv.run(ctx); err != nil {
				return origin{}, req.missing("Python's module venv", "install Debian's python"+req.version+"-venv, or what your system calls it", err)
			}
			archives, err := downloadWheels(ctx, packages, base, req.version, downloads)
			if err != nil {
				return origin{}, err
			}
			site := sitePackages(root, req.version)
			// A wheel without scripts and data, as these are, is installed by unpacking it.
			everything := func(name string) (string, bool) { return name, !strings.HasSuffix(name, "/") }
			for wheel := range archives {
				if err := unpackZip(filepath.Join(downloads, wheel), site, everything); err != nil {
					return origin{}, err
				}
			}
			interpreter := filepath.Join(root, "bin", "python"+req.version)
			for _, args := range [][]string{
				// Functions are started with -B, so nothing else would ever compile these.
				{"-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", site},
				{"-B", "-c", "import awslambdaric.bootstrap, runtime_client"},
			} {
				start := command{argv: append([]string{interpreter}, args...), dir: root, limit: time.Minute}
				if _, _, err := start.run(ctx); err != nil {
					return origin{}, err
				}
			}
			return origin{Source: "pip " + pythonClient + "==" + pinned, Version: pinned, Archives: archives}, nil
		},
	}, "install pip, which can fetch it")
}

// launch starts the official client as its module. AWS's task root is
// read-only, so Python never writes compiled modules there; here it might be
// allowed to, and -B keeps the second cold start like the first.
func (p python) launch(interpreter, taskRoot, handler string, _ int) ([]string, map[string]string) {
	return []string{interpreter, "-B", "-m", "awslambdaric", handler}, map[string]string{
		"LAMBDA_RUNTIME_DIR": p.clientDir,
		"PATH":               searchPath(filepath.Dir(interpreter)),
	}
}
