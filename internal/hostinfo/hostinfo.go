// Package hostinfo describes the machine and the program that took a
// measurement, for the manifest of a run: enough to see why two runs differ,
// and nothing that names the machine or its owner.
package hostinfo

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Machine describes the operating system, the processor and the Go runtime. A
// fact that cannot be had is absent.
func Machine() map[string]string {
	m := map[string]string{
		"os":         runtime.GOOS,
		"arch":       runtime.GOARCH,
		"go":         runtime.Version(),
		"cpus":       strconv.Itoa(runtime.NumCPU()),
		"gomaxprocs": strconv.Itoa(runtime.GOMAXPROCS(0)),
	}
	for name, value := range map[string]string{
		"cpu":    field("/proc/cpuinfo", "model name"),
		"memory": field("/proc/meminfo", "MemTotal"),
		"kernel": firstLine("/proc/sys/kernel/osrelease"),
	} {
		if value != "" {
			m[name] = value
		}
	}
	return m
}

// Version is the version of this program: the module's, or the commit that it
// was built from, or devel where the build says neither (as go run does).
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	var revision, dirty string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+dirty"
			}
		}
	}
	switch {
	case revision != "":
		return revision[:min(12, len(revision))] + dirty
	case info.Main.Version != "" && info.Main.Version != "(devel)":
		return info.Main.Version
	}
	return "devel"
}

// field returns the first value of "name : value" in a file of /proc.
func field(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return "" // not this operating system
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func firstLine(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}
