package runtimes

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// dotnet is a .NET managed runtime.
type dotnet struct {
	version string // 8
	root    string // DOTNET_ROOT
}

func (f *Finder) findDotnet(ctx context.Context, req request) (Runtime, error) {
	others := slices.Concat([]string{os.Getenv("DOTNET_ROOT")}, usualDotnetFolders, inHome(".dotnet"))
	for _, candidate := range executables([]string{"dotnet"}, others...) {
		path, err := filepath.EvalSymlinks(candidate)
		if err != nil {
			continue
		}
		said, _, err := command{argv: []string{path, "--list-runtimes"}, limit: 30 * time.Second}.run(ctx)
		if err != nil {
			continue
		}
		if version := newestRuntime(string(said), req.version); version != "" {
			return Runtime{
				Version: version, Interpreter: path,
				family: dotnet{version: req.version, root: filepath.Dir(path)},
			}, nil
		}
	}
	return Runtime{}, req.missing(".NET "+req.version,
		"install the .NET "+req.version+" runtime or SDK so that dotnet is on PATH, or leave this cell out with exclude: dotnet"+req.version, nil)
}

var usualDotnetFolders = []string{"/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/usr/local/share/dotnet"}

// newestRuntime picks, out of what dotnet --list-runtimes says, the version of
// a major version that dotnet itself would pick. It lists them in ascending order.
func newestRuntime(said, major string) string {
	var newest string
	for line := range strings.Lines(said) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == "Microsoft.NETCore.App" && strings.HasPrefix(fields[1], major+".") {
			newest = fields[1]
		}
	}
	return newest
}

// launch follows AWS's rules: a handler without a colon is an executable
// assembly, or else a native program; with one it is a method, which the
// runtime client that the function brought along is asked to call.
func (d dotnet) launch(interpreter, taskRoot, handler string, _ int) ([]string, map[string]string) {
	assembly, _, method := strings.Cut(handler, ":")
	var argv []string
	switch dll := filepath.Join(taskRoot, strings.TrimSuffix(handler, ".dll")+".dll"); {
	case method:
		argv = []string{interpreter, "exec",
			"--depsfile", filepath.Join(taskRoot, assembly+".deps.json"),
			"--runtimeconfig", filepath.Join(taskRoot, assembly+".runtimeconfig.json"),
			filepath.Join(taskRoot, "Amazon.Lambda.RuntimeSupport.dll"), handler}
	case !exists(dll) && exists(filepath.Join(taskRoot, handler)):
		argv = []string{filepath.Join(taskRoot, handler)}
	default:
		argv = []string{interpreter, "exec", dll}
	}
	return argv, map[string]string{
		"DOTNET_ROOT":         d.root,
		"LAMBDA_RUNTIME_NAME": "dotnet" + d.version,
		"PATH":                searchPath(d.root),
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
