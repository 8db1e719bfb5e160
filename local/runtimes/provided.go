package runtimes

import (
	"path/filepath"
	"runtime"
)

// provided is AWS's bare operating system: the artefact's own bootstrap is all there is.
type provided struct{}

func findProvided(req request) (Runtime, error) {
	if runtime.GOOS != "linux" {
		return Runtime{}, req.missing("Linux", "the artefacts are Linux programs; run them in a Linux virtual machine or container", nil)
	}
	return Runtime{family: provided{}}, nil
}

func (provided) launch(_, taskRoot, _ string, _ int) ([]string, map[string]string) {
	return []string{filepath.Join(taskRoot, "bootstrap")}, map[string]string{}
}
