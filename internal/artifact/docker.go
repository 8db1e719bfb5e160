package artifact

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// dockerPatience is how long a Docker engine may take to say that it is there.
// A client without an engine fails at once.
const dockerPatience = 5 * time.Second

// dockerEngine says whether a Docker engine answers; a client alone is nothing.
func dockerEngine(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, dockerPatience)
	defer cancel()
	_, err := run(ctx, "", nil, "docker", "version", "--format", "{{.Server.Version}}")
	return err == nil
}

// dockerPlatforms are the architectures in Docker's words.
var dockerPlatforms = map[functions.Architecture]string{functions.ARM64: "linux/arm64", functions.X8664: "linux/amd64"}

// runInDocker runs a command in the recipe's image. Folders have the same names
// inside and outside. The container is root, because the images' toolchains
// belong to root, and gives what it has made to the caller.
func (j *job) runInDocker(ctx context.Context, dir string, variables []string, argv ...string) error {
	root, err := filepath.Abs(j.builder.Root)
	if err != nil {
		return err
	}
	build, err := filepath.Abs(j.builder.Dir)
	if err != nil {
		return err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	home := filepath.Join(build, "docker-home")
	if err := os.MkdirAll(home, 0o777); err != nil {
		return fmt.Errorf("make a home for Docker: %w", err)
	}
	owner := fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
	name := fmt.Sprintf("lambda-benchmark-%016x", rand.Uint64())
	docker := []string{
		"docker", "run", "--rm", "--init", "--name", name, "--entrypoint", "sh",
		"--volume", root + ":" + root + ":ro",
		"--volume", build + ":" + build,
		"--workdir", dir,
		"--env", "HOME=" + home,
	}
	if j.recipe.native {
		docker = append(docker, "--platform", dockerPlatforms[j.arch])
	}
	for _, v := range variables {
		docker = append(docker, "--env", v)
	}
	docker = append(docker, j.tool.image, "-c", `"$@"; code=$?; chown -R `+owner+` "$0"; exit $code`, build)
	_, err = run(ctx, "", nil, slices.Concat(docker, argv)...)
	if ctx.Err() != nil {
		// The client is dead, its container is not.
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), dockerPatience)
		defer cancel()
		if _, killErr := run(after, "", nil, "docker", "kill", name); killErr != nil && !strings.Contains(killErr.Error(), "o such container") {
			return fmt.Errorf("%w; its container %s is still there: %w", err, name, killErr)
		}
	}
	return err
}
