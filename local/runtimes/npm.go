package runtimes

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// npmPatience keeps npm from trying for more than a minute to reach a registry that is not there.
var npmPatience = []string{"--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"}

// packNPM fetches the archive of one package in its pinned version. Unlike an
// installation this runs none of the package's scripts and fetches none of its
// dependencies: aws-lambda-ric ships as one bundle, and its dependencies only
// compile the native module.
func packNPM(ctx context.Context, name string, pin npmPin, downloads string) (from origin, archive string, err error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return origin{}, "", errNoClient
	}
	spec := name + "@" + pin.Version
	said, _, err := command{
		argv:  append([]string{npm, "pack", "--json", "--ignore-scripts", "--loglevel=error"}, append(npmPatience, spec)...),
		dir:   downloads,
		limit: 10 * time.Minute,
	}.run(ctx)
	if err != nil {
		return origin{}, "", err
	}
	var packed []struct{ Filename, Version string }
	if err := json.Unmarshal(said, &packed); err != nil || len(packed) != 1 || !filepath.IsLocal(packed[0].Filename) {
		return origin{}, "", fmt.Errorf("npm pack %s: its answer is not one package's name as JSON: %.80q", spec, said)
	}
	archive = filepath.Join(downloads, packed[0].Filename)
	if err := pin.verify(archive); err != nil {
		return origin{}, "", fmt.Errorf("npm pack %s: %w", spec, err)
	}
	from = origin{Source: "npm " + spec, Version: pin.Version}
	from.Archives, err = hashArchives(downloads)
	return from, archive, err
}
