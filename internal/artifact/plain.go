package artifact

import "context"

// builderZip is the builder of a catalogue row whose source is a finished zip.
const builderZip = "zip"

// plainRecipe ships sources that are run as they are and need no dependency.
var plainRecipe = &recipe{
	name: "plain", portable: true, keep: ships,
	find: func(context.Context, *job) (toolchain, error) { return noToolchain, nil },
	build: func(ctx context.Context, j *job) (string, error) {
		return j.stageSources(ctx)
	},
}
