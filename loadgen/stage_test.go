package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestStage(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := "pulumi"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
		t.Skipf("no links here: %v", err)
	}
	url := modules(t, 0)
	stack := `{"platform":"aws","region":"eu-west-1","stage":"dev","apiUrl":"` + url + `","functions":[]}`
	quoted, err := json.Marshal(stack)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, path, outputs, stage string
		code                       int
		stderr                     string
	}{
		{"a stack", dir, `{"apiUrl":"` + url + `","deployed":` + string(quoted) + `}`, "dev", exitOK, ""},
		{"a stack that is described as an object", dir, `{"deployed":` + stack + `}`, "dev", exitOK, ""},
		{"an empty stack", dir, `{}`, "dev", exitUsage, "no output apiUrl"},
		{"no JSON", dir, `x`, "dev", exitUsage, "read the stack's outputs"},
		{"another stage", dir, `{}`, "prod", exitUsage, "no stack named"},
		{"no pulumi", t.TempDir(), "", "dev", exitUsage, "pulumi is not on the PATH"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Setenv("PATH", row.path)
			t.Setenv(fakePulumi, row.outputs)
			code, stdout, stderr := command(t, with(short, "-stage", row.stage, "-format", "json")...)
			if code != row.code && !(code == exitInvalid && row.code == exitOK) || !strings.Contains(stderr, row.stderr) {
				t.Fatalf("exit code %d, want %d with %q:\n%s", code, row.code, row.stderr, stderr)
			}
			if row.code != exitOK {
				return
			}
			if m := conserved(t, stdout).Manifest; m.Platform != "aws" || m.Region != "eu-west-1" || m.Stage != "dev" {
				t.Errorf("the manifest is %+v", m)
			}
		})
	}
}
