package artifact

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// toolchain is what the commands of a recipe are run with.
type toolchain struct {
	// version is a part of the cache's key and of the artefact's description.
	version string
	// variables for every command.
	variables []string
	// image is set if the commands run in Docker.
	image string
}

// noToolchain is for sources that are shipped as they are.
var noToolchain = toolchain{version: "none"}

// absence is the error of a search that found nothing good enough.
type absence struct {
	missing string // "a JDK 21 or newer"
}

func (a absence) Error() string { return a.missing + " is missing" }

// toolchain finds what a recipe needs: on this machine, then in Docker. The
// answer is remembered.
func (b *Builder) toolchain(ctx context.Context, j *job) (toolchain, error) {
	r := j.recipe
	b.mu.Lock()
	if b.toolchains == nil {
		b.toolchains = map[string]*lookup{}
	}
	key := r.name
	if !r.portable {
		key = strings.Join([]string{r.name, j.runtime, j.source, string(j.arch)}, "\x00")
	}
	l, ok := b.toolchains[key]
	if !ok {
		l = &lookup{}
		b.toolchains[key] = l
	}
	b.mu.Unlock()

	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.done {
		l.tool, l.err = findToolchain(ctx, j)
		l.done = ctx.Err() == nil // a search that was interrupted says nothing
	}
	var absent absence
	if errors.As(l.err, &absent) {
		return toolchain{}, j.missing(absent.missing, r.hint+", or start a Docker engine"+j.leaveOut())
	}
	return l.tool, l.err
}

func findToolchain(ctx context.Context, j *job) (toolchain, error) {
	tool, err := j.recipe.find(ctx, j)
	var absent absence
	if err == nil || !errors.As(err, &absent) || j.recipe.image == nil {
		return tool, err
	}
	if dockerEngine(ctx) {
		image := j.recipe.image(j)
		j.builder.progress("%v here: building with %s in Docker", absent, image)
		return toolchain{version: image, image: image}, nil
	}
	return toolchain{}, err
}

// version runs a command that prints its version, and returns the first word
// that starts with a digit.
func version(ctx context.Context, variables []string, argv ...string) (string, error) {
	output, err := run(ctx, "", variables, argv...)
	if err != nil {
		return "", err
	}
	for word := range strings.FieldsSeq(output) {
		if word[0] >= '0' && word[0] <= '9' {
			return word, nil
		}
	}
	return "", fmt.Errorf("run %s: its output names no version: %s", strings.Join(argv, " "), strings.TrimSpace(output))
}

// tooOldOrMissing asks a command for its version. A command that is not there,
// or cannot run, or is older than minimum, is an absence.
func tooOldOrMissing(ctx context.Context, what, minimum string, variables []string, argv ...string) (string, error) {
	v, err := version(ctx, variables, argv...)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", absence{fmt.Sprintf("%s %s or newer", what, minimum)}
	case ctx.Err() != nil:
		return "", err
	case err != nil:
		return "", absence{fmt.Sprintf("a working %s %s or newer (%v)", what, minimum, err)}
	case !atLeast(v, minimum):
		return "", absence{fmt.Sprintf("%s %s or newer (found %s)", what, minimum, v)}
	}
	return v, nil
}

// atLeast compares versions number by number: 1.10 is newer than 1.9. What
// follows the numbers (-beta, +1) is left aside.
func atLeast(v, minimum string) bool {
	have, want := numbers(v), numbers(minimum)
	for i, w := range want {
		h := 0
		if i < len(have) {
			h = have[i]
		}
		if h != w {
			return h > w
		}
	}
	return true
}

func numbers(v string) []int {
	var all []int
	for part := range strings.SplitSeq(v, ".") {
		digits := part
		if end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			digits = part[:end]
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			return all
		}
		all = append(all, n)
		if digits != part {
			return all
		}
	}
	return all
}
