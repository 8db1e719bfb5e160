//go:build unix

package runtimes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

func TestOtherArchitecture(t *testing.T) {
	if _, err := os.Stat("/proc"); err != nil {
		t.Skip("QEMU's user emulation exists on Linux only")
	}
	foreign := functions.ARM64
	if host(t) == functions.ARM64 {
		foreign = functions.X8664
	}
	saved := emulators[foreign]
	t.Cleanup(func() { emulators[foreign] = saved })

	tests := []struct {
		name, runtime string
		qemu, libc    bool
		missing       string // empty: it is found
	}{
		{"no emulator", "provided.al2023", false, false, "an emulator of " + string(foreign)},
		{"static programs need no libraries", "provided.al2023", true, false, ""},
		{"with libraries", "provided.al2023", true, true, ""},
		{"Node.js needs libraries", "nodejs22.x", true, false, "the C and C++ libraries of " + string(foreign)},
		{"Node.js with libraries", "nodejs22.x", true, true, ""},
		{"Python", "python3.11", true, true, "an interpreter for " + string(foreign)},
		{"Java", "java21", true, true, "an interpreter for " + string(foreign)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			e := saved
			e.sysroot = filepath.Join(m.shelf, "sysroot")
			emulators[foreign] = e
			if test.libc {
				m.script(filepath.Join(e.sysroot, e.loader), "")
				m.script(filepath.Join(e.sysroot, "lib/libstdc++.so.6"), "")
			}
			var qemu string
			if test.qemu {
				qemu = m.script(saved.path+"-static", `case "$1" in
--version) echo "`+saved.path+` version 7.2.22 (Debian 1:7.2)" ;;
-L) ;;
*) exit 1 ;;
esac`)
			}
			// A Node.js that is installed is of this machine's architecture, and no help.
			m.script("node", node("22.1.0", ""))
			m.npm()
			m.stockNode("22", "22.99.1")
			m.stock(nodePackage(foreign)+"@22", "22.99.1", map[string]string{"bin/node": "ELF"})

			r, err := m.finder().Find(t.Context(), test.runtime, foreign)
			if test.missing != "" {
				wantMissing(t, err, test.missing)
				if !test.qemu && !strings.Contains(err.Error(), "qemu-user-static") {
					t.Errorf("the error does not say what to install: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := saved.path + "-static 7.2.22"; r.Emulator != want {
				t.Errorf("emulator is %q, want %q", r.Emulator, want)
			}
			argv, _ := r.Launch("/var/task", "index.handler", 512)
			want := qemu + " /var/task/bootstrap"
			if test.libc {
				want = qemu + " -L " + e.sysroot + " "
			}
			if line := strings.Join(argv, " "); !strings.HasPrefix(line, want) {
				t.Errorf("the command line is %s, want it to begin with %s", line, want)
			}
		})
	}
}
