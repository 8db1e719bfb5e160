package artifact

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAtLeast(t *testing.T) {
	for _, row := range []struct {
		have, want string
		ok         bool
	}{
		{"1.84.0", "1.84", true},
		{"1.9.0", "1.84", false},
		{"2", "1.84", true},
		{"21.0.8", "21", true},
		{"17.0.15", "21", false},
		{"25", "21", true},
		{"25-ea", "21", true},
		{"8.0.100-preview.1", "8.0.100", true},
		{"3.6", "3.6.3", false},
		{"", "8", false},
		{"none", "8", false},
	} {
		if ok := atLeast(row.have, row.want); ok != row.ok {
			t.Errorf("%q is at least %q: %v, want %v", row.have, row.want, ok, row.ok)
		}
	}
}

func TestNewestSDK(t *testing.T) {
	for _, row := range []struct{ name, list, want string }{
		{"none", "", ""},
		{"one", "8.0.404 [/usr/share/dotnet/sdk]\n", "8.0.404"},
		{"several", "6.0.100 [/a b/sdk]\n10.0.100 [/a b/sdk]\n8.0.404 [/a b/sdk]\n", "10.0.100"},
	} {
		if got := newestSDK(row.list); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestFindJDK(t *testing.T) {
	home := func(release, javac string) string {
		files := map[string]string{"bin/java!": ""}
		if release != "" {
			files["release"] = release
		}
		if javac != "" {
			files[javac] = ""
		}
		return writeTree(t, files)
	}
	for _, row := range []struct {
		name, home, version string
	}{
		{"a JDK", home("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"21.0.8\"\n", "bin/javac!"), "21.0.8"},
		{"a runtime without compiler", home("JAVA_VERSION=\"21.0.8\"\n", ""), ""},
		{"no release file", home("", "bin/javac!"), ""},
		{"a release file without version", home("IMPLEMENTOR=\"x\"\n", "bin/javac!"), ""},
		{"nothing", filepath.Join(t.TempDir(), "absent"), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			version, ok := jdkVersion(row.home)
			if version != row.version || ok != (row.version != "") {
				t.Errorf("%q %v, want %q", version, ok, row.version)
			}
		})
	}
	t.Run("JAVA_HOME wins if it is new enough", func(t *testing.T) {
		wanted := home("JAVA_VERSION=\"999\"\n", "bin/javac!")
		t.Setenv("JAVA_HOME", wanted)
		if found, ok := findJDK(999); !ok || found.home != wanted {
			t.Errorf("found %+v, %v", found, ok)
		}
		if found, ok := findJDK(1000); ok {
			t.Errorf("found %+v, which is too old", found)
		}
	})
	t.Run("the usual folders of a user", func(t *testing.T) {
		user := t.TempDir()
		kit := filepath.Join(user, ".sdkman", "candidates", "java", "999-tem")
		if err := os.MkdirAll(filepath.Dir(kit), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(home("JAVA_VERSION=\"999\"\n", "bin/javac!"), kit); err != nil {
			t.Fatal(err)
		}
		t.Setenv("HOME", user)
		t.Setenv("USERPROFILE", user)
		t.Setenv("JAVA_HOME", "")
		if found, ok := findJDK(999); !ok || found.home != kit {
			t.Errorf("found %+v, %v", found, ok)
		}
	})
}
