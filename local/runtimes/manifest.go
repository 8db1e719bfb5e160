package runtimes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// manifest is what a folder of the cache is made of.
type manifest struct {
	origin
	Files []manifestFile `json:"files"`
}

type manifestFile struct {
	Path     string    `json:"path"` // relative to root, with slashes
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256,omitempty"`
	// Link is where a symbolic link points; the other fields are then empty.
	Link string `json:"link,omitempty"`
}

const manifestName = "manifest.json"

func readManifest(folder string) (manifest, error) {
	data, err := os.ReadFile(filepath.Join(folder, manifestName))
	if err != nil {
		return manifest{}, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return manifest{}, fmt.Errorf("%s: %w", manifestName, err)
	}
	if len(m.Files) == 0 {
		return manifest{}, fmt.Errorf("%s names no file", manifestName)
	}
	return m, nil
}

func writeManifest(folder, root string, from origin) error {
	m := manifest{origin: from}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		file := manifestFile{Path: filepath.ToSlash(relative)}
		if entry.Type() == fs.ModeSymlink {
			if file.Link, err = os.Readlink(path); err != nil {
				return err
			}
			m.Files = append(m.Files, file)
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		file.Size, file.Modified = info.Size(), info.ModTime()
		if file.SHA256, err = hashFile(path); err != nil {
			return err
		}
		m.Files = append(m.Files, file)
		return nil
	})
	if err != nil {
		return err
	}
	if len(m.Files) == 0 {
		return errors.New("nothing was unpacked")
	}
	data, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, manifestName), append(data, '\n'), 0o644)
}

// check compares the files below root with the manifest. As in Git's index, a
// file whose size and time of modification are as they were is not read again.
func (m manifest) check(root string) error {
	for _, file := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(file.Path)) {
			return fmt.Errorf("%s names %q", manifestName, file.Path)
		}
		path := filepath.Join(root, filepath.FromSlash(file.Path))
		if file.Link != "" {
			if link, err := os.Readlink(path); err != nil || link != file.Link {
				return fmt.Errorf("%s is not the link that it was", file.Path)
			}
			continue
		}
		info, err := os.Lstat(path)
		switch {
		case err != nil:
			return fmt.Errorf("%s is gone", file.Path)
		case !info.Mode().IsRegular() || info.Size() != file.Size:
			return fmt.Errorf("%s has %d bytes instead of %d", file.Path, info.Size(), file.Size)
		case info.ModTime().Equal(file.Modified):
			continue
		}
		if sum, err := hashFile(path); err != nil || sum != file.SHA256 {
			return fmt.Errorf("%s has changed", file.Path)
		}
	}
	return nil
}

func hashFile(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
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
		if sums[entry.Name()], err = hashFile(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return sums, nil
}
