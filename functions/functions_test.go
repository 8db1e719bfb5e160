package functions

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestCatalogueNamesFoldersThatAreThere(t *testing.T) {
	for _, f := range Catalogue() {
		if info, err := os.Stat(filepath.FromSlash(f.Source)); err != nil || !info.IsDir() {
			t.Errorf("%s in %s: source %s: %v", f.Name, f.Language, f.Source, err)
		}
	}
}

func TestParseCatalogueRefuses(t *testing.T) {
	const row = `{"name":"n","language":"go","source":"s","builder":"go","handler":"h","contract":"none","runtimes":["r"],"architectures":["arm64"]}`
	for _, c := range []struct{ name, text, want string }{
		{"no JSON", "x", "parse catalogue"},
		{"a field of another version", strings.Replace(row, `"name"`, `"colour"`, 1), "colour"},
		{"no name", strings.Replace(row, `"n"`, `""`, 1), `row 1 (, go): "name" is missing`},
		{"another contract", strings.Replace(row, `"none"`, `"maybe"`, 1), `"maybe"`},
		{"no runtime", strings.Replace(row, `["r"]`, `[]`, 1), "no runtime"},
		{"an optional runtime of a function that is not benchmarked", strings.Replace(row, `["r"]`, `["r"],"optionalRuntimes":["s"]`, 1), "optionalRuntimes: a stage includes benchmarked functions only"},
		{"optional and not", strings.NewReplacer(`["r"]`, `["r"],"optionalRuntimes":["r"]`, `"none"`, `"hello"`).Replace(row), "row 1: n in go on r is there twice"},
		{"no architecture", strings.Replace(row, `["arm64"]`, `[]`, 1), "no architecture"},
		{"a third architecture", strings.Replace(row, `arm64`, `riscv64`, 1), `"riscv64"`},
		{"twice", row + "," + row, "row 2: n in go on r is there twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseCatalogue([]byte("[" + c.text + "]"))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

// The functions bring tests in their own languages. Those that cost a moment
// are run here too; Rust's are not: cargo test.
func TestFunctionsOwnTests(t *testing.T) {
	for _, row := range []struct {
		folder string
		argv   []string
	}{
		{"hello/nodejs", []string{"node", "--test"}},
		{"hello/python", []string{"python3", "-m", "unittest"}},
		{"hello/go", []string{"go", "test", "./..."}},
	} {
		t.Run(row.folder, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), row.argv[0], row.argv[1:]...)
			if errors.Is(cmd.Err, exec.ErrNotFound) {
				t.Skip(cmd.Err)
			}
			cmd.Dir = filepath.FromSlash(row.folder)
			cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
			if output, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", row.argv, err, output)
			}
		})
	}
}

// Lock files name versions and hashes, and no registry.
func TestLockFilesNameNoRegistry(t *testing.T) {
	locks, err := filepath.Glob("modules/*/package-lock.json")
	if err != nil || len(locks) != 2 {
		t.Fatalf("lock files: %v, %v; want 2", locks, err)
	}
	for _, lock := range locks {
		text, err := os.ReadFile(lock)
		if err != nil {
			t.Fatal(err)
		}
		for _, unwanted := range []string{"resolved", "://"} {
			if strings.Contains(string(text), unwanted) {
				t.Errorf("%s has %q: run npm install --package-lock-only in its folder", lock, unwanted)
			}
		}
	}
}
