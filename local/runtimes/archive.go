package runtimes

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxUnpacked bounds what one archive may unpack to. Node.js 22, the largest, has 185 MB.
const maxUnpacked = 1 << 30

// place says where a file of an archive belongs, as a path with slashes below
// the folder that the archive is unpacked to; ok is false for a file that is
// not wanted.
type place func(name string) (path string, ok bool)

// below places the files under prefix, without it.
func below(prefix string) place {
	return func(name string) (string, bool) { return strings.CutPrefix(name, prefix) }
}

// unpackTGZ unpacks the wanted regular files of a gzipped tar archive, which is
// what npm packages are.
func unpackTGZ(archive, dir string, want place) error {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
	}
	u := unpacking{dir: dir, left: maxUnpacked}
	for reader := tar.NewReader(unzipped); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return u.end(archive)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
		}
		if path, ok := want(header.Name); ok && header.Typeflag == tar.TypeReg {
			if err := u.write(path, header.FileInfo().Mode(), reader); err != nil {
				return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
			}
		}
	}
}

// unpackZip unpacks the wanted regular files of a zip archive, which is what
// wheels and jars are.
func unpackZip(archive, dir string, want place) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
	}
	defer reader.Close()
	u := unpacking{dir: dir, left: maxUnpacked}
	for _, entry := range reader.File {
		path, ok := want(entry.Name)
		if !ok || !entry.Mode().IsRegular() {
			continue
		}
		if err := u.copy(path, entry); err != nil {
			return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
		}
	}
	return u.end(archive)
}

type unpacking struct {
	dir   string
	left  int64
	files int
}

func (u *unpacking) copy(path string, entry *zip.File) error {
	content, err := entry.Open()
	if err != nil {
		return fmt.Errorf("%s: %w", entry.Name, err)
	}
	defer content.Close()
	return u.write(path, entry.Mode(), content)
}

func (u *unpacking) write(name string, mode fs.FileMode, content io.Reader) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("%q points out of the archive", name)
	}
	path := filepath.Join(u.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644|mode&0o111)
	if err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(content, u.left+1))
	if u.left -= n; err == nil && u.left < 0 {
		err = fmt.Errorf("%s: more than %d bytes in all", name, maxUnpacked)
	}
	u.files++
	return errors.Join(err, file.Close())
}

// end is an error if the archive had nothing that was wanted: then it is not
// the archive that the caller thinks it is.
func (u *unpacking) end(archive string) error {
	if u.files == 0 {
		return fmt.Errorf("unpack %s: it has none of the files that are needed", filepath.Base(archive))
	}
	return nil
}
