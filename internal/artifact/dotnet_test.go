//go:build unix

package artifact

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// fakeDotnet publishes the assembly of the framework and runtime identifier that it is
// asked for, or, ahead of time, the program.
const fakeDotnet = `#!/bin/sh
case "$1" in
--list-sdks) cat "$HOME/sdks"; exit ;;
publish) ;;
*) exit 64 ;;
esac
while [ $# -gt 0 ]; do
	case "$1" in
	--framework) framework=$2 ;;
	--runtime) rid=$2 ;;
	--output) out=$2 ;;
	-p:TargetFrameworks=*) alone=${1#*=} ;;
	-p:PublishAot=true) aot=yes ;;
	esac
	shift
done
[ -f Hello.csproj ] || { echo "no project in $PWD" >&2; exit 1; }
[ "$alone" = "$framework" ] || { echo "restores $alone for $framework" >&2; exit 1; }
mkdir -p "$out"
if [ "$aot" ]; then
	cat "$HOME/$framework-bootstrap" >"$out/bootstrap"
	chmod 755 "$out/bootstrap"
	echo symbols >"$out/bootstrap.dbg"
	exit
fi
cat "$HOME/$framework-$rid" >"$out/Hello.dll"
echo '{}' >"$out/Hello.runtimeconfig.json"
echo symbols >"$out/Hello.pdb"
`

const bothSDKs = "8.0.404 [/usr/share/dotnet/sdk]\n10.0.401 [/usr/share/dotnet/sdk]\n"

