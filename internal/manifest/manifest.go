// Package manifest says what a folder or a file of a cache consists of, so that
// what a cache holds is not believed because it is there: a file that was cut off
// by a full disk, or changed by hand, is found out and made again.
package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Files are all files below a folder, in the order of their names.
type Files []File

// File is one file or symbolic link.
type File struct {
	Path     string    `json:"path"` // relative to the folder, with slashes
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	SHA256   string    `json:"sha256,omitempty"`
	// Link is where a symbolic link points; the other fields are then empty.
	Link string `json:"link,omitempty"`
}

// Of reads every file below a folder.
func Of(root string) (Files, error) {
	var all Files
	err := walk(root, func(name string, entry fs.DirEntry) error {
		file := File{Path: name}
		path := filepath.Join(root, filepath.FromSlash(name))
		var err error
		if entry.Type() == fs.ModeSymlink {
			if file.Link, err = os.Readlink(path); err != nil {
				return err
			}
			all = append(all, file)
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		file.Size, file.Modified = info.Size(), info.ModTime()
		if file.SHA256, err = Hash(path); err != nil {
			return err
		}
		all = append(all, file)
		return nil
	})
	return all, err
}

// walk visits what is below a folder and no folder itself, in lexical order.
func walk(root string, visit func(name string, entry fs.DirEntry) error) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return visit(filepath.ToSlash(name), entry)
	})
}

// Check compares the files below root with the manifest. As in Git's index, a
// file whose size and time of modification are as they were is not read again.
func (f Files) Check(root string) error { return f.compare(root, false) }

// Verify is Check for those who do not trust the times: it reads every file.
func (f Files) Verify(root string) error { return f.compare(root, true) }

func (f Files) compare(root string, reread bool) error {
	known := map[string]bool{}
	for _, file := range f {
		if !filepath.IsLocal(filepath.FromSlash(file.Path)) {
			return fmt.Errorf("the manifest names %q", file.Path)
		}
		if err := file.compare(filepath.Join(root, filepath.FromSlash(file.Path)), reread); err != nil {
			return err
		}
		known[file.Path] = true
	}
	return walk(root, func(name string, _ fs.DirEntry) error {
		if !known[name] {
			return fmt.Errorf("%s was added", name)
		}
		return nil
	})
}

func (f File) compare(path string, reread bool) error {
	if f.Link != "" {
		if link, err := os.Readlink(path); err != nil || link != f.Link {
			return fmt.Errorf("%s is not the link that it was", f.Path)
		}
		return nil
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s is gone", f.Path)
	case !info.Mode().IsRegular() || info.Size() != f.Size:
		return fmt.Errorf("%s has %d bytes instead of %d", f.Path, info.Size(), f.Size)
	case !reread && info.ModTime().Equal(f.Modified):
		return nil
	}
	if sum, err := Hash(path); err != nil || sum != f.SHA256 {
		return fmt.Errorf("%s has changed", f.Path)
	}
	return nil
}

// Hash returns the SHA-256 of a file, in hexadecimal.
func Hash(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("hash %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Write writes a manifest as JSON: aside, to the disk, and then to its place, so
// that it is there whole or not at all.
func Write(path string, manifest any) error {
	data, err := json.MarshalIndent(manifest, "", "\t")
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".tmp-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(append(data, '\n'))
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// Read reads a manifest that Write wrote.
func Read(path string, manifest any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, manifest); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// Sync writes the files below a folder to the disk, before the folder is renamed
// to its place: a rename can reach the disk before the content does.
func Sync(root string) error {
	if done, err := syncFileSystem(root); done {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		return syncOne(path)
	})
}

func syncOne(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}
