package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// notSource are the folders that tools make beside sources.
var notSource = []string{"node_modules", "target", "bin", "obj", "__pycache__", ".git", ".idea", ".vscode", ".pytest_cache"}

// walkSources visits every file of a source tree, in a fixed order, by its
// slash-separated name. What tools made there is no source.
func walkSources(root string, visit func(name string, d fs.DirEntry) error) error {
	return fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && slices.Contains(notSource, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		return visit(name, d)
	})
}

// hashTree is the same for two trees of the same names, contents and executable bits.
func hashTree(root string) (string, error) {
	h := sha256.New()
	err := walkSources(root, func(name string, d fs.DirEntry) error {
		info, err := d.Info()
		if err != nil {
			return err
		}
		sum, _, err := hashFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%q %v %s\n", name, isExecutable(info.Mode()), sum)
		return nil
	})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hashStrings(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

func copyTree(from, to string) error {
	return walkSources(from, func(name string, d fs.DirEntry) error {
		target := filepath.Join(to, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
			return err
		}
		return copyFile(filepath.Join(from, filepath.FromSlash(name)), target)
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600|info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func isExecutable(m fs.FileMode) bool { return m&0o111 != 0 }

// ships says whether a file of a source tree is a part of the running function.
// Papers, tests, lock files and hidden files are not.
func ships(name string) bool {
	base := path.Base(name)
	switch {
	case strings.HasPrefix(base, "."), base == "README.md", base == "package-lock.json",
		strings.Contains(base, ".test."), strings.HasPrefix(base, "test_"):
		return false
	}
	return true
}
