package artifact

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// nativeAOTRecipe ships one executable that .NET compiled ahead of time to the
// last instruction: it needs no runtime but the C library of its system.
var nativeAOTRecipe = &recipe{
	name: "dotnet-aot", perRuntime: true, native: true,
	hint:  "install the .NET SDK " + nativeAOTVersion + " or newer and clang or gcc on a Linux machine of the architecture",
	image: nativeAOTImage,
	find:  findNativeAOT,
	build: buildNativeAOT,
	keep:  func(name string) bool { return name == "bootstrap" },
}

// nativeAOTVersion is that of .NET. The runtime is a part of the program, so AWS's
// dates for its own do not bound it.
const nativeAOTVersion = "10"

// nativeAOTImage is Amazon Linux 2023 with its C library: what is linked in it runs there.
func nativeAOTImage(j *job) string {
	return "public.ecr.aws/sam/build-dotnet" + nativeAOTVersion + ":latest-" + string(j.arch)
}

func findNativeAOT(ctx context.Context, j *job) (toolchain, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != goArchitectures[j.arch] {
		return toolchain{}, absence{fmt.Sprintf("a linker for Linux on %s (Native AOT links for the system that it runs on)", j.arch)}
	}
	tool, err := findDotnetSDK(ctx, nativeAOTVersion)
	if err != nil {
		return toolchain{}, err
	}
	for _, linker := range []string{"clang", "gcc"} {
		if _, err := exec.LookPath(linker); err == nil {
			return tool, nil
		}
	}
	return toolchain{}, absence{"clang or gcc, with which Native AOT links"}
}

// buildNativeAOT builds with this machine's C library. Where that is newer than
// Lambda's, the program may ask for what Lambda lacks: then it is built in Docker.
func buildNativeAOT(ctx context.Context, j *job) (string, error) {
	dir, err := publishNativeAOT(ctx, j)
	if err != nil || j.tool.image != "" {
		return dir, err
	}
	program, err := os.ReadFile(filepath.Join(dir, "bootstrap"))
	if err != nil {
		return "", err
	}
	newer, ok := errors.AsType[*glibcError](checkLibraries(program, j.runtime))
	if !ok {
		return dir, nil // whatever else is wrong with it, the check of the zip says
	}
	image := nativeAOTImage(j)
	if !dockerEngine(ctx) {
		return "", j.missing(fmt.Sprintf("a C library as old as Lambda's (%v)", newer),
			"start a Docker engine, and it is built in "+image+j.leaveOut())
	}
	j.builder.progress("%v: building again with %s in Docker", newer, image)
	if err := os.RemoveAll(j.stage); err != nil {
		return "", err
	}
	j.tool = toolchain{version: image, image: image}
	return publishNativeAOT(ctx, j)
}

func publishNativeAOT(ctx context.Context, j *job) (string, error) {
	return publishDotnet(ctx, j, nativeAOTVersion, "-p:PublishAot=true", "-p:StripSymbols=true")
}

// goArchitectures are the architectures in Go's words.
var goArchitectures = map[functions.Architecture]string{functions.ARM64: "arm64", functions.X8664: "amd64"}
