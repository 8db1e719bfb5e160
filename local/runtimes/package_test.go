//go:build unix

package runtimes

import (
	"os"
	"strings"
	"testing"
)

var tool = Package{Name: "tool@1", Title: "a tool", Program: "bin/tool"}

func TestFetch(t *testing.T) {
	m := newMachine(t)
	m.npm()
	m.stock("tool@1", "1.2.1", map[string]string{"bin/tool": "#!/bin/sh\necho tool 1.2.1"})
	path, err := m.finder().Fetch(t.Context(), tool)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("program %s: %v, %v", path, info, err)
	}
	again, err := m.finder().Fetch(t.Context(), tool)
	if err != nil || again != path || m.called() != 1 {
		t.Errorf("the second time %s, %v after %d calls of npm, want %s after 1", again, err, m.called(), path)
	}
}

func TestFetchOfWhatCannotBeHad(t *testing.T) {
	for _, row := range []struct {
		name  string
		setUp func(*machine)
		want  string
	}{
		{"no npm", func(*machine) {}, "npm is not installed"},
		{"not in the registry", func(m *machine) { m.npm() }, "npm error 404"},
		{"a program that does not start", func(m *machine) {
			m.npm()
			m.stock("tool@1", "1.2.1", map[string]string{"bin/tool": "#!/bin/sh\necho wrong C library >&2; exit 1"})
		}, "wrong C library"},
		{"no such program in the package", func(m *machine) {
			m.npm()
			m.stock("tool@1", "1.2.1", map[string]string{"README.md": "hello"})
		}, "bin/tool"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := newMachine(t)
			row.setUp(m)
			_, err := m.finder().Fetch(t.Context(), tool)
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "fetch a tool: ") {
				t.Errorf("error %v, want one about a tool that says %q", err, row.want)
			}
		})
	}
}
