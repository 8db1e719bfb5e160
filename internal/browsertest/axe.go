package browsertest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// axeVersion is the version of npm's axe-core that is asked.
const axeVersion = "4.10.3"

// Violation is a rule of accessibility that a page breaks.
type Violation struct {
	ID, Impact, Help string
	// Elements are the first ones that break it.
	Elements []string
}

// Axe asks axe-core about the page as it is, and returns the serious and the critical
// violations. The test is skipped if axe-core cannot be had.
func (one *Tab) Axe(t *testing.T) []Violation {
	t.Helper()
	source := axe(t)
	Eval[bool](t, one, string(source)+"; true")
	return Eval[[]Violation](t, one, `(async () => {
		const found = await axe.run(document, {resultTypes: ["violations"]});
		return found.violations.filter((v) => v.impact === "serious" || v.impact === "critical")
			.map((v) => ({ID: v.id, Impact: v.impact, Help: v.help, Elements: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160))}));
	})()`)
}

// axe is the source of axe-core, installed once below .build.
func axe(t *testing.T) []byte {
	t.Helper()
	build := filepath.Join(root(t), ".build", "npm")
	dir := filepath.Join(build, "axe-core-"+axeVersion)
	file := filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
	if source, err := os.ReadFile(file); err == nil {
		return source
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("axe-core is not asked: npm is not installed")
	}
	if err := os.MkdirAll(build, 0o777); err != nil {
		t.Fatal(err)
	}
	// Aside and renamed, so that a test that is ended leaves no half of it.
	aside, err := os.MkdirTemp(build, ".axe-core")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(aside) })
	install := exec.CommandContext(t.Context(), npm, "install", "--prefix", aside, "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "axe-core@"+axeVersion)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("axe-core is not asked: npm cannot install it: %v\n%s", err, out)
	}
	if err := os.Rename(aside, dir); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(file); there != nil {
			t.Fatal(err)
		}
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// root is the folder of the module that is tested.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the tested package")
		}
		dir = parent
	}
}
