package artifact

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
)

// layoutVersion is part of every key. Raise it when the way that a zip is laid
// out changes, so that older ones are not found any more.
const layoutVersion = "1"

// recipe is how the sources of one kind become the files of a zip.
type recipe struct {
	name string
	// portable files are the same for both architectures.
	portable bool
	// perRuntime files differ from one runtime to another.
	perRuntime bool
	// native toolchains build for the architecture that they run on and for no other.
	native bool
	// cachedByTool recipes are run every time, because their tool is the better cache.
	cachedByTool bool
	// find looks for the toolchain on this machine. An [absence] is the error for
	// one that is missing or too old.
	find func(ctx context.Context, j *job) (toolchain, error)
	// image is where Docker has the same toolchain, nil if nowhere.
	image func(j *job) string
	// hint is how to install the toolchain.
	hint string
	// build leaves the files in a folder, which is then zipped as far as keep wants.
	build func(ctx context.Context, j *job) (dir string, err error)
	keep  func(name string) bool
}

var recipes = map[string]*recipe{}

func init() {
	for _, r := range []*recipe{plainRecipe, npmRecipe, mavenRecipe, dotnetRecipe, nativeAOTRecipe, goRecipe, cargoRecipe} {
		recipes[r.name] = r
	}
}

func recipeNames() string {
	return strings.Join(slices.Sorted(maps.Keys(recipes)), ", ")
}

// job is one build that is being made.
type job struct {
	builder  *Builder
	recipe   *recipe
	function functions.Function
	runtime  string
	arch     functions.Architecture
	tool     toolchain
	source   string
	// stage is this job's own folder, empty at its start and removed at its end.
	stage string
}

// always is the image of every job of a recipe.
func always(image string) func(*job) string { return func(*job) string { return image } }

// label is what people call the job's runtime.
func (j *job) label() string {
	return matrix.Variant{Language: j.function.Language, Runtime: j.runtime}.RuntimeLabel()
}

// cell names what the job makes: the variants that share one zip have one name.
func (j *job) cell() string {
	what, where := j.function.Language, "any"
	if j.recipe.perRuntime {
		what = j.label()
	}
	if !j.recipe.portable {
		where = string(j.arch)
	}
	return j.function.Name + "-" + what + "-" + where
}

// missing is the error of a toolchain that this machine does not have.
func (j *job) missing(what, hint string) error {
	return &MissingToolchainError{
		Function: j.function.Name, Language: j.function.Language, Runtime: j.runtime, Architecture: j.arch, Missing: what, Hint: hint,
	}
}

// leaveOut is how to do without the job's cell.
func (j *job) leaveOut() string {
	if j.function.Contract != functions.ContractHello { // the others are not cells of the matrix: nothing leaves them out
		return ""
	}
	word := j.function.Language
	if j.recipe.perRuntime {
		word = j.label()
	}
	return ", or leave the cell out (exclude: " + word + " in the stage's configuration, or -only)"
}

// make builds, zips and checks. Without a key the zip is named by its content.
func (j *job) make(ctx context.Context, cell, key string) (Artifact, error) {
	b := j.builder
	// What the tool caches, and what is only packed, takes no time worth a word.
	if !j.recipe.cachedByTool && j.tool.version != noToolchain.version {
		b.progress("building %s with %s", cell, j.tool.version)
	}
	if err := os.RemoveAll(j.stage); err != nil {
		return Artifact{}, fmt.Errorf("empty the staging folder: %w", err)
	}
	if err := os.MkdirAll(j.stage, 0o777); err != nil {
		return Artifact{}, fmt.Errorf("make the staging folder: %w", err)
	}
	defer os.RemoveAll(j.stage)

	dir, err := j.buildOnce(ctx)
	if err != nil {
		return Artifact{}, err
	}
	artifacts := filepath.Join(b.Dir, "artifacts")
	if err := os.MkdirAll(artifacts, 0o777); err != nil {
		return Artifact{}, fmt.Errorf("make the folder of artefacts: %w", err)
	}
	aside := filepath.Join(artifacts, cell+".tmp") // the lock makes it ours
	defer os.Remove(aside)
	if err := writeZip(aside, dir, j.recipe.keep); err != nil {
		return Artifact{}, err
	}
	for _, arch := range j.architectures() {
		if err := Check(aside, j.function, j.runtime, arch); err != nil {
			return Artifact{}, fmt.Errorf("the build made the wrong thing: %w", err)
		}
	}
	a, err := describe(aside, j.tool.version)
	if err != nil {
		return Artifact{}, err
	}
	if key == "" {
		key = a.SHA256
	}
	a.Path = b.zipPath(cell, key)
	if err := os.Rename(aside, a.Path); err != nil {
		return Artifact{}, fmt.Errorf("put the zip into its place: %w", err)
	}
	if err := manifest.Write(manifestPath(a.Path), a); err != nil {
		return Artifact{}, fmt.Errorf("describe the zip: %w", err)
	}
	return a, nil
}

// buildOnce builds, unless the registry was out of reach before: its client takes
// its time to find that out.
func (j *job) buildOnce(ctx context.Context) (string, error) {
	b, at := j.builder, registry{j.recipe.name, j.source}
	b.mu.Lock()
	before := b.unreachable[at]
	b.mu.Unlock()
	if before != nil {
		return "", before
	}
	dir, err := j.recipe.build(ctx, j)
	if unreachable, ok := errors.AsType[*program.UnreachableError](err); ok {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.unreachable == nil {
			b.unreachable = map[registry]error{}
		}
		b.unreachable[at] = unreachable
	}
	return dir, err
}

// architectures that the zip is for.
func (j *job) architectures() []functions.Architecture {
	if j.recipe.portable {
		return []functions.Architecture{functions.ARM64, functions.X8664}
	}
	return []functions.Architecture{j.arch}
}

// run runs a command of the toolchain in dir.
func (j *job) run(ctx context.Context, dir string, variables []string, argv ...string) error {
	if j.tool.image != "" {
		return j.runInDocker(ctx, dir, variables, argv...)
	}
	_, err := run(ctx, dir, slices.Concat(j.tool.variables, variables), argv...)
	return err
}

// stageSources copies the sources to where a tool may write beside them.
func (j *job) stageSources(context.Context) (string, error) {
	if err := copyTree(j.source, j.stage); err != nil {
		return "", fmt.Errorf("stage the source: %w", err)
	}
	return j.stage, nil
}
