package artifact

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// zipTime is what every entry says of its time: the zip format's first instant.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// writeZip packs the files below dir that keep wants. The bytes depend on the
// files' names, contents and executable bits, and on nothing else.
func writeZip(to, dir string, keep func(name string) bool) error {
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("create the zip: %w", err)
	}
	z := zip.NewWriter(out)
	// WalkDir is in lexical order, so the entries are sorted.
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !keep(name) {
			return err
		}
		return addEntry(z, dir, name, d)
	})
	if closeErr := z.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = out.Sync() // before it is renamed to its place
	}
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("zip %s: %w", dir, err)
	}
	return nil
}

func addEntry(z *zip.Writer, dir, name string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is %s, and only plain files can be shipped", name, d.Type())
	}
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: zipTime}
	header.SetMode(0o644)
	if isExecutable(info.Mode()) {
		header.SetMode(0o755)
	}
	entry, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(entry, file)
	return err
}
