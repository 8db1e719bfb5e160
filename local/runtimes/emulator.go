package runtimes

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// emulator runs programs of the other architecture. The zero emulator is none.
type emulator struct {
	path, version string
	// sysroot is where the other architecture's libraries are, whether or not there are any.
	sysroot string
	// loader is the dynamic linker below sysroot.
	loader string
	// packages are Debian's, for hints: of the emulator, and of the libraries.
	packages, libraries string
}

var emulators = map[functions.Architecture]emulator{
	functions.ARM64: {
		path: "qemu-aarch64", sysroot: "/usr/aarch64-linux-gnu", loader: "lib/ld-linux-aarch64.so.1",
		packages: "qemu-user-static", libraries: "libc6-arm64-cross and libstdc++6-arm64-cross",
	},
	functions.X8664: {
		path: "qemu-x86_64", sysroot: "/usr/x86_64-linux-gnu", loader: "lib/ld-linux-x86-64.so.2",
		packages: "qemu-user-static", libraries: "libc6-amd64-cross and libstdc++6-amd64-cross",
	},
}

// findEmulator finds QEMU's user emulation for the request's architecture.
func findEmulator(ctx context.Context, req request) (emulator, error) {
	e, ok := emulators[req.architecture]
	if !ok {
		return emulator{}, req.missing("the architecture", "Lambda has "+string(functions.ARM64)+" and "+string(functions.X8664), nil)
	}
	what := "an emulator of " + string(req.architecture)
	if runtime.GOOS != "linux" {
		return emulator{}, req.missing(what, "QEMU's user emulation exists on Linux only; run this cell on an "+string(req.architecture)+" machine", nil)
	}
	for _, name := range []string{e.path + "-static", e.path} {
		path, err := exec.LookPath(name)
		if err != nil || !filepath.IsAbs(path) {
			continue
		}
		said, _, err := command{argv: []string{path, "--version"}, limit: 10 * time.Second}.run(ctx)
		if err != nil {
			return emulator{}, req.missing(what, "install Debian's "+e.packages, err)
		}
		e.path, e.version = path, versionOf(string(said))
		return e, nil
	}
	return emulator{}, req.missing(what,
		"install Debian's "+e.packages+" (and, for Node.js, "+e.libraries+"), or leave this architecture out with exclude: "+string(req.architecture)+" in the stage's configuration, or with -only", nil)
}

// versionOf picks 7.2.22 out of "qemu-aarch64 version 7.2.22 (Debian ...)".
func versionOf(said string) string {
	_, after, _ := strings.Cut(said, "version ")
	if fields := strings.Fields(after); len(fields) > 0 {
		return fields[0]
	}
	return ""
}

func (e emulator) String() string {
	if e.path == "" {
		return ""
	}
	return strings.TrimSpace(filepath.Base(e.path) + " " + e.version)
}

// prefix is what comes before the command line of an emulated program. It is
// explicit, since the kernel starts foreign programs by itself only where
// binfmt_misc was set up.
func (e emulator) prefix() []string {
	switch {
	case e.path == "":
		return nil
	case !e.hasLoader():
		return []string{e.path} // enough for static programs
	}
	return []string{e.path, "-L", e.sysroot}
}

func (e emulator) hasLoader() bool {
	_, err := os.Stat(filepath.Join(e.sysroot, e.loader))
	return err == nil
}

// checkLibraries says what is missing for programs that use the C and C++ libraries.
func (e emulator) checkLibraries(req request) error {
	if e.path == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(e.sysroot, "lib", "libstdc++.so.6")); err != nil || !e.hasLoader() {
		return req.missing("the C and C++ libraries of "+string(req.architecture), "install Debian's "+e.libraries, nil)
	}
	return nil
}
