package artifact

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	// MaxUnpacked is Lambda's limit for the size of an unpacked zip.
	MaxUnpacked = 250 << 20
	// maxEntries keeps a zip of empty files from filling a disk's table of files.
	maxEntries = 100_000
)

// Unpack unpacks a zip into dir, as Lambda does before it starts an execution
// environment. The caller names dir by the zip's hash: a dir that is there is
// taken for the same content, and left alone. The files are read-only, and a
// dir that is there is always whole.
func Unpack(zipPath, dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return fmt.Errorf("unpack %s: %w", zipPath, err)
	}
	aside, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".tmp-")
	if err != nil {
		return fmt.Errorf("unpack %s: %w", zipPath, err)
	}
	defer os.RemoveAll(aside)
	if err := extract(zipPath, aside, MaxUnpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", zipPath, err)
	}
	if err := os.Rename(aside, dir); err != nil {
		if info, statErr := os.Stat(dir); statErr == nil && info.IsDir() {
			return nil // somebody else was faster
		}
		return fmt.Errorf("unpack %s: %w", zipPath, err)
	}
	if err := makeReadOnly(dir); err != nil {
		return fmt.Errorf("unpack %s: %w", zipPath, err)
	}
	return nil
}

// extract writes the entries of a zip below dir, which exists, and no more than
// limit bytes.
func extract(zipPath, dir string, limit int64) error {
	z, err := zip.OpenReader(zipPath)
	if err != nil {
		return err
	}
	defer z.Close()
	if len(z.File) > maxEntries {
		return fmt.Errorf("it has %d entries, and the limit is %d", len(z.File), maxEntries)
	}
	root, err := os.OpenRoot(dir) // which lets nothing out
	if err != nil {
		return err
	}
	defer root.Close()
	left := limit
	for _, entry := range z.File {
		n, err := extractEntry(root, entry, left)
		if errors.Is(err, errLeftover) {
			return fmt.Errorf("it unpacks to more than %d bytes", limit)
		}
		if err != nil {
			return fmt.Errorf("entry %q: %w", entry.Name, err)
		}
		left -= n
	}
	return nil
}

// errLeftover says that a file is larger than what is left of the limit.
var errLeftover = errors.New("larger than what is left of the limit")

func extractEntry(root *os.Root, entry *zip.File, left int64) (int64, error) {
	name := entry.Name
	if strings.HasSuffix(name, "/") {
		return 0, mkdirAll(root, strings.TrimSuffix(name, "/"))
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsRune(name, '\\') {
		return 0, errors.New("the name leads out of the folder")
	}
	if err := mkdirAll(root, path.Dir(name)); err != nil {
		return 0, err
	}
	content, err := entry.Open()
	if err != nil {
		return 0, err
	}
	defer content.Close()
	switch mode := entry.Mode(); {
	case mode&fs.ModeSymlink != 0:
		return extractLink(root, name, content)
	case !mode.IsRegular():
		return 0, fmt.Errorf("it is %s, and neither a file nor a folder", mode)
	default:
		return extractFile(root, name, content, isExecutable(mode), left)
	}
}

func mkdirAll(root *os.Root, name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return errors.New("the name leads out of the folder")
	}
	return root.MkdirAll(name, 0o755)
}

// extractLink makes a symbolic link that stays inside.
func extractLink(root *os.Root, name string, content io.Reader) (int64, error) {
	target, err := io.ReadAll(io.LimitReader(content, 4096))
	if err != nil {
		return 0, err
	}
	if path.IsAbs(string(target)) || !filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(name), string(target)))) {
		return 0, fmt.Errorf("the link to %q leads out of the folder", target)
	}
	return 0, root.Symlink(string(target), name)
}

func extractFile(root *os.Root, name string, content io.Reader, executable bool, left int64) (int64, error) {
	mode := fs.FileMode(0o644)
	if executable {
		mode = 0o755
		// A process that is forked while the file is open for writing holds it open
		// until it execs, and meanwhile nobody can execute the file ("text file busy").
		syscall.ForkLock.RLock()
		defer syscall.ForkLock.RUnlock()
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(file, io.LimitReader(content, left+1))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && n > left {
		err = errLeftover
	}
	return n, err
}

// makeReadOnly takes the write bits from everything below dir, files first, so
// that a folder can still be entered.
func makeReadOnly(dir string) error {
	var folders []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			folders = append(folders, name)
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Chmod(name, info.Mode().Perm()&^0o222)
	})
	for _, folder := range folders {
		if err == nil {
			err = os.Chmod(folder, 0o555)
		}
	}
	return err
}
