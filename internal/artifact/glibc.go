package artifact

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"strings"
)

// glibcOf is the version of the GNU C library that a custom runtime's system has.
var glibcOf = map[string]string{"provided.al2023": "2.34", "provided.al2": "2.26"}

// glibcError says that a program asks for a newer C library than a runtime has.
type glibcError struct {
	// needs is the newest version that it asks for, and symbol what needs it.
	needs, symbol string
	runtime       string
}

func (e *glibcError) Error() string {
	return fmt.Sprintf("it asks for glibc %s (%s), and %s has %s", e.needs, e.symbol, e.runtime, glibcOf[e.runtime])
}

// loaders are the programs that load others on Amazon Linux.
var loaders = map[elf.Machine]string{
	elf.EM_X86_64: "/lib64/ld-linux-x86-64.so.2", elf.EM_AARCH64: "/lib/ld-linux-aarch64.so.1",
}

// checkLibraries says why a program cannot be started on a custom runtime: a
// dynamic one needs the system's loader, and no newer C library than the
// system's. A static one needs neither.
func checkLibraries(binary []byte, runtime string) error {
	has, ok := glibcOf[runtime]
	if !ok {
		return nil
	}
	f, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		return fmt.Errorf("it is no whole ELF file: %w", err)
	}
	if loader := interpreter(f); loader != "" && loader != loaders[f.Machine] {
		return fmt.Errorf("it is started by %s, and %s has %s: link it statically, or against glibc", loader, runtime, loaders[f.Machine])
	}
	needs, symbol, err := newestGlibc(f)
	if err != nil {
		return fmt.Errorf("read which libraries it asks for: %w", err)
	}
	if needs != "" && !atLeast(has, needs) {
		return &glibcError{needs: needs, symbol: symbol, runtime: runtime}
	}
	return nil
}

// interpreter is the loader that a dynamic program names, or "".
func interpreter(f *elf.File) string {
	for _, segment := range f.Progs {
		if segment.Type != elf.PT_INTERP {
			continue
		}
		name, err := io.ReadAll(io.LimitReader(segment.Open(), 4096))
		if err != nil {
			return ""
		}
		return strings.TrimRight(string(name), "\x00")
	}
	return ""
}

// relrABI is asked for by programs whose relocations are packed in the way that
// glibc reads from this version on.
const relrABI, relrVersion = "GLIBC_ABI_DT_RELR", "2.36"

// newestGlibc is the newest version of the C library that a program asks for, and
// a symbol of that version. Both are empty for a static program.
func newestGlibc(f *elf.File) (version, symbol string, err error) {
	if f.SectionByType(elf.SHT_GNU_VERNEED) == nil { // static, or linked against a library without versions
		return "", "", nil
	}
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return "", "", err
	}
	for _, library := range needs {
		for _, need := range library.Needs {
			asked, ok := strings.CutPrefix(need.Dep, "GLIBC_")
			if need.Dep == relrABI {
				asked = relrVersion
			}
			if ok && len(numbers(asked)) > 0 && (version == "" || !atLeast(version, asked)) {
				version, symbol = asked, need.Dep
			}
		}
	}
	imported, err := f.ImportedSymbols()
	if err != nil {
		return version, symbol, nil // without a name of a symbol the version says it all
	}
	for _, s := range imported {
		if s.Version == symbol {
			return version, s.Name, nil
		}
	}
	return version, symbol, nil
}
