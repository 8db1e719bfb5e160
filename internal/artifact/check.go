package artifact

import (
	"archive/zip"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// Check says what is wrong with a zip as the artefact of a function for a runtime
// and an architecture: the handler's file has to be there, in the file type that
// the runtime starts, and no file may be a program for another processor.
func Check(file string, f functions.Function, runtime string, arch functions.Architecture) error {
	z, err := zip.OpenReader(file)
	if err != nil {
		return fmt.Errorf("check %s: %w", file, err)
	}
	defer z.Close()
	if err := checkEntries(&z.Reader, f, runtime, arch); err != nil {
		return fmt.Errorf("check %s: %w", file, err)
	}
	return nil
}

func checkEntries(z *zip.Reader, f functions.Function, runtime string, arch functions.Architecture) error {
	want, ok := machines[arch]
	if !ok {
		return fmt.Errorf("architecture %q is unknown", arch)
	}
	files := map[string]*zip.File{}
	var size uint64
	for _, entry := range z.File {
		size += entry.UncompressedSize64
		if size > MaxUnpacked {
			return fmt.Errorf("it unpacks to more than Lambda's %d MB", MaxUnpacked>>20)
		}
		files[entry.Name] = entry
		head, err := readHead(entry, 64)
		if err != nil {
			return err
		}
		if machine, ok := elfMachine(head); ok && machine != want.elf {
			return fmt.Errorf("%s is a program for %v, want %v (%s)", entry.Name, machine, want.elf, arch)
		}
	}
	if strings.HasPrefix(runtime, "provided") {
		return checkBootstrap(files, runtime, want)
	}
	switch f.Language {
	case "nodejs":
		return checkNodejs(files, f.Handler)
	case "python":
		return checkPython(files, f.Handler)
	case "java":
		return checkJava(files, f.Handler, runtime)
	case "dotnet":
		return checkDotnet(files, f.Handler, want)
	}
	return checkModule(files, f.Handler)
}

// checkModule looks for the file of a handler such as folder/app.handler, whatever
// the language calls its files: it is the check of languages without one of their own.
func checkModule(files map[string]*zip.File, handler string) error {
	folder, base := path.Split(handler)
	module, _, _ := strings.Cut(base, ".")
	for name := range files {
		if path.Dir(name) == path.Clean("./"+folder) && strings.HasPrefix(path.Base(name), module+".") {
			return checkText(files, name)
		}
	}
	return fmt.Errorf("the handler's file is missing: none is called %s%s and an ending", folder, module)
}

// machine is an architecture as file formats number it.
type machine struct {
	elf elf.Machine
	// readyToRun is the number in a .NET assembly that was compiled ahead of time
	// for Linux: Windows' number, with the mark of Linux.
	readyToRun uint16
}

const readyToRunLinux = 0x7B79

var machines = map[functions.Architecture]machine{
	functions.X8664: {elf: elf.EM_X86_64, readyToRun: 0x8664 ^ readyToRunLinux},
	functions.ARM64: {elf: elf.EM_AARCH64, readyToRun: 0xAA64 ^ readyToRunLinux},
}

// checkNodejs looks for the module of a handler such as folder/index.handler.
func checkNodejs(files map[string]*zip.File, handler string) error {
	folder, base := "", handler
	if i := strings.LastIndex(handler, "/"); i >= 0 {
		folder, base = handler[:i+1], handler[i+1:]
	}
	module, _, ok := strings.Cut(base, ".")
	if !ok {
		return fmt.Errorf("handler %q does not read module.function", handler)
	}
	return checkText(files, folder+module+".js", folder+module+".mjs", folder+module+".cjs")
}

// checkPython looks for the module of a handler such as package.app.handler.
func checkPython(files map[string]*zip.File, handler string) error {
	i := strings.LastIndex(handler, ".")
	if i < 0 {
		return fmt.Errorf("handler %q does not read module.function", handler)
	}
	module := strings.ReplaceAll(handler[:i], ".", "/")
	return checkText(files, module+".py", module+"/__init__.py")
}

// checkText wants one of the names to be there, and to be source text.
func checkText(files map[string]*zip.File, names ...string) error {
	for _, name := range names {
		entry, ok := files[name]
		if !ok {
			continue
		}
		head, err := readHead(entry, 1<<20)
		if err != nil {
			return err
		}
		if strings.ContainsRune(string(head), 0) || len(head) < 1<<20 && !utf8.Valid(head) {
			return fmt.Errorf("%s is no source text", name)
		}
		return nil
	}
	return fmt.Errorf("the handler's file is missing: none of %s", strings.Join(names, ", "))
}

// newestClass is the newest class file version that a runtime such as java21 reads:
// 65, and one more with each release of Java.
func newestClass(runtime string) (version int, java string) {
	java, _, _ = strings.Cut(strings.TrimPrefix(runtime, "java"), ".")
	release, err := strconv.Atoi(java)
	if err != nil {
		return 0, java
	}
	return 44 + release, java
}

// checkJava looks for the class of a handler such as hello.Handler::handleRequest,
// loose or in a jar under lib.
func checkJava(files map[string]*zip.File, handler, runtime string) error {
	class, _, _ := strings.Cut(handler, "::")
	name := strings.ReplaceAll(class, ".", "/") + ".class"
	entry, ok := files[name]
	if !ok {
		for other := range files {
			if strings.HasPrefix(other, "lib/") && strings.HasSuffix(other, ".jar") {
				return nil
			}
		}
		return fmt.Errorf("the handler's class is missing: neither %s nor a jar in lib", name)
	}
	head, err := readHead(entry, 8)
	if err != nil {
		return err
	}
	if len(head) < 8 || binary.BigEndian.Uint32(head) != 0xCAFEBABE {
		return fmt.Errorf("%s is no class file", name)
	}
	newest, java := newestClass(runtime)
	if major := int(binary.BigEndian.Uint16(head[6:])); major > newest {
		return fmt.Errorf("%s is of class file version %d, and %s reads up to %d: compile with --release %s", name, major, runtime, newest, java)
	}
	return nil
}

// checkDotnet looks for the assembly of an executable handler, or of one such as
// Assembly::Namespace.Type::Method.
func checkDotnet(files map[string]*zip.File, handler string, want machine) error {
	assembly, _, _ := strings.Cut(handler, "::")
	for _, name := range []string{assembly + ".dll", assembly + ".runtimeconfig.json"} {
		if _, ok := files[name]; !ok {
			return fmt.Errorf("%s is missing", name)
		}
	}
	head, err := readHead(files[assembly+".dll"], 4096)
	if err != nil {
		return err
	}
	got, err := peMachine(head)
	if err != nil {
		return fmt.Errorf("%s.dll: %w", assembly, err)
	}
	if got != want.readyToRun {
		return fmt.Errorf("%s.dll is for machine %#04x, want %#04x: compile ahead of time for Linux and the architecture", assembly, got, want.readyToRun)
	}
	return nil
}

// checkBootstrap wants an executable that the runtime's operating system can start.
func checkBootstrap(files map[string]*zip.File, runtime string, want machine) error {
	entry, ok := files["bootstrap"]
	if !ok {
		return errors.New("bootstrap is missing")
	}
	if !isExecutable(entry.Mode()) {
		return fmt.Errorf("bootstrap is not executable: its mode is %v", entry.Mode())
	}
	head, err := readHead(entry, 64)
	if err != nil {
		return err
	}
	got, ok := elfMachine(head)
	if !ok {
		return errors.New("bootstrap is no ELF file, the format of Linux's programs")
	}
	if got != want.elf {
		return fmt.Errorf("bootstrap is for %v, want %v", got, want.elf)
	}
	program, err := readHead(entry, MaxUnpacked)
	if err != nil {
		return err
	}
	err = checkLibraries(program, runtime)
	if _, ok := errors.AsType[*glibcError](err); ok {
		return fmt.Errorf("bootstrap: %w: build it in an image of Amazon Linux, such as public.ecr.aws/sam/build-provided.al2023, or link it statically", err)
	}
	if err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	return nil
}

// elfMachine reads the machine of a 64-bit little-endian ELF file from its head.
func elfMachine(head []byte) (elf.Machine, bool) {
	if len(head) < 20 || string(head[:4]) != elf.ELFMAG {
		return 0, false
	}
	if elf.Class(head[elf.EI_CLASS]) != elf.ELFCLASS64 || elf.Data(head[elf.EI_DATA]) != elf.ELFDATA2LSB {
		return elf.EM_NONE, true // an ELF file, and for neither of Lambda's processors
	}
	return elf.Machine(binary.LittleEndian.Uint16(head[18:])), true
}

// peMachine reads the machine from a Windows-style file's head. debug/pe refuses
// the numbers that .NET uses on Linux.
func peMachine(head []byte) (uint16, error) {
	if len(head) < 64 || string(head[:2]) != "MZ" {
		return 0, errors.New("it is no assembly")
	}
	at := int(binary.LittleEndian.Uint32(head[60:]))
	if at < 0 || at > len(head)-6 || string(head[at:at+4]) != "PE\x00\x00" {
		return 0, errors.New("it is no assembly")
	}
	return binary.LittleEndian.Uint16(head[at+4:]), nil
}

func readHead(entry *zip.File, n int64) ([]byte, error) {
	content, err := entry.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", entry.Name, err)
	}
	defer content.Close()
	head, err := io.ReadAll(io.LimitReader(content, n))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", entry.Name, err)
	}
	return head, nil
}
