//go:build unix

package runtimes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// pip is the script of a pip that has every wheel on the shelf.
func (m *machine) pip() string {
	return `echo "pip $*" >>'` + m.calls + `'
while [ "$1" != --dest ]; do shift; done
/bin/cp '` + m.shelf + `'/*.whl "$2"`
}

// python is the script of a Python with a virtual environment's module, and with pip if it has one.
func (m *machine) python(version, path, pip string) string {
	machine := map[functions.Architecture]string{functions.X8664: "x86_64", functions.ARM64: "aarch64"}[host(m.t)]
	return fmt.Sprintf(`case "$*" in
*"print(json"*) echo '["%s","%s","%s"]' ;;
*"-m venv"*) for root; do :; done; /bin/mkdir -p "$root/bin" "$root/lib/python3.11/site-packages"; /bin/ln -s %s "$root/bin/python3.11" ;;
*"-m pip"*) %s ;;
esac`, version, machine, path, path, pip)
}

func TestPythonIsFound(t *testing.T) {
	const none = "echo No module named pip >&2; exit 1"
	tests := []struct {
		name  string
		setup func(m *machine, real string)
		args  string // what pip must have been told
	}{
		{"with its own pip", func(m *machine, real string) {
			m.script(real, m.python("3.11.9", real, m.pip()))
			m.script("python3.11", m.python("3.11.9", real, none))
		}, "pip -m pip download"},
		{"with the pip of another Python", func(m *machine, real string) {
			m.script(real, m.python("3.11.9", real, none))
			m.script("python3", m.python("3.11.9", real, none))
			m.script("pip3", m.pip())
		}, "--python-version 3.11"},
		{"behind another version", func(m *machine, real string) {
			m.script("python3.11", "exit 127")
			m.script("python3", m.python("3.12.1", "/usr/bin/python3.12", none))
			m.script(real, m.python("3.11.9", real, m.pip()))
			m.script("python", m.python("3.11.9", real, none))
		}, "--only-binary :all:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			m.pinWheel(pythonClient, "awslambdaric-4.2.2-cp311.whl", map[string]string{"awslambdaric/bootstrap.py": ""})
			m.pinWheel(pythonClient, "simplejson-3-cp311.whl", map[string]string{"simplejson/__init__.py": ""})
			test.setup(m, filepath.Join(filepath.Dir(m.bin), "real", "python3.11"))
			r := m.mustFind("python3.11")
			if r.Version != "3.11.9" || r.Client != "awslambdaric 4.2.2" {
				t.Errorf("version %q, client %q", r.Version, r.Client)
			}
			argv, variables := r.Launch("/var/task", "app.handler", 512)
			if link, err := os.Readlink(argv[0]); err != nil || link != filepath.Join(filepath.Dir(m.bin), "real", "python3.11") {
				t.Errorf("the interpreter leads to %q, %v; want the one behind the shim", link, err)
			}
			for _, module := range []string{"awslambdaric/bootstrap.py", "simplejson/__init__.py"} {
				if _, err := os.Stat(filepath.Join(variables["LAMBDA_RUNTIME_DIR"], module)); err != nil {
					t.Error(err)
				}
			}
			if calls, err := os.ReadFile(m.calls); err != nil || !strings.Contains(string(calls), test.args) {
				t.Errorf("pip was called with %q, %v; want %q", calls, err, test.args)
			}
			calls := m.called()
			m.mustFind("python3.11")
			if m.called() != calls {
				t.Error("pip was called again")
			}
		})
	}
}

func TestPythonIsMissing(t *testing.T) {
	t.Run("no interpreter", func(t *testing.T) {
		m := newMachine(t)
		m.script("python3", m.python("3.12.1", "/usr/bin/python3.12", ""))
		_, err := m.find("python3.11")
		wantMissing(t, err, "Python 3.11", "python3.11")
	})
	t.Run("no pip", func(t *testing.T) {
		m := newMachine(t)
		real := filepath.Join(filepath.Dir(m.bin), "real", "python3.11")
		m.script(real, m.python("3.11.9", real, "echo No module named pip >&2; exit 1"))
		m.script("python3.11", m.python("3.11.9", real, ""))
		_, err := m.find("python3.11")
		wantMissing(t, err, "awslambdaric 4.2.2 for Python 3.11.9", "install pip")
	})
	t.Run("no network", func(t *testing.T) {
		m := newMachine(t)
		real := filepath.Join(filepath.Dir(m.bin), "real", "python3.11")
		m.script(real, m.python("3.11.9", real, "echo connection refused >&2; exit 1"))
		m.script("python3.11", m.python("3.11.9", real, ""))
		m.script("pip", "echo connection refused by pip >&2; exit 1")
		_, err := m.find("python3.11")
		wantMissing(t, err, "awslambdaric 4.2.2 for Python 3.11.9", "connection refused by pip", "fetching it failed")
	})
}
