package artifact

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// dotnetRecipe ships what dotnet publish leaves, compiled ahead of time for the
// architecture and without a runtime, which Lambda has.
var dotnetRecipe = &recipe{
	name: "dotnet", perRuntime: true,
	hint:  "install the .NET SDK of the runtime's version or newer",
	image: func(j *job) string { return "public.ecr.aws/sam/build-" + j.runtime },
	find: func(ctx context.Context, j *job) (toolchain, error) {
		return findDotnetSDK(ctx, strings.TrimPrefix(j.runtime, "dotnet"))
	},
	build: func(ctx context.Context, j *job) (string, error) {
		return publishDotnet(ctx, j, strings.TrimPrefix(j.runtime, "dotnet"), "--self-contained", "false")
	},
	keep: func(name string) bool {
		return !strings.HasPrefix(name, ".") && !strings.HasSuffix(name, ".pdb")
	},
}

// Build servers would outlive the build.
var dotnetVariables = []string{
	"DOTNET_CLI_TELEMETRY_OPTOUT=1", "DOTNET_NOLOGO=1", "DOTNET_CLI_USE_MSBUILD_SERVER=0", "MSBUILDDISABLENODEREUSE=1",
}

// findDotnetSDK looks for an SDK that is new enough for a version of .NET.
func findDotnetSDK(ctx context.Context, minimum string) (toolchain, error) {
	wanted := "the .NET SDK " + minimum + " or newer"
	dotnet, ok := dotnetCommand()
	if !ok {
		return toolchain{}, absence{wanted}
	}
	output, err := run(ctx, "", dotnetVariables, dotnet, "--list-sdks")
	if err != nil {
		if ctx.Err() != nil {
			return toolchain{}, err
		}
		return toolchain{}, absence{fmt.Sprintf("%s that works (%v)", wanted, err)}
	}
	newest := newestSDK(output)
	if !atLeast(newest, minimum) {
		if newest == "" {
			newest = "a runtime alone"
		}
		return toolchain{}, absence{fmt.Sprintf("%s (found %s)", wanted, newest)}
	}
	variables := append([]string{"PATH=" + filepath.Dir(dotnet) + string(os.PathListSeparator) + os.Getenv("PATH")}, dotnetVariables...)
	return toolchain{version: ".NET SDK " + newest, variables: variables}, nil
}

// newestSDK reads what dotnet --list-sdks prints: a version and a folder a line.
func newestSDK(list string) string {
	newest := ""
	for line := range strings.Lines(list) {
		v, _, ok := strings.Cut(line, " [")
		if ok && (newest == "" || atLeast(v, newest)) {
			newest = v
		}
	}
	return newest
}

func dotnetCommand() (string, bool) {
	user, _ := os.UserHomeDir() // without one, its folder is not there either
	candidates := []string{"dotnet"}
	for _, dir := range []string{os.Getenv("DOTNET_ROOT"), filepath.Join(user, ".dotnet"),
		"/usr/share/dotnet", "/usr/lib/dotnet", "/usr/local/share/dotnet"} {
		if dir != "" {
			candidates = append(candidates, filepath.Join(dir, "dotnet"))
		}
	}
	if runtime.GOOS == "windows" {
		candidates = append(candidates, filepath.Join(os.Getenv("ProgramFiles"), "dotnet", "dotnet"))
	}
	for _, candidate := range candidates {
		if found, err := exec.LookPath(candidate); err == nil || errors.Is(err, exec.ErrDot) {
			return found, true
		}
	}
	return "", false
}

// publishDotnet runs dotnet publish for one version of .NET. The project names all
// versions; it is restored for this one alone, because an older SDK knows no newer one.
func publishDotnet(ctx context.Context, j *job, version string, args ...string) (string, error) {
	dir, err := j.stageSources(ctx)
	if err != nil {
		return "", err
	}
	out, err := filepath.Abs(filepath.Join(dir, "bin", "publish"))
	if err != nil {
		return "", err
	}
	rid := "linux-arm64"
	if j.arch == functions.X8664 {
		rid = "linux-x64"
	}
	framework := "net" + version + ".0"
	argv := []string{"dotnet", "publish", "--configuration", "Release",
		"--framework", framework, "-p:TargetFrameworks=" + framework, "--runtime", rid,
		"--output", out, "--nologo", "--verbosity", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false"}
	return out, j.run(ctx, dir, nil, append(argv, args...)...)
}
