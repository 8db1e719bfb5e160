package artifact

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

var rebuild = flag.Bool("rebuild", false, "build the artefacts that take minutes again, too, to see that they have the same bytes")

// repository returns a builder over this repository and its caches.
func repository(t *testing.T) *Builder {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return &Builder{Root: root, Dir: filepath.Join(root, ".build"), Progress: t.Logf}
}

// cells calls test for every function, runtime and architecture of the catalogue.
// Those whose toolchain is missing are skipped by name.
func cells(t *testing.T, test func(t *testing.T, f functions.Function, v matrix.Variant, a Artifact)) {
	for _, f := range functions.Catalogue() {
		for _, v := range matrix.Expand(f, []int{0}) {
			t.Run(v.Name(), func(t *testing.T) {
				a, err := repository(t).Build(t.Context(), f, v.Runtime, v.Architecture)
				var missing *MissingToolchainError
				if errors.As(err, &missing) {
					t.Skip(missing)
				}
				if err != nil {
					t.Fatal(err)
				}
				test(t, f, v, a)
			})
		}
	}
}

// other is the architecture that a cell is not for.
var other = map[functions.Architecture]functions.Architecture{
	functions.ARM64: functions.X8664,
	functions.X8664: functions.ARM64,
}

// Every artefact that this machine can build has the file type and architecture
// of its cell, and where the two architectures differ, not those of the other.
func TestArtefactsMatchTheirCells(t *testing.T) {
	cells(t, func(t *testing.T, f functions.Function, v matrix.Variant, a Artifact) {
		if err := Check(a.Path, f, v.Runtime, v.Architecture); err != nil {
			t.Error(err)
		}
		err := Check(a.Path, f, v.Runtime, other[v.Architecture])
		if portable := recipes[f.Builder].portable; portable && err != nil {
			t.Errorf("the same zip is for both, but: %v", err)
		} else if !portable && err == nil {
			t.Errorf("an artefact for %s passes for %s", v.Architecture, other[v.Architecture])
		}
		if sum, size, err := hashFile(a.Path); err != nil || sum != a.SHA256 || size != a.Size {
			t.Errorf("the zip is %s of %d bytes (%v), and described as %s of %d", sum, size, err, a.SHA256, a.Size)
		}
		t.Logf("%s: %d bytes, sha256 %s, %s", filepath.Base(a.Path), a.Size, a.SHA256, a.Toolchain)
	})
}

// TestBuildsAreReproducible builds again from nothing, where the folder, the
// repository around it and its commit are others: the bytes are the same.
func TestBuildsAreReproducible(t *testing.T) {
	elsewhere := copies(t)
	built := map[string]bool{} // runtimes and architectures share artefacts
	cells(t, func(t *testing.T, f functions.Function, v matrix.Variant, a Artifact) {
		if built[a.Path] {
			return
		}
		built[a.Path] = true
		if f.Builder == "cargo" && !*rebuild {
			t.Skipf("building %s again takes minutes: -rebuild does", f.Language)
		}
		for where, root := range elsewhere {
			again := &Builder{Root: root, Dir: t.TempDir(), Progress: t.Logf}
			second, err := again.Build(t.Context(), f, v.Runtime, v.Architecture)
			if err != nil {
				t.Fatal(err)
			}
			if second.SHA256 != a.SHA256 {
				t.Errorf("sha256 %s, and %s %s: compare %s and %s", a.SHA256, where, second.SHA256, a.Path, second.Path)
				keep := filepath.Join(os.TempDir(), filepath.Base(second.Path)+".second")
				if err := copyFile(second.Path, keep); err == nil {
					t.Logf("kept as %s", keep)
				}
			}
		}
	})
}

// copies are two copies of the repository's files: one in no repository, and one
// in a repository with a commit of its own.
func copies(t *testing.T) map[string]string {
	t.Helper()
	git := func(dir string, args ...string) string {
		cmd := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		cmd.Dir = dir
		output, err := cmd.CombinedOutput()
		if err != nil {
			t.Skipf("SKIPPED, NOT TESTED: git %s: %v: %s", args[0], err, output)
		}
		return string(output)
	}
	root := repository(t).Root
	files := strings.Split(strings.Trim(git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00"), "\x00")
	all := map[string]string{"outside of a repository": t.TempDir(), "in a repository with another commit": t.TempDir()}
	for _, to := range all {
		for _, name := range files {
			from, target := filepath.Join(root, name), filepath.Join(to, name)
			if info, err := os.Lstat(from); err != nil || !info.Mode().IsRegular() {
				continue // deleted, and not yet committed
			}
			if err := errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), copyFile(from, target)); err != nil {
				t.Fatal(err)
			}
		}
	}
	committed := all["in a repository with another commit"]
	git(committed, "init", "--quiet")
	git(committed, "add", "--all")
	git(committed, "commit", "--quiet", "--message", "another commit")
	return all
}

// A main of the repository's own module is built like one that is a module itself.
func TestGoMainOfTheRepository(t *testing.T) {
	b := repository(t)
	b.Root = writeTree(t, map[string]string{
		"go.mod":                          "module example.com/repository\n\ngo 1.24\n",
		"functions/harness/hello/main.go": "package main\n\nimport \"example.com/repository/internal/greeting\"\n\nfunc main() { println(greeting.Text) }\n",
		"internal/greeting/greeting.go":   "package greeting\n\nconst Text = \"hello\"\n",
	})
	b.Dir = filepath.Join(b.Root, ".build")
	f := functions.Function{Name: "harness", Language: "go", Source: "harness/hello", Builder: "go", Handler: "bootstrap"}
	first, err := b.Build(t.Context(), f, "provided.al2023", functions.ARM64)
	var missing *MissingToolchainError
	if errors.As(err, &missing) {
		t.Skip(missing)
	}
	if err != nil {
		t.Fatal(err)
	}
	// What it imports is a part of it.
	if err := os.WriteFile(filepath.Join(b.Root, "internal", "greeting", "greeting.go"), []byte("package greeting\n\nconst Text = \"goodbye\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	second, err := b.Build(t.Context(), f, "provided.al2023", functions.ARM64)
	if err != nil {
		t.Fatal(err)
	}
	if first.SHA256 == second.SHA256 {
		t.Error("a change of an imported package does not change the artefact")
	}
}
