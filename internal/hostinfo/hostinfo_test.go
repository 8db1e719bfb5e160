package hostinfo

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestMachineSaysWhatIsKnownEverywhere(t *testing.T) {
	m := Machine()
	for _, name := range []string{"os", "arch", "go", "cpus", "gomaxprocs"} {
		if m[name] == "" {
			t.Errorf("%s is missing from %v", name, m)
		}
	}
	if runtime.GOOS == "linux" && m["kernel"] == "" {
		t.Errorf("kernel is missing from %v", m)
	}
	for name, value := range m {
		if value == "" {
			t.Errorf("%s is empty: what is not known must be absent", name)
		}
	}
}

func TestField(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cpuinfo")
	if err := os.WriteFile(path, []byte("processor\t: 0\nmodel name\t: Some CPU: fast\nmodel name\t: other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, path, field, want string }{
		{"first of several, colon kept", path, "model name", "Some CPU: fast"},
		{"no such field", path, "flags", ""},
		{"no such file", path + "x", "model name", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := field(tt.path, tt.field); got != tt.want {
				t.Errorf("field(%q) = %q, want %q", tt.field, got, tt.want)
			}
		})
	}
}

func TestVersionIsNeverEmpty(t *testing.T) {
	if Version() == "" {
		t.Error("no version")
	}
}
