//go:build unix

package runtimes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDotnet(t *testing.T) {
	runtimes := func(lines ...string) string { return "printf '" + strings.Join(lines, `\n`) + `\n'` }
	tests := []struct {
		name, script, version string
	}{
		{"the newest of the major version", runtimes("Microsoft.AspNetCore.App 8.0.99 [/x]", "Microsoft.NETCore.App 6.0.1 [/x]",
			"Microsoft.NETCore.App 8.0.9 [/x]", "Microsoft.NETCore.App 8.0.11 [/x]", "Microsoft.NETCore.App 9.0.0 [/x]"), "8.0.11"},
		{"another major version", runtimes("Microsoft.NETCore.App 9.0.0 [/x]", "Microsoft.NETCore.App 80.0.0 [/x]"), ""},
		{"broken", "exit 1", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			path := m.script(filepath.Join(m.shelf, "sdk/dotnet"), test.script)
			if err := os.Symlink(path, filepath.Join(m.bin, "dotnet")); err != nil {
				t.Fatal(err)
			}
			r, err := m.find("dotnet8")
			if test.version == "" {
				wantMissing(t, err, ".NET 8", "exclude: dotnet8")
				return
			}
			if err != nil || r.Version != test.version || r.Client != "" {
				t.Fatalf("got %+v, %v", r, err)
			}
			if _, variables := r.Launch("/var/task", "Hello", 512); variables["DOTNET_ROOT"] != filepath.Dir(path) {
				t.Errorf("DOTNET_ROOT is %s", variables["DOTNET_ROOT"])
			}
		})
	}
}
