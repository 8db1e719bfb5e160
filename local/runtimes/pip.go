package runtimes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// downloadWheels fetches pinned packages as wheels: never as sources, whose build
// would run them and need a compiler. The interpreter's own pip comes first, then
// any other, told which Python the wheels are for. With an empty version they are
// for any. The second result are the files' hashes.
func downloadWheels(ctx context.Context, packages map[string]pipPin, interpreter, version, downloads string) (archives map[string]string, err error) {
	requirements := filepath.Join(filepath.Dir(downloads), "requirements.txt")
	if err := os.WriteFile(requirements, []byte(requirementsOf(packages)), 0o644); err != nil {
		return nil, err
	}
	defer os.Remove(requirements)
	args := []string{"download", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2",
		"--only-binary", ":all:", "--no-deps", "--require-hashes", "--dest", downloads}
	var pips [][]string
	if interpreter != "" {
		pips = append(pips, append([]string{interpreter, "-m", "pip"}, args...))
	}
	if version != "" {
		args = append(args, "--python-version", version, "--implementation", "cp")
	}
	for _, pip := range executables([]string{"pip" + version, "pip3", "pip"}) {
		pips = append(pips, append([]string{pip}, args...))
	}
	err = errNoClient
	for _, pip := range pips {
		fetch := command{argv: append(pip, "--requirement", requirements), dir: downloads, limit: 10 * time.Minute, client: "pip"}
		_, _, failed := fetch.run(ctx)
		if failed == nil || ctx.Err() != nil {
			err = failed
			break
		}
		if changed := pipMismatch(failed); changed != nil {
			return nil, changed
		}
		if !strings.Contains(failed.Error(), "No module named pip") {
			err = failed
		}
	}
	if err != nil {
		return nil, err
	}
	pinned := map[string]string{}
	for _, p := range packages {
		maps.Copy(pinned, p.Wheels)
	}
	if err := verifyFiles(downloads, "*", pinned, false); err != nil {
		return nil, err
	}
	archives, err = hashArchives(downloads)
	if err == nil && len(archives) != len(packages) {
		err = fmt.Errorf("pip download: %d wheels instead of %d", len(archives), len(packages))
	}
	return archives, err
}

// requirementsOf writes the packages as pip's mode of checked hashes wants them.
func requirementsOf(packages map[string]pipPin) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		pin := packages[name]
		fmt.Fprintf(&b, "%s==%s", name, pin.Version)
		for _, wheel := range slices.Sorted(maps.Keys(pin.Wheels)) {
			fmt.Fprintf(&b, " \\\n    --hash=sha256:%s", pin.Wheels[wheel])
		}
		b.WriteString("\n")
	}
	return b.String()
}

var (
	pipRefused  = regexp.MustCompile(`(?m)^\s*(\S+==\S+)(?: \(from [^)\n]*\))? from \S*?([^/\s]+\.whl)\S*:\s*$`)
	pipExpected = regexp.MustCompile(`(?:Expected sha256|or) ([0-9a-f]{64})`)
	pipGot      = regexp.MustCompile(`Got\s+([0-9a-f]{64})`)
)

// pipMismatch is the error of a wheel that pip refused because of its hash, or nil.
func pipMismatch(failed error) error {
	var c *commandError
	if !errors.As(failed, &c) {
		return nil
	}
	said := string(c.stdout) + string(c.stderr)
	got := pipGot.FindStringSubmatch(said)
	if got == nil {
		return nil
	}
	what := "pip download"
	if refused := pipRefused.FindStringSubmatch(said); refused != nil {
		what += " " + refused[1] + ": " + refused[2]
	}
	var want []string
	for _, match := range pipExpected.FindAllStringSubmatch(said, -1) {
		want = append(want, match[1])
	}
	return mismatch(what, got[1], strings.Join(want, " or "))
}
