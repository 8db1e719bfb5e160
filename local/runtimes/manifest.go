package runtimes

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

// contents is the manifest of a folder of the cache.
type contents struct {
	origin
	Files manifest.Files `json:"files"`
}

const manifestName = "manifest.json"

func readContents(folder string) (contents, error) {
	var c contents
	if err := manifest.Read(filepath.Join(folder, manifestName), &c); err != nil {
		return contents{}, err
	}
	if len(c.Files) == 0 {
		return contents{}, errors.New(manifestName + " names no file")
	}
	return c, nil
}

func writeContents(folder, root string, from origin) error {
	files, err := manifest.Of(root)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("nothing was unpacked")
	}
	if err := manifest.Write(filepath.Join(folder, manifestName), contents{from, files}); err != nil {
		return err
	}
	return manifest.Sync(folder)
}

// hashArchives returns the SHA-256 of every file in a folder of downloads.
func hashArchives(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		if sums[entry.Name()], err = manifest.Hash(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return sums, nil
}
