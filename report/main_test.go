package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// loadTest writes the directory of a load test of the two module functions.
func loadTest(t *testing.T, name string, m results.Manifest, esmodule, commonjs float64) string {
	t.Helper()
	return resultstest.Run{Manifest: m, Seed: 1, Targets: map[string]float64{"esmodule": esmodule, "commonjs": commonjs}}.Write(t, name)
}

func TestUsageErrors(t *testing.T) {
	empty := t.TempDir()
	one := loadTest(t, "one", results.Manifest{}, 10, 20)
	for _, row := range []struct {
		name   string
		args   []string
		stderr string
	}{
		{"nothing", nil, "want one run directory, or"},
		{"two directories", []string{one, one}, "want one run directory, or"},
		{"a directory without a run", []string{empty}, "it holds no run"},
		{"an unknown flag", []string{"-lost", one}, "-lost"},
		{"an unknown format", []string{"-format", "xml", one}, "want text, html, json, csv, junit, hgrm"},
		{"one side", []string{"compare", one}, "want two run directories"},
		{"one side of several runs", []string{"compare", one, one, "--"}, "several on each side of --"},
		{"a side without a run", []string{"compare", one, empty}, "it holds no run"},
		{"a run on both sides", []string{"compare", one, "--", one + "/"}, "is given twice"},
		{"a bad margin", []string{"compare", "-margin", "5", one, one}, "want a time such as 5ms"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			if code != commandline.Usage || !strings.Contains(stderr, row.stderr) || stdout != "" {
				t.Errorf("exit code %d, want %d with %q; stderr:\n%s\nstdout:\n%s", code, commandline.Usage, row.stderr, stderr, stdout)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, row := range []struct {
		name  string
		args  []string
		lines []string
	}{
		{"of the command", []string{"-h"}, []string{"  report [flags] DIR", "  -format F ", "exit codes"}},
		{"by name", []string{"help"}, []string{"  report [flags] DIR"}},
		{"of compare", []string{"compare", "-h"}, []string{"  report compare [flags] BEFORE AFTER", "  -margin M", "(default text)"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			for _, line := range row.lines {
				if !strings.Contains(stdout, line) {
					t.Errorf("the help lacks %q", line)
				}
			}
			if code != commandline.OK || stderr != "" {
				t.Errorf("exit code %d, stderr %q", code, stderr)
			}
		})
	}
	for _, args := range [][]string{{"-version"}, {"compare", "-version"}} {
		if code, stdout, stderr := command(t, args...); code != commandline.OK || !strings.HasPrefix(stdout, "report ") || stderr != "" {
			t.Errorf("%v: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

// A run that is printed again is what the packages below made of it.
func TestShow(t *testing.T) {
	dir := loadTest(t, "one", results.Manifest{}, 10, 20)
	r, err := results.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range report.Formats() {
		t.Run(format, func(t *testing.T) {
			var want bytes.Buffer
			if err := report.Write(&want, report.Format(format), r); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := command(t, "-format", format, dir)
			if code != commandline.OK || stdout != want.String() || stdout == "" {
				t.Errorf("exit code %d: %s", code, stderr)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	phases := func(text string) results.Manifest {
		return results.Manifest{Settings: results.Settings{Phases: []string{text}}}
	}
	before, after := loadTest(t, "before", phases("1s@500"), 10, 20), loadTest(t, "after", phases("2s@250"), 11, 20)
	again := filepath.Join(t.TempDir(), "after")
	if err := os.CopyFS(again, os.DirFS(after)); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := command(t, "compare", before, after, "-margin", "10s")
	for _, want := range []string{"after against before", "phases: 2s@250 against 1s@500", "esmodule: undecided between after and before at p99"} {
		if code != commandline.OK || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, the output lacks %q:\n%s%s", code, want, stdout, stderr)
		}
	}
	code, stdout, stderr = command(t, "compare", "-format", "json", before, after)
	var p results.Pair
	if err := json.Unmarshal([]byte(stdout), &p); err != nil || code != commandline.OK || len(p.Targets) != 2 {
		t.Errorf("exit code %d, %v, %d targets: %s", code, err, len(p.Targets), stderr)
	}
	code, stdout, stderr = command(t, "compare", before, "--", after, again)
	if text := strings.Join(strings.Fields(stdout), " "); code != commandline.OK || !strings.Contains(text, "a word takes 4 alternating runs of each, and there are 1") {
		t.Errorf("exit code %d:\n%s%s", code, stdout, stderr)
	}
}

// What is compared is starts and load alike; a run that cannot be believed comes before a
// difference.
func TestCompareExitCodes(t *testing.T) {
	v := resultstest.Variant("nodejs22.x")
	local := func(name string, seed uint64, m results.Manifest, initMs float64) string {
		m.Platform = deployed.Local
		cell := resultstest.Cell{Starts: 30, Warm: 2, InitMs: initMs, FirstMs: 2, WarmMs: 1, MemoryMB: 70, Version: "22.1"}
		return resultstest.Run{Manifest: m, Seed: seed, Cells: map[matrix.Variant]resultstest.Cell{v: cell}}.Write(t, name)
	}
	base, slower, faster := local("base", 1, results.Manifest{}, 100), local("slower", 2, results.Manifest{}, 150), local("faster", 3, results.Manifest{}, 50)
	killed := local("killed", 4, results.Manifest{}, 150)
	if err := os.Remove(filepath.Join(killed, results.SummaryFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(killed, results.ManifestFile), []byte(`{"platform":"local"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"slower beyond the margin", []string{base, slower, "-margin", "10%"}, commandline.Failed, "slower beyond the margin"},
		{"slower within the margin", []string{base, slower, "-margin", "60%"}, commandline.OK, "an interval beyond the margin"},
		{"no margin", []string{base, slower}, commandline.OK, "a word takes 4 alternating runs of each"},
		{"faster", []string{base, faster, "-margin", "10%"}, commandline.OK, "1 faster"},
		{"a run that was killed", []string{base, killed, "-margin", "10%"}, commandline.NotValid, "killed has no end: it was killed"},
		{"another platform", []string{base, loadTest(t, "aws", results.Manifest{Platform: deployed.AWS}, 10, 20)}, commandline.Usage, "never compared"},
		{"nothing in common", []string{base, loadTest(t, "load", results.Manifest{}, 10, 20)}, commandline.Usage, "no target and no measured cell in common"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, append([]string{"compare"}, row.args...)...)
			if text := strings.Join(strings.Fields(stdout+stderr), " "); code != row.code || !strings.Contains(text, row.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, row.code, row.want, stdout, stderr)
			}
		})
	}
}

// TestLifecycle asks for the dates of a stage's runtimes, and of what it would include.
func TestLifecycle(t *testing.T) {
	t.Chdir("..")
	code, stdout, stderr := command(t, "-lifecycle")
	if code != commandline.OK || !strings.Contains(stdout, "runtimes of stage dev") || !strings.Contains(stdout, "2027-02-01") || strings.Contains(stdout, "java25") {
		t.Errorf("exit code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	if code, stdout, stderr = command(t, "-lifecycle", "-include", "current"); code != commandline.OK || !strings.Contains(stdout, "java25") {
		t.Errorf("with current: exit code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	if code, _, stderr = command(t, "-lifecycle", "-stage", "moon"); code != commandline.Usage || !strings.Contains(stderr, "there is no Pulumi.moon.yaml") {
		t.Errorf("an unknown stage: exit code %d, stderr %q", code, stderr)
	}
}

// A run is judged again by other conditions, and the codes are those of loadgen.
func TestConditions(t *testing.T) {
	cell := resultstest.Cell{Starts: 30, Warm: 2, InitMs: 100, FirstMs: 2, WarmMs: 1, MemoryMB: 70, Version: "22.1"}
	write := func(name string, m results.Manifest, cells map[matrix.Variant]resultstest.Cell) string {
		return resultstest.Run{Manifest: m, Cells: cells}.Write(t, name)
	}
	cells := map[matrix.Variant]resultstest.Cell{resultstest.Variant("nodejs22.x"): cell}
	good, interrupted := write("good", results.Manifest{}, cells), write("interrupted", results.Manifest{Interrupted: true}, cells)
	nothing := write("nothing", results.Manifest{}, nil)
	killed := write("killed", results.Manifest{}, cells)
	if err := os.WriteFile(filepath.Join(killed, results.ManifestFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"not true", []string{good, "-fail-if", "nodejs22.x/arm64/512.cold.p50>300ms"}, commandline.OK, "not so"},
		{"true", []string{good, "-fail-if", "nodejs22.x/arm64/512.cold.p50>50ms"}, commandline.Failed, "report: nodejs22.x/arm64/512.cold.p50>50ms:"},
		{"not decided", []string{good, "-fail-if", "nodejs22.x.cold.p50>102ms"}, commandline.OK, "not decided"},
		{"not decided, strictly", []string{good, "-fail-if", "nodejs22.x.cold.p50>102ms", "-strict"}, commandline.Failed, "not decided"},
		{"interrupted", []string{interrupted, "-fail-if", "cold.p50>300ms"}, commandline.Failed, "the run was interrupted"},
		{"interrupted, and not judged", []string{interrupted}, commandline.OK, ""},
		{"killed", []string{killed, "-fail-if", "cold.p50>50ms"}, commandline.NotValid, "has no end"},
		{"nothing measured", []string{nothing, "-fail-if", "errors>0"}, commandline.Nothing, "nothing was measured"},
		{"a cell that is not there", []string{good, "-fail-if", "java.cold.p50>1s"}, commandline.Usage, "no cell is java"},
		{"a condition that is none", []string{good, "-fail-if", "cold"}, commandline.Usage, "-fail-if"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			if code != row.code || !strings.Contains(stdout+stderr, row.want) {
				t.Errorf("exit code %d, want %d with %q:\n%s\n%s", code, row.code, row.want, stdout, stderr)
			}
		})
	}
}

// What is written to a file is not printed, and a CI job has its summary.
func TestOutputs(t *testing.T) {
	before, after := loadTest(t, "before", results.Manifest{}, 10, 20), loadTest(t, "after", results.Manifest{}, 11, 20)
	dir := t.TempDir()
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(dir, "summary"))
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{before, "-format", "junit", "-o", filepath.Join(dir, "junit")}, "<testsuite"},
		{[]string{before, "-format", "csv", "-o", filepath.Join(dir, "csv")}, "before,,,,"},
		{[]string{"compare", before, after, "-format", "json", "-o", filepath.Join(dir, "json")}, `"schemaVersion": 1`},
	} {
		code, stdout, stderr := command(t, row.args...)
		text, err := os.ReadFile(row.args[len(row.args)-1])
		if code != commandline.OK || err != nil || stdout != "" || !strings.Contains(string(text), row.want) {
			t.Errorf("%v: exit code %d, %v, stdout %q, stderr %q:\n%s", row.args, code, err, stdout, stderr, text)
		}
	}
	summary, err := os.ReadFile(filepath.Join(dir, "summary"))
	if err != nil || strings.Count(string(summary), "## lambda-benchmark") != 3 || !strings.Contains(string(summary), "after against before, of 8 comparisons") {
		t.Errorf("the summary is %v:\n%s", err, summary)
	}
	if code, _, stderr := command(t, before, "-o", filepath.Join(dir, "nowhere", "file")); code != commandline.NotValid || !strings.Contains(stderr, "-o") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