// fakeDotnetRepository is a repository, and a home with an SDK that is made up:
// there is none where this was written, and what is ours of the recipe is tested so.
func fakeDotnetRepository(t *testing.T, home map[string]string, commands map[string]string) (b *Builder, homeDir string) {
	t.Helper()
	root := writeTree(t, map[string]string{"functions/hello/dotnet/Hello.csproj": "<Project/>", "functions/hello/dotnet/bin/old.dll": "old"})
	homeDir = writeTree(t, home)
	all := map[string]string{"dotnet": fakeDotnet}
	maps.Copy(all, commands)
	bin := fakeCommands(t, all)
	chmod, err := exec.LookPath("chmod")
	if err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(chmod, filepath.Join(bin, "chmod")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("HOME", homeDir)
	return &Builder{Root: root, Dir: filepath.Join(root, ".build"), Progress: t.Logf}, homeDir
}

func entriesOf(t *testing.T, path string) (names []string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, entry := range z.File {
		names = append(names, entry.Name)
	}
	return names
}

func TestDotnetRecipe(t *testing.T) {
	b, home := fakeDotnetRepository(t, map[string]string{
		"sdks":               bothSDKs,
		"net8.0-linux-arm64": peHead(0xD11D), "net8.0-linux-x64": peHead(0xFD1D),
		"net10.0-linux-arm64": peHead(0xD11D) + "10", "net10.0-linux-x64": peHead(0xFD1D) + "10",
	}, nil)
	f := functions.Function{Name: "hello", Language: "dotnet", Source: "hello/dotnet", Builder: "dotnet", Handler: "Hello", Contract: functions.ContractHello}
	hashes := map[string]bool{}
	for _, runtime := range []string{"dotnet8", "dotnet10"} {
		for _, arch := range []functions.Architecture{functions.ARM64, functions.X8664} {
			t.Run(runtime+"/"+string(arch), func(t *testing.T) {
				a, err := b.Build(t.Context(), f, runtime, arch)
				if err != nil {
					t.Fatal(err)
				}
				if a.Toolchain != ".NET SDK 10.0.401" {
					t.Errorf("toolchain %q", a.Toolchain)
				}
				if diff := cmp.Diff([]string{"Hello.dll", "Hello.runtimeconfig.json"}, entriesOf(t, a.Path)); diff != "" {
					t.Errorf("entries (-want +got):\n%s", diff)
				}
				hashes[a.SHA256] = true
			})
		}
	}
	if len(hashes) != 4 {
		t.Errorf("%d zips for two runtimes on two architectures", len(hashes))
	}
	t.Run("an SDK that ignores the architecture is found out", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(home, "net8.0-linux-arm64"), []byte(peHead(0x14C)), 0o644); err != nil {
			t.Fatal(err)
		}
		fresh := &Builder{Root: b.Root, Dir: t.TempDir()}
		if _, err := fresh.Build(t.Context(), f, "dotnet8", functions.ARM64); err == nil || !strings.Contains(err.Error(), "0x014c, want 0xd11d") {
			t.Errorf("error %v, want one that names both machines", err)
		}
	})
	t.Run("an SDK that is older than a runtime", func(t *testing.T) {
		if err := os.WriteFile(filepath.Join(home, "sdks"), []byte("8.0.404 [/usr/share/dotnet/sdk]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		fresh := &Builder{Root: b.Root, Dir: t.TempDir()}
		if _, err := fresh.Build(t.Context(), f, "dotnet8", functions.X8664); err != nil {
			t.Errorf("the runtime of its own version: %v", err)
		}
		_, err := fresh.Build(t.Context(), f, "dotnet10", functions.X8664)
		missing, ok := errors.AsType[*MissingToolchainError](err)
		if !ok || missing.Missing != "the .NET SDK 10 or newer (found 8.0.404)" || !strings.Contains(missing.Hint, "exclude: dotnet10 in") {
			t.Errorf("error %v, want one about the SDK 10 that says how to leave dotnet10 alone out", err)
		}
	})
}

func TestNativeAOTRecipe(t *testing.T) {
	f := functions.Function{Name: "hello", Language: "dotnet", Source: "hello/dotnet", Builder: "dotnet-aot", Handler: "bootstrap", Contract: functions.ContractHello}
	content := func(t *testing.T, source string) string {
		data, err := os.ReadFile(compiled(t, source))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	const docker = `#!/bin/sh
case "$1" in
version) echo 28.2.2; exit ;;
run) ;;
*) exit 64 ;;
esac
echo "$*" >>"$HOME/docker"
while [ "$1" != -c ]; do
	case "$1" in
	--workdir) cd "$2" ;;
	esac
	shift
done
cat "$HOME/old" >"$HOME/net10.0-bootstrap"
exec sh "$@"
`
	const gcc = "#!/bin/sh\n"
	arch := hostArchitecture()
	for _, row := range []struct {
		name     string
		sdks     string
		arch     functions.Architecture
		source   string
		commands map[string]string
		// toolchain is that of the artefact, or missing what is not there.
		toolchain, missing, hint string
	}{
		{name: "it is built", sdks: bothSDKs, arch: arch, source: plainProgram, commands: map[string]string{"gcc": gcc}, toolchain: ".NET SDK 10.0.401"},
		{name: "no linker", sdks: bothSDKs, arch: arch, source: plainProgram, missing: "clang or gcc", hint: "install the .NET SDK 10 or newer and clang or gcc"},
		{name: "an older SDK", sdks: "8.0.404 [/usr/share/dotnet/sdk]\n", arch: arch, source: plainProgram, commands: map[string]string{"gcc": gcc}, missing: "the .NET SDK 10 or newer (found 8.0.404)", hint: "exclude: dotnet-aot in"},
		{name: "another architecture", sdks: bothSDKs, arch: other[arch], source: plainProgram, commands: map[string]string{"gcc": gcc}, missing: "a linker for Linux on " + string(other[arch]), hint: "start a Docker engine"},
		{
			name: "a C library that is too new", sdks: bothSDKs, arch: arch, source: newProgram, commands: map[string]string{"gcc": gcc},
			missing: "a C library as old as Lambda's (it asks for glibc 2.36 (arc4random), and provided.al2023 has 2.34)",
			hint:    "start a Docker engine, and it is built in public.ecr.aws/sam/build-dotnet10:latest-" + string(arch) + ", or leave the cell out (exclude: dotnet-aot in",
		},
		{name: "a C library that is too new, and Docker", sdks: bothSDKs, arch: arch, source: newProgram, commands: map[string]string{"gcc": gcc, "docker": docker}, toolchain: "public.ecr.aws/sam/build-dotnet10:latest-" + string(arch)},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, home := fakeDotnetRepository(t, map[string]string{
				"sdks": row.sdks, "net10.0-bootstrap": content(t, row.source), "old": content(t, plainProgram),
			}, row.commands)
			a, err := b.Build(t.Context(), f, "provided.al2023", row.arch)
			if row.missing != "" {
				missing, ok := errors.AsType[*MissingToolchainError](err)
				if !ok || !strings.HasPrefix(missing.Missing, row.missing) || !strings.Contains(missing.Hint, row.hint) {
					t.Errorf("error %v, want one about %s and %s", err, row.missing, row.hint)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a.Toolchain != row.toolchain {
				t.Errorf("toolchain %q, want %q", a.Toolchain, row.toolchain)
			}
			if diff := cmp.Diff([]string{"bootstrap"}, entriesOf(t, a.Path)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			if row.commands["docker"] != "" {
				said, err := os.ReadFile(filepath.Join(home, "docker"))
				if err != nil || !strings.Contains(string(said), "--platform "+dockerPlatforms[arch]+" ") {
					t.Errorf("docker was told %s, %v: want the platform", said, err)
				}
			}
		})
	}
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
				Condition string `xml:",attr"`

				Deterministic, ContinuousIntegrationBuild, IncludeSourceRevisionInInformationalVersion, PathMap string
			}
		}
		if err := xml.Unmarshal(data, &project); err != nil || len(project.PropertyGroup) == 0 || project.PropertyGroup[0].Condition != "" {
			t.Fatalf("%s: %d groups of properties, the first of which has to be for every build: %v", path, len(project.PropertyGroup), err)
		}
		p := project.PropertyGroup[0]
		if p.IncludeSourceRevisionInInformationalVersion != "false" || p.Deterministic != "true" || p.ContinuousIntegrationBuild != "true" || p.PathMap == "" {
			t.Errorf("%s: properties are %+v: its artefact would depend on the commit, or on where it was built", path, p)
		}
	}
}
