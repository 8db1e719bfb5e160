package artifact

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// compiled compiles a C program for this machine, or skips the test.
func compiled(t *testing.T, source string, flags ...string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("SKIPPED, NOT TESTED: the programs are Linux's")
	}
	dir := t.TempDir()
	from, to := filepath.Join(dir, "main.c"), filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(from, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), "gcc", append([]string{"-o", to, from}, flags...)...).CombinedOutput()
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: gcc cannot make the program: %v: %s", err, output)
	}
	return to
}

func hostArchitecture() functions.Architecture {
	if runtime.GOARCH == "arm64" {
		return functions.ARM64
	}
	return functions.X8664
}

const (
	plainProgram = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n"
	// newProgram calls what came with glibc 2.36.
	newProgram = "#include <stdlib.h>\nint main(void) { return arc4random() == 0; }\n"
)

// TestCheckLibraries compiles programs and asks what they need, in zips like
// those that are deployed.
func TestCheckLibraries(t *testing.T) {
	for _, row := range []struct {
		name, source, runtime string
		flags                 []string
		want                  string // "" is fine
	}{
		{"a static program", newProgram, "provided.al2023", []string{"-static"}, ""},
		{"a static program that can be loaded anywhere", newProgram, "provided.al2023", []string{"-static-pie"}, ""},
		{"a new symbol", newProgram, "provided.al2023", nil, "bootstrap: it asks for glibc 2.36 (arc4random), and provided.al2023 has 2.34: build it in an image of Amazon Linux"},
		{"no new symbol", plainProgram, "provided.al2023", nil, ""},
		{"an older system", plainProgram, "provided.al2", nil, "and provided.al2 has 2.26"},
		{"packed relocations", plainProgram, "provided.al2023", []string{"-pie", "-Wl,-z,pack-relative-relocs"}, "glibc 2.36 (GLIBC_ABI_DT_RELR)"},
		{"another loader", plainProgram, "provided.al2023", []string{"-Wl,--dynamic-linker=/lib/ld-musl.so.1"}, "it is started by /lib/ld-musl.so.1, and provided.al2023 has /lib"},
	} {
		t.Run(row.name, func(t *testing.T) {
			data, err := os.ReadFile(compiled(t, row.source, row.flags...))
			if err != nil {
				t.Fatal(err)
			}
			zip := zipOf(t, zipEntry{"bootstrap", string(data), 0o755})
			err = Check(zip, functions.Function{Name: "f", Language: "rust", Handler: "bootstrap"}, row.runtime, hostArchitecture())
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("error %v, want one that says %q", err, row.want)
			}
		})
	}
}

// FuzzCheckLibraries reads programs that strangers bring in a zip.
func FuzzCheckLibraries(f *testing.F) {
	f.Add([]byte("\x7fELF"))
	if data, err := os.ReadFile("/bin/true"); err == nil {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, binary []byte) {
		err := checkLibraries(binary, "provided.al2023")
		if newer, ok := errors.AsType[*glibcError](err); ok && atLeast("2.34", newer.needs) {
			t.Errorf("glibc %s is refused, which Amazon Linux 2023 has", newer.needs)
		}
	})
}
