//go:build unix

package artifact

import (
	"archive/zip"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// fakeDotnet publishes the assembly of the runtime identifier that it is asked for.
const fakeDotnet = `#!/bin/sh
case "$1" in
--list-sdks) echo '8.0.404 [/usr/share/dotnet/sdk]'; exit ;;
publish) ;;
*) exit 64 ;;
esac
while [ $# -gt 0 ]; do
	case "$1" in
	--runtime) rid=$2 ;;
	--output) out=$2 ;;
	esac
	shift
done
[ -f Hello.csproj ] || { echo "no project in $PWD" >&2; exit 1; }
mkdir -p "$out"
cat "$HOME/$rid" >"$out/Hello.dll"
echo '{}' >"$out/Hello.runtimeconfig.json"
echo symbols >"$out/Hello.pdb"
`

// There is no SDK where this was written; what is ours of the recipe is tested
// with one that is made up.
func TestDotnetRecipe(t *testing.T) {
	root := writeTree(t, map[string]string{"functions/hello/dotnet/Hello.csproj": "<Project/>", "functions/hello/dotnet/bin/old.dll": "old"})
	home := writeTree(t, map[string]string{"linux-arm64": peHead(0xD11D), "linux-x64": peHead(0xFD1D)})
	t.Setenv("PATH", fakeCommands(t, map[string]string{"dotnet": fakeDotnet}))
	t.Setenv("HOME", home)
	b := &Builder{Root: root, Dir: filepath.Join(root, ".build"), Progress: t.Logf}
	f := functions.Function{Name: "hello", Language: "dotnet", Source: "hello/dotnet", Builder: "dotnet", Handler: "Hello"}
	for _, arch := range []functions.Architecture{functions.ARM64, functions.X8664} {
		t.Run(string(arch), func(t *testing.T) {
			a, err := b.Build(t.Context(), f, arch)
			if err != nil {
				t.Fatal(err)
			}
			if a.Toolchain != ".NET SDK 8.0.404" {
				t.Errorf("toolchain %q", a.Toolchain)
			}
			z, err := zip.OpenReader(a.Path)
			if err != nil {
				t.Fatal(err)
			}
			defer z.Close()
			var names []string
			for _, entry := range z.File {
				names = append(names, entry.Name)
			}
			if diff := cmp.Diff([]string{"Hello.dll", "Hello.runtimeconfig.json"}, names); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("an SDK that ignores the architecture is found out", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(home, "linux-arm64"), []byte(peHead(0x14C)), 0o644); err != nil {
			t.Fatal(err)
		}
		fresh := &Builder{Root: root, Dir: t.TempDir()}
		if _, err := fresh.Build(t.Context(), f, functions.ARM64); err == nil || !strings.Contains(err.Error(), "0x014c, want 0xd11d") {
			t.Errorf("error %v, want one that names both machines", err)
		}
	})
}

// TestDotnetProjects holds the .NET sources to what cannot be seen here without
// an SDK: the SDK would write the repository's commit into the assembly, so that
// each commit would change the artefact.
func TestDotnetProjects(t *testing.T) {
	projects, err := filepath.Glob("../../functions/*/dotnet/*.csproj")
	if err != nil || len(projects) == 0 {
		t.Fatalf("no project was found: %v", err)
	}
	for _, path := range projects {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var project struct {
			PropertyGroup []struct {
				Deterministic, ContinuousIntegrationBuild, IncludeSourceRevisionInInformationalVersion, PathMap string
			}
		}
		if err := xml.Unmarshal(data, &project); err != nil || len(project.PropertyGroup) != 1 {
			t.Fatalf("%s: %d groups of properties, %v", path, len(project.PropertyGroup), err)
		}
		p := project.PropertyGroup[0]
		if p.IncludeSourceRevisionInInformationalVersion != "false" || p.Deterministic != "true" || p.ContinuousIntegrationBuild != "true" || p.PathMap == "" {
			t.Errorf("%s: properties are %+v: its artefact would depend on the commit, or on where it was built", path, p)
		}
	}
}
