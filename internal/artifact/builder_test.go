//go:build unix

package artifact

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// fakeNPM says a version, and counts how often it installs.
const fakeNPM = `#!/bin/sh
case "$1" in
--version) echo "${NPM_VERSION:-10.9.0}" ;;
ci)
	echo once >>"$HOME/installs"
	mkdir -p node_modules/dep node_modules/.bin
	echo 'module.exports = 1' >node_modules/dep/index.js
	echo 'export {}' >node_modules/dep/index.d.ts
	echo here >node_modules/.package-lock.json
	;;
*) echo "npm: no such command: $1" >&2; exit 64 ;;
esac
`

var npmFunction = functions.Function{
	Name: "esmodule", Language: "nodejs", Source: "modules/esmodule", Builder: "npm", Handler: "index.handler",
	Architectures: []functions.Architecture{functions.ARM64, functions.X8664},
}

// fakeRepository is a repository with one npm function, on a machine that has
// only the given commands (and a shell, with what the scripts need).
func fakeRepository(t *testing.T, commands map[string]string) *Builder {
	t.Helper()
	root := writeTree(t, map[string]string{
		"functions/modules/esmodule/index.mjs":         "export const handler = 1;",
		"functions/modules/esmodule/package.json":      "{}",
		"functions/modules/esmodule/package-lock.json": "{}",
	})
	t.Setenv("PATH", fakeCommands(t, commands))
	t.Setenv("HOME", t.TempDir())
	return &Builder{Root: root, Dir: filepath.Join(root, ".build"), Progress: t.Logf}
}

