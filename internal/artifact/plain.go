package artifact

import "context"

// builderZip is the builder of a catalogue row whose source is a finished zip.
const builderZip = "zip"

// nodejsRecipe ships JavaScript that needs no dependency.
var nodejsRecipe = &recipe{
	name: "nodejs", portable: true, keep: ships,
	find: func(context.Context, *job) (toolchain, error) { return noToolchain, nil },
	build: func(ctx context.Context, j *job) (string, error) {
		return j.stageSources(ctx)
	},
}

// pythonRecipe ships Python that needs no dependency.
var pythonRecipe = &recipe{
	name: "python", portable: true, keep: ships,
	find: func(context.Context, *job) (toolchain, error) { return noToolchain, nil },
	build: func(ctx context.Context, j *job) (string, error) {
		return j.stageSources(ctx)
	},
}
