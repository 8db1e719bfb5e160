package artifact

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// cargoRecipe ships one static executable. The target is musl, and the linker
// is the one that comes with Rust, so that no C toolchain is needed for either
// architecture.
var cargoRecipe = &recipe{
	name:  "cargo",
	hint:  "install Rust 1.84 or newer with rustup, which also fetches the target",
	image: always("public.ecr.aws/docker/library/rust:1"),
	find:  findCargo,
	build: buildCargo,
	keep:  func(name string) bool { return name == "bootstrap" },
}

const minimumRust = "1.84"

func findCargo(ctx context.Context, j *job) (toolchain, error) {
	if _, err := exec.LookPath("cargo"); err != nil {
		return toolchain{}, absence{"Cargo (Rust " + minimumRust + " or newer)"}
	}
	v, err := tooOldOrMissing(ctx, "Rust", minimumRust, nil, "rustc", "--version")
	if err != nil {
		return toolchain{}, err
	}
	target := rustTarget(j.arch)
	there, err := hasRustTarget(ctx, target)
	if err != nil {
		return toolchain{}, err
	}
	if !there {
		if err := addRustTarget(ctx, j, target); err != nil {
			return toolchain{}, err
		}
	}
	return toolchain{version: "rustc " + v}, nil
}

func hasRustTarget(ctx context.Context, target string) (bool, error) {
	output, err := run(ctx, "", nil, "rustc", "--print", "target-libdir", "--target", target)
	if err != nil {
		return false, err
	}
	_, err = os.Stat(strings.TrimSpace(output))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func addRustTarget(ctx context.Context, j *job, target string) error {
	missing := absence{"the Rust target " + target}
	if _, err := exec.LookPath("rustup"); err != nil {
		return missing
	}
	release, err := j.builder.lock(ctx, "rustup")
	if err != nil {
		return err
	}
	defer release()
	j.builder.progress("fetching the Rust target %s", target)
	if _, err := run(ctx, "", nil, "rustup", "target", "add", target); err != nil {
		if ctx.Err() != nil {
			return err
		}
		return absence{fmt.Sprintf("%s (%v)", missing.missing, err)}
	}
	return nil
}

func buildCargo(ctx context.Context, j *job) (string, error) {
	dir, err := j.stageSources(ctx)
	if err != nil {
		return "", err
	}
	// Both architectures, and every build to come, share the compiled dependencies.
	targetDir, err := filepath.Abs(filepath.Join(j.builder.Dir, "cargo", j.function.Name))
	if err != nil {
		return "", err
	}
	target := rustTarget(j.arch)
	variables := []string{
		"CARGO_TARGET_DIR=" + targetDir,
		"CARGO_TARGET_" + strings.ToUpper(strings.ReplaceAll(target, "-", "_")) + "_LINKER=rust-lld",
		// Panics name source files: keep this machine's folders out of the program.
		"CARGO_ENCODED_RUSTFLAGS=--remap-path-prefix=" + cargoHome(j) + "=/cargo",
		"CARGO_TERM_COLOR=never",
	}
	if j.tool.image != "" {
		if err := j.run(ctx, dir, nil, "rustup", "target", "add", target); err != nil {
			return "", err
		}
	}
	if err := j.run(ctx, dir, variables, "cargo", "build", "--release", "--locked", "--target", target); err != nil {
		return "", err
	}
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o777); err != nil {
		return "", err
	}
	return out, copyFile(filepath.Join(targetDir, target, "release", "bootstrap"), filepath.Join(out, "bootstrap"))
}

func cargoHome(j *job) string {
	if j.tool.image != "" {
		return "/usr/local/cargo"
	}
	if home := os.Getenv("CARGO_HOME"); home != "" {
		return home
	}
	user, _ := os.UserHomeDir() // cargo itself would complain of a missing one
	return filepath.Join(user, ".cargo")
}

func rustTarget(arch functions.Architecture) string {
	if arch == functions.ARM64 {
		return "aarch64-unknown-linux-musl"
	}
	return string(arch) + "-unknown-linux-musl"
}