func fakeCommands(t *testing.T, commands map[string]string) string {
	t.Helper()
	scripts := map[string]string{}
	for name, script := range commands {
		scripts[name+"!"] = script
	}
	bin := writeTree(t, scripts)
	for _, tool := range []string{"sh", "mkdir", "chown", "cat", "sleep"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skip(err)
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func installs(t *testing.T, home string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(home, "installs"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(data), "once")
}

func TestConcurrentBuildsAreDoneOnce(t *testing.T) {
	b := fakeRepository(t, map[string]string{"npm": fakeNPM})
	// As another process would be: nothing in common but the folder.
	stranger := &Builder{Root: b.Root, Dir: b.Dir}
	var wg sync.WaitGroup
	artifacts := make([]Artifact, 8)
	for i := range artifacts {
		builder := []*Builder{b, stranger}[i%2]
		arch := npmFunction.Architectures[i/2%2]
		wg.Go(func() {
			var err error
			if artifacts[i], err = builder.Build(t.Context(), npmFunction, "nodejs22.x", arch); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, a := range artifacts {
		if a != artifacts[0] {
			t.Errorf("%+v and %+v", a, artifacts[0])
		}
	}
	if n := installs(t, os.Getenv("HOME")); n != 1 {
		t.Errorf("npm was run %d times, want once", n)
	}
}

func TestBuildIsCachedBySourceAndToolchain(t *testing.T) {
	b := fakeRepository(t, map[string]string{"npm": fakeNPM})
	index := filepath.Join(b.Root, "functions", "modules", "esmodule", "index.mjs")
	for _, step := range []struct {
		name     string
		change   func()
		installs int
	}{
		{"at first", func() {}, 1},
		{"nothing changed", func() {}, 1},
		{"a source changed", func() { os.WriteFile(index, []byte("export const handler = 2;"), 0o644) }, 2},
		{"the source is as it was", func() { os.WriteFile(index, []byte("export const handler = 1;"), 0o644) }, 2},
		{"another npm", func() {
			t.Setenv("PATH", fakeCommands(t, map[string]string{"npm": strings.Replace(fakeNPM, "10.9.0", "11.0.0", 1)}))
		}, 3},
	} {
		step.change()
		fresh := &Builder{Root: b.Root, Dir: b.Dir} // the next run of the program
		if _, err := fresh.Build(t.Context(), npmFunction, "nodejs22.x", functions.ARM64); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if n := installs(t, os.Getenv("HOME")); n != step.installs {
			t.Errorf("%s: npm was run %d times, want %d", step.name, n, step.installs)
		}
	}
	left, err := os.ReadDir(filepath.Join(b.Root, "functions", "modules", "esmodule"))
	if err != nil || len(left) != 3 {
		t.Errorf("the source tree now holds %v, %v", left, err)
	}
}

func TestMissingToolchain(t *testing.T) {
	docker := func(version string) string { return "#!/bin/sh\n" + version + "\n" }
	for _, row := range []struct {
		name     string
		commands map[string]string
		missing  string
	}{
		{"nothing there", nil, "npm 8 or newer"},
		{"too old", map[string]string{"npm": "#!/bin/sh\necho 6.14.4\n"}, "npm 8 or newer (found 6.14.4)"},
		{"broken", map[string]string{"npm": "#!/bin/sh\necho no library; exit 127\n"}, "a working npm 8 or newer"},
		{"a Docker client without an engine", map[string]string{"docker": docker("exit 1")}, "npm 8 or newer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := fakeRepository(t, row.commands)
			_, err := b.Build(t.Context(), npmFunction, "nodejs22.x", functions.ARM64)
			var missing *MissingToolchainError
			if !errors.As(err, &missing) {
				t.Fatalf("error %v, want a *MissingToolchainError", err)
			}
			if !strings.HasPrefix(missing.Missing, row.missing) {
				t.Errorf("missing is %q, want %q", missing.Missing, row.missing)
			}
			if missing.Function != "esmodule" || missing.Language != "nodejs" || missing.Runtime != "nodejs22.x" || missing.Architecture != functions.ARM64 {
				t.Errorf("the cell is %s %s %s", missing.Function, missing.Language, missing.Architecture)
			}
			if !strings.Contains(err.Error(), "install Node.js") {
				t.Errorf("the error does not say what to install: %v", err)
			}
		})
	}
}

// Only the cells of the matrix can be left out.
func TestHintLeavesOutWhatCanBeLeftOut(t *testing.T) {
	for contract, want := range map[functions.Contract]bool{functions.ContractHello: true, functions.ContractModule: false} {
		got := (&job{recipe: npmRecipe, function: functions.Function{Language: "nodejs", Contract: contract}, runtime: "nodejs22.x"}).leaveOut()
		if strings.Contains(got, "exclude: nodejs") != want || strings.Contains(got, "-only") != want {
			t.Errorf("%s: %s", contract, got)
		}
	}
}

func TestDockerStepsIn(t *testing.T) {
	container := fakeCommands(t, map[string]string{"npm": fakeNPM})
	// Runs what it is told after the image's name, in the folder it is told, with
	// the commands of a container.
	docker := `#!/bin/sh
case "$1" in
version) echo 28.2.2; exit ;;
run) ;;
*) exit 64 ;;
esac
while [ "$1" != public.ecr.aws/sam/build-nodejs22.x ]; do
	case "$1" in
	--workdir) cd "$2" ;;
	--env) export "$2" ;;
	esac
	shift
done
shift
PATH=` + container + ` exec sh "$@"
`
	b := fakeRepository(t, map[string]string{"docker": docker})
	a, err := b.Build(t.Context(), npmFunction, "nodejs22.x", functions.ARM64)
	if err != nil {
		t.Fatal(err)
	}
	if a.Toolchain != "public.ecr.aws/sam/build-nodejs22.x" {
		t.Errorf("toolchain %q", a.Toolchain)
	}
	if n := installs(t, filepath.Join(b.Dir, "docker-home")); n != 1 {
		t.Errorf("npm was run %d times in the container's home, want once", n)
	}
}

func TestBuildFailureShowsWhatTheToolSaid(t *testing.T) {
	b := fakeRepository(t, map[string]string{"npm": "#!/bin/sh\n[ $1 = --version ] && { echo 10.0.0; exit; }\necho no such package >&2; exit 1\n"})
	_, err := b.Build(t.Context(), npmFunction, "nodejs22.x", functions.X8664)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"build esmodule in nodejs for nodejs22.x on x86_64", "npm ci", "exit status 1", "no such package"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(b.Dir, "*", "esmodule*")); err != nil || len(left) != 1 { // the lock
		t.Errorf("the failed build left %v, %v", left, err)
	}
}

func TestBuildRejectsTheWrongArtefact(t *testing.T) {
	b := fakeRepository(t, map[string]string{"npm": fakeNPM})
	f := npmFunction
	f.Handler = "other.handler"
	_, err := b.Build(t.Context(), f, "nodejs22.x", functions.ARM64)
	if err == nil || !strings.Contains(err.Error(), "other.mjs") {
		t.Errorf("error %v, want one that names the missing file", err)
	}
	if left, _ := filepath.Glob(filepath.Join(b.Dir, "artifacts", "*")); len(left) != 0 {
		t.Errorf("a wrong artefact was kept: %v", left)
	}
}

func TestCancelWhileWaitingForTheLock(t *testing.T) {
	b := fakeRepository(t, map[string]string{"npm": fakeNPM})
	release, err := b.lock(t.Context(), "esmodule-nodejs-any")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	for _, row := range []struct {
		name    string
		builder *Builder
	}{
		{"held by this builder", b},
		{"held by another process", &Builder{Root: b.Root, Dir: b.Dir}},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			row.builder.Progress = func(string, ...any) { cancel() } // it waits now
			if row.builder == b {
				cancel()
			}
			if _, err := row.builder.lock(ctx, "esmodule-nodejs-any"); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
		})
	}
}

func TestOwnZip(t *testing.T) {
	path := zipOf(t, zipEntry{"app.py", "pass", 0o644})
	f := functions.Function{Name: "mine", Language: "python", Source: path, Builder: "zip", Handler: "app.handler"}
	b := &Builder{Root: t.TempDir()}
	a, err := b.Build(t.Context(), f, "python3.11", functions.ARM64)
	if err != nil {
		t.Fatal(err)
	}
	if a.Path != path || a.Size == 0 || len(a.SHA256) != 64 || a.Toolchain != "none" {
		t.Errorf("%+v", a)
	}
	f.Handler = "other.handler"
	if _, err := b.Build(t.Context(), f, "python3.11", functions.ARM64); err == nil || !strings.Contains(err.Error(), "other.py") {
		t.Errorf("error %v, want one that names the missing file", err)
	}
}

// TestAnotherLanguage adds a language as METHOD says: one row, and one folder.
func TestAnotherLanguage(t *testing.T) {
	rows, err := functions.ParseCatalogue([]byte(`[{"name": "hello", "language": "ruby", "source": "hello/ruby", "builder": "plain",
		"handler": "app.handler", "contract": "hello", "runtimes": [], "optionalRuntimes": ["ruby3.4"], "architectures": ["arm64", "x86_64"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	b := &Builder{Root: writeTree(t, map[string]string{"functions/hello/ruby/app.rb": "def handler(event:, context:) = {}", "functions/hello/ruby/test_app.rb": "#"})}
	b.Dir = filepath.Join(b.Root, ".build")
	a, err := b.Build(t.Context(), rows[0], "ruby3.4", functions.ARM64)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(a.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if len(z.File) != 1 || z.File[0].Name != "app.rb" {
		t.Errorf("the zip has %d files, the first of which is %s; want app.rb alone", len(z.File), z.File[0].Name)
	}
}

func TestUnknownBuilder(t *testing.T) {
	f := functions.Function{Name: "x", Language: "go", Source: ".", Builder: "make"}
	_, err := (&Builder{Root: t.TempDir()}).Build(t.Context(), f, "nodejs22.x", functions.ARM64)
	if err == nil || !strings.Contains(err.Error(), `"make"`) || !strings.Contains(err.Error(), "cargo, dotnet, dotnet-aot, go") {
		t.Errorf("error %v, want one that names the builders", err)
	}
}

// TestDamagedZipIsBuiltAgain spoils a zip of the cache, and what describes it.
func TestDamagedZipIsBuiltAgain(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(zip string) error
		again int
		said  string
	}{
		{"untouched", func(string) error { return nil }, 1, ""},
		{"cut off", func(zip string) error { return os.Truncate(zip, 50) }, 2, "the zip of esmodule-nodejs-any in the cache is damaged (50 bytes"},
		{"changed", func(zip string) error {
			data, err := os.ReadFile(zip)
			data[10] ^= 1
			return errors.Join(err, os.WriteFile(zip, data, 0o644))
		}, 2, "is damaged"},
		{"without a description", func(zip string) error { return os.Remove(manifestPath(zip)) }, 2, ""},
		{"half a description", func(zip string) error { return os.Truncate(manifestPath(zip), 20) }, 2, "is damaged"},
		{"gone", os.Remove, 2, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := fakeRepository(t, map[string]string{"npm": fakeNPM})
			var said strings.Builder
			b.Progress = func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) }
			first, err := b.Build(t.Context(), npmFunction, "nodejs22.x", functions.ARM64)
			if err != nil {
				t.Fatal(err)
			}
			if err := row.spoil(first.Path); err != nil {
				t.Fatal(err)
			}
			said.Reset()
			second, err := b.Build(t.Context(), npmFunction, "nodejs22.x", functions.ARM64)
			if err != nil || second != first {
				t.Errorf("got %+v, %v; want %+v", second, err, first)
			}
			if n := installs(t, os.Getenv("HOME")); n != row.again {
				t.Errorf("npm was run %d times, want %d", n, row.again)
			}
			if !strings.Contains(said.String(), row.said) || row.said == "" && strings.Contains(said.String(), "damaged") {
				t.Errorf("said %q, want %q", said.String(), row.said)
			}
		})
	}
}

// TestRegistryOutOfReachIsTriedOnce builds both architectures' cells of a source
// whose registry does not answer, and another source after it.
func TestRegistryOutOfReachIsTriedOnce(t *testing.T) {
	b := fakeRepository(t, map[string]string{"npm": `#!/bin/sh
[ $1 = --version ] && { echo 10.0.0; exit; }
echo once >>"$HOME/installs"
echo "npm error network request to http://nowhere.invalid/x failed, reason: getaddrinfo ENOTFOUND nowhere.invalid" >&2
exit 1
`})
	for range 2 {
		for _, arch := range npmFunction.Architectures {
			_, err := b.Build(t.Context(), npmFunction, "nodejs22.x", arch)
			want := "build esmodule in nodejs for nodejs22.x on " + string(arch) + ": npm cannot reach its registry: getaddrinfo ENOTFOUND nowhere.invalid"
			if err == nil || err.Error() != want {
				t.Errorf("error is %v, want %s", err, want)
			}
		}
	}
	if n := installs(t, os.Getenv("HOME")); n != 1 {
		t.Errorf("npm was run %d times, want once", n)
	}
}
