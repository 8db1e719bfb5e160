package artifact

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// jdk is a Java development kit on this machine.
type jdk struct {
	home, version string
}

// findJDK returns the first JDK that is new enough: JAVA_HOME's, the one on
// PATH, then those in the folders where installers put them.
func findJDK(minimum int) (jdk, bool) {
	for _, home := range jdkHomes() {
		version, ok := jdkVersion(home)
		if ok && len(numbers(version)) > 0 && numbers(version)[0] >= minimum {
			return jdk{home, version}, true
		}
	}
	return jdk{}, false
}

func jdkHomes() []string {
	var homes []string
	if home := os.Getenv("JAVA_HOME"); home != "" {
		homes = append(homes, home)
	}
	if javac, err := exec.LookPath("javac"); err == nil {
		if real, err := filepath.EvalSymlinks(javac); err == nil {
			homes = append(homes, filepath.Dir(filepath.Dir(real)))
		}
	}
	user, _ := os.UserHomeDir() // without one, its folders are not there either
	patterns := []string{
		filepath.Join(user, ".sdkman", "candidates", "java", "*"),
		filepath.Join(user, ".jdks", "*"),
	}
	switch runtime.GOOS {
	case "darwin":
		patterns = append(patterns,
			"/Library/Java/JavaVirtualMachines/*/Contents/Home",
			filepath.Join(user, "Library/Java/JavaVirtualMachines/*/Contents/Home"),
			"/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
			"/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home")
	case "windows":
		for _, vendor := range []string{"Java", "Amazon Corretto", "Eclipse Adoptium", "Microsoft", "Zulu"} {
			patterns = append(patterns, filepath.Join(os.Getenv("ProgramFiles"), vendor, "*"))
		}
	default:
		patterns = append(patterns, "/usr/lib/jvm/*", "/usr/lib64/jvm/*", "/usr/java/*", "/opt/java/*", "/opt/jdk*", "/usr/local/jdk*")
	}
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		homes = append(homes, found...)
	}
	return homes
}

// jdkVersion reads the file release, which every JDK has, and asks for a
// compiler: a runtime alone cannot build.
func jdkVersion(home string) (string, bool) {
	if _, err := exec.LookPath(filepath.Join(home, "bin", "javac")); err != nil {
		return "", false
	}
	file, err := os.Open(filepath.Join(home, "release"))
	if err != nil {
		return "", false
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if version, ok := strings.CutPrefix(lines.Text(), "JAVA_VERSION="); ok {
			return strings.Trim(version, `"`), true
		}
	}
	return "", false
}
