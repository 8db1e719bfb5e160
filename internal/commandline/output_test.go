package commandline

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOutput(t *testing.T) {
	say := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			return errors.Join(err, func() error { _, err := io.WriteString(w, text); return err }())
		}
	}
	path := filepath.Join(t.TempDir(), "file")
	var stdout strings.Builder
	if err := Output(&stdout, "", say("printed", nil)); err != nil || stdout.String() != "printed" {
		t.Errorf("%q, %v", stdout.String(), err)
	}
	if err := Output(&stdout, path, say("whole", nil)); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := Output(&stdout, path, say("a part", broken)); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	if text, err := os.ReadFile(path); string(text) != "whole" || err != nil || stdout.String() != "printed" {
		t.Errorf("the file holds %q, %v; printed is %q", text, err, stdout.String())
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("there are %v", files)
	}
	if err := Output(&stdout, filepath.Join(path, "file"), say("", nil)); err == nil || !strings.HasPrefix(err.Error(), "-o: ") {
		t.Errorf("the error is %v", err)
	}
}

func TestStepSummary(t *testing.T) {
	write := func(w io.Writer) error { _, err := io.WriteString(w, "## more\n"); return err }
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	if err := StepSummary(func(io.Writer) error { return errors.New("asked for") }); err != nil {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "summary")
	t.Setenv("GITHUB_STEP_SUMMARY", path)
	for range 2 {
		if err := StepSummary(write); err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(path); string(text) != "## more\n## more\n" || err != nil {
		t.Errorf("the summary is %q, %v", text, err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(path, "nowhere"))
	if err := StepSummary(write); err == nil || !strings.Contains(err.Error(), "GITHUB_STEP_SUMMARY") {
		t.Errorf("the error is %v", err)
	}
}
