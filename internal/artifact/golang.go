package artifact

import (
	"context"
	"errors"
	"fmt"
	goversion "go/version"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// goRecipe ships one static executable. The source is a module of its own, or a
// package of the repository's module. The go command decides what has to be
// compiled: it knows of every package that goes in.
var goRecipe = &recipe{
	name: "go", cachedByTool: true,
	hint:  "install Go 1.26 or newer",
	image: always("public.ecr.aws/docker/library/golang:1.26"),
	find:  findGo,
	build: buildGo,
	keep:  func(name string) bool { return name == "bootstrap" },
}

const minimumGo = "go1.26"

func findGo(ctx context.Context, j *job) (toolchain, error) {
	// Asked in the source's folder, go answers with the toolchain that go.mod selects.
	output, err := run(ctx, j.source, nil, "go", "env", "GOVERSION")
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return toolchain{}, absence{"Go 1.26 or newer"}
	case ctx.Err() != nil:
		return toolchain{}, err
	case err != nil:
		return toolchain{}, absence{fmt.Sprintf("a working Go 1.26 or newer (%v)", err)}
	}
	v := strings.TrimSpace(output)
	if goversion.Compare(v, minimumGo) < 0 {
		return toolchain{}, absence{fmt.Sprintf("Go 1.26 or newer (found %s)", v)}
	}
	return toolchain{version: v}, nil
}

func buildGo(ctx context.Context, j *job) (string, error) {
	dir, pkg := j.source, "."
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); errors.Is(err, os.ErrNotExist) {
		dir, pkg = j.builder.Root, "./"+path.Join("functions", j.function.Source)
	} else if err != nil {
		return "", err
	}
	stage, err := filepath.Abs(j.stage) // the command runs elsewhere
	if err != nil {
		return "", err
	}
	variables := []string{"GOOS=linux", "GOARCH=" + goArchitecture(j.arch), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off"}
	return stage, j.run(ctx, dir, variables, "go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false",
		"-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", filepath.Join(stage, "bootstrap"), pkg)
}

func goArchitecture(arch functions.Architecture) string {
	if arch == functions.X8664 {
		return "amd64"
	}
	return string(arch)
}
