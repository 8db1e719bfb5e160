package artifact

import (
	"context"
	"strings"
)

// npmRecipe ships JavaScript with the dependencies of its lock file. No script
// of a dependency is run.
var npmRecipe = &recipe{
	name: "npm", portable: true,
	hint:  "install Node.js 18 or newer, which brings npm",
	image: always("public.ecr.aws/sam/build-nodejs22.x"),
	find: func(ctx context.Context, _ *job) (toolchain, error) {
		v, err := tooOldOrMissing(ctx, "npm", "8", nil, "npm", "--version")
		return toolchain{version: "npm " + v}, err
	},
	build: func(ctx context.Context, j *job) (string, error) {
		dir, err := j.stageSources(ctx)
		if err != nil {
			return "", err
		}
		return dir, j.run(ctx, dir, nil, "npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier",
			"--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
	},
	keep: func(name string) bool {
		dependency, ok := strings.CutPrefix(name, "node_modules/")
		if !ok {
			return ships(name)
		}
		// npm's own records (.package-lock.json, .bin) tell of this machine, and
		// type declarations and source maps are for editors.
		return !strings.HasPrefix(dependency, ".") &&
			!strings.HasSuffix(name, ".d.ts") && !strings.HasSuffix(name, ".map")
	},
}
