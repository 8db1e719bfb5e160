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
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/filelock"
	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

const (
	// MaxUnpacked is Lambda's limit for the size of an unpacked zip.
	MaxUnpacked = 250 << 20
	// maxEntries keeps a zip of empty files from filling a disk's table of files.
	maxEntries = 100_000
)

// Unpacker unpacks zips as Lambda does before it starts an execution environment.
type Unpacker struct {
	// Progress, if not nil, is told of a folder that has to be unpacked again.
	Progress func(format string, args ...any)
}

// Unpack unpacks a zip into dir, which the caller names by the zip's hash. The
// files are read-only, and a dir that is there is whole. Its manifest stands
// beside it: a dir that does not match it is replaced.
func (u Unpacker) Unpack(zipPath, dir string) error {
	if err := u.unpack(zipPath, dir); err != nil {
		return fmt.Errorf("unpack %s: %w", zipPath, err)
	}
	return nil
}

func (u Unpacker) unpack(zipPath, dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	unlock, err := lockFolder(dir)
	if err != nil {
		return err
	}
	defer unlock()
	manifestPath := dir + ".json"
	if _, err := os.Lstat(dir); err == nil {
		var files manifest.Files
		err := manifest.Read(manifestPath, &files)
		if err == nil {
			err = files.Verify(dir)
		}
		if err == nil {
			return nil
		}
		if u.Progress != nil {
			u.Progress("the code in %s is not what was unpacked there (%v): unpacking it again", dir, err)
		}
	}

	scratch, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".tmp-")
	if err != nil {
		return err
	}
	defer removeAll(scratch)
	aside := filepath.Join(scratch, "new")
	if err := os.Mkdir(aside, 0o755); err != nil {
		return err
	}
	if err := extract(zipPath, aside, MaxUnpacked); err != nil {
		return err
	}
	files, err := manifest.Of(aside)
	if err != nil {
		return err
	}
	if err := manifest.Sync(aside); err != nil {
		return err
	}
	if err := makeReadOnly(aside); err != nil {
		return err
	}
	if err := moveFolder(dir, filepath.Join(scratch, "old")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := manifest.Write(manifestPath, files); err != nil {
		return err
	}
	if err := moveFolder(aside, dir); err != nil {
		return err
	}
	return os.Chmod(dir, 0o555)
}

// lockFolder waits until no other caller, in this process or another, is at a folder.
func lockFolder(dir string) (unlock func(), err error) {
	file, err := os.OpenFile(dir+".lock", os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		locked, err := filelock.Try(file)
		if locked {
			return func() { file.Close() }, nil // which unlocks
		}
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		time.Sleep(lockPoll / 10)
	}
}

// moveFolder renames a folder, which has to be writable for that.
func moveFolder(from, to string) error {
	if err := os.Chmod(from, 0o755); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// removeAll removes a folder whose folders may be read-only.
func removeAll(dir string) {
	// What cannot be entered or removed stays behind, as other temporary files do.
	_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(name, 0o755)
		}
		return nil
	})
	_ = os.RemoveAll(dir)
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
	return checkLinks(root)
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

// extractLink makes a symbolic link. Where it leads is judged once everything is
// there: the way may go over other links.
func extractLink(root *os.Root, name string, content io.Reader) (int64, error) {
	target, err := io.ReadAll(io.LimitReader(content, 4096))
	if err != nil {
		return 0, err
	}
	if path.IsAbs(string(target)) {
		return 0, fmt.Errorf("the link to %q leads out of the folder", target)
	}
	return 0, root.Symlink(string(target), name)
}

// checkLinks refuses links below dir that lead out of it. What is behind a link
// decides, not how the link reads: with a -> b/c and b/c -> ../.., a/x is outside.
func checkLinks(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink == 0 {
			return err
		}
		// Stat follows the link step by step and does not leave the root.
		if _, err := root.Stat(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			target, _ := root.Readlink(name)
			return fmt.Errorf("entry %q: the link to %q leads out of the folder, or in a circle: %w", name, target, err)
		}
		return nil
	})
}

func extractFile(root *os.Root, name string, content io.Reader, executable bool, left int64) (int64, error) {
	mode := fs.FileMode(0o644)
	if executable {
		mode = 0o755
		// A process that is forked while the file is open for writing holds it open
		// until it execs. Until then, executing the file fails with "text file busy".
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
