package artifact

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

var rebuild = flag.Bool("rebuild", false, "build every artefact once more from nothing, to see that it has the same bytes")

// repository returns a builder over this repository and its caches.
func repository(t *testing.T) *Builder {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return &Builder{Root: root, Dir: filepath.Join(root, ".build"), Progress: t.Logf}
}

// cells calls test for every function and architecture of the catalogue. Those
// whose toolchain is missing are skipped by name.
func cells(t *testing.T, test func(t *testing.T, b *Builder, f functions.Function, arch functions.Architecture, a Artifact)) {
	for _, f := range functions.Catalogue() {
		for _, arch := range f.Architectures {
			t.Run(f.Name+"-"+f.Language+"-"+string(arch), func(t *testing.T) {
				b := repository(t)
				a, err := b.Build(t.Context(), f, arch)
				var missing *MissingToolchainError
				if errors.As(err, &missing) {
					t.Skip(missing)
				}
				if err != nil {
					t.Fatal(err)
				}
				test(t, b, f, arch, a)
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
	cells(t, func(t *testing.T, b *Builder, f functions.Function, arch functions.Architecture, a Artifact) {
		if err := Check(a.Path, f, arch); err != nil {
			t.Error(err)
		}
		err := Check(a.Path, f, other[arch])
		if portable := recipes[f.Builder].portable; portable && err != nil {
			t.Errorf("the same zip is for both, but: %v", err)
		} else if !portable && err == nil {
			t.Errorf("an artefact for %s passes for %s", arch, other[arch])
		}
		if sum, size, err := hashFile(a.Path); err != nil || sum != a.SHA256 || size != a.Size {
			t.Errorf("the zip is %s of %d bytes (%v), and described as %s of %d", sum, size, err, a.SHA256, a.Size)
		}
		t.Logf("%s: %d bytes, sha256 %s, %s", filepath.Base(a.Path), a.Size, a.SHA256, a.Toolchain)
	})
}

// A second build, from nothing, has the same bytes.
func TestBuildsAreReproducible(t *testing.T) {
	cheap := map[string]bool{"nodejs": true, "python": true, "go": true}
	cells(t, func(t *testing.T, b *Builder, f functions.Function, arch functions.Architecture, a Artifact) {
		if !cheap[f.Builder] && !*rebuild {
			t.Skipf("building %s twice takes its time: -rebuild does", f.Language)
		}
		again := repository(t)
		again.Dir = t.TempDir()
		second, err := again.Build(t.Context(), f, arch)
		if err != nil {
			t.Fatal(err)
		}
		if second.SHA256 != a.SHA256 {
			t.Errorf("sha256 %s, then %s: compare %s and %s", a.SHA256, second.SHA256, a.Path, second.Path)
			keep := filepath.Join(os.TempDir(), filepath.Base(second.Path)+".second")
			if err := copyFile(second.Path, keep); err == nil {
				t.Logf("kept as %s", keep)
			}
		}
	})
}

func buildOne(ctx context.Context, b *Builder, name, language string, arch functions.Architecture) (Artifact, error) {
	for _, f := range functions.Catalogue() {
		if f.Name == name && f.Language == language {
			return b.Build(ctx, f, arch)
		}
	}
	return Artifact{}, errors.New("not in the catalogue")
}
