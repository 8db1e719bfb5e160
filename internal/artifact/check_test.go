package artifact

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// elfHead is a whole program, though one that has nothing in it.
func elfHead(machine elf.Machine) string {
	var head bytes.Buffer
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(machine), Version: uint32(elf.EV_CURRENT), Ehsize: 64, Phentsize: 56, Shentsize: 64}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS], h.Ident[elf.EI_DATA], h.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	binary.Write(&head, binary.LittleEndian, h) // a Buffer takes everything
	return head.String()
}

func classHead(version uint16) string {
	head := binary.BigEndian.AppendUint32(nil, 0xCAFEBABE)
	head = binary.BigEndian.AppendUint16(head, 0)
	return string(binary.BigEndian.AppendUint16(head, version))
}

func peHead(machine uint16) string {
	head := make([]byte, 160)
	copy(head, "MZ")
	binary.LittleEndian.PutUint32(head[60:], 128)
	copy(head[128:], "PE\x00\x00")
	binary.LittleEndian.PutUint16(head[132:], machine)
	return string(head)
}

func TestCheck(t *testing.T) {
	const (
		linuxX64   = 0xFD1D
		linuxARM64 = 0xD11D
		windowsX64 = 0x8664
	)
	for _, row := range []struct {
		name, language, runtime, handler string
		arch                             functions.Architecture
		entries                          []zipEntry
		want                             string // "" is fine
	}{
		{"go", "go", "provided.al2023", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_AARCH64), 0o755}}, ""},
		{"rust", "rust", "provided.al2023", "bootstrap", functions.X8664, []zipEntry{{"bootstrap", elfHead(elf.EM_X86_64), 0o755}}, ""},
		{"the other architecture", "go", "provided.al2023", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_X86_64), 0o755}}, "EM_X86_64, want EM_AARCH64"},
		{"a third architecture", "go", "provided.al2023", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_RISCV), 0o755}}, "EM_RISCV"},
		{"a shell script", "go", "provided.al2023", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", "#!/bin/sh\n", 0o755}}, "no ELF file"},
		{"not executable", "rust", "provided.al2023", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_AARCH64), 0o644}}, "not executable"},
		{"another name", "rust", "provided.al2023", "bootstrap", functions.ARM64, []zipEntry{{"hello", elfHead(elf.EM_AARCH64), 0o755}}, "bootstrap is missing"},
		{"unknown architecture", "go", "provided.al2023", "bootstrap", "riscv64", nil, `"riscv64" is unknown`},
		{"a language without a check of its own", "ruby", "ruby3.4", "app.handler", functions.ARM64, []zipEntry{{"app.rb", "def handler(event:, context:) = event", 0o644}}, ""},
		{"the same in a folder", "ruby", "ruby3.4", "lib/app.Hello.run", functions.ARM64, []zipEntry{{"lib/app.rb", "#", 0o644}}, ""},
		{"the same in another folder", "ruby", "ruby3.4", "lib/app.handler", functions.ARM64, []zipEntry{{"app.rb", "#", 0o644}}, "none is called lib/app and an ending"},
		{"the same without a handler", "ruby", "ruby3.4", "app.handler", functions.ARM64, []zipEntry{{"application.rb", "#", 0o644}}, "none is called app and an ending"},
		{"mjs", "nodejs", "nodejs22.x", "index.handler", functions.ARM64, []zipEntry{{"index.mjs", "export {}", 0o644}}, ""},
		{"js in a folder", "nodejs", "nodejs22.x", "src/index.a.b", functions.ARM64, []zipEntry{{"src/index.js", "//", 0o644}}, ""},
		{"js of another name", "nodejs", "nodejs22.x", "index.handler", functions.ARM64, []zipEntry{{"main.mjs", "export {}", 0o644}}, "index.js, index.mjs, index.cjs"},
		{"js that is none", "nodejs", "nodejs22.x", "index.handler", functions.ARM64, []zipEntry{{"index.js", "\x00\x01", 0o644}}, "no source text"},
		{"an addon", "nodejs", "nodejs22.x", "index.handler", functions.ARM64, []zipEntry{{"index.js", "//", 0o644}, {"node_modules/x/x.node", elfHead(elf.EM_AARCH64), 0o644}}, ""},
		{"an addon of the other architecture", "nodejs", "nodejs22.x", "index.handler", functions.ARM64, []zipEntry{{"index.js", "//", 0o644}, {"node_modules/x/x.node", elfHead(elf.EM_X86_64), 0o644}}, "x.node is a program for EM_X86_64"},
		{"python", "python", "python3.11", "app.handler", functions.X8664, []zipEntry{{"app.py", "pass", 0o644}}, ""},
		{"python package", "python", "python3.11", "my.app.handler", functions.X8664, []zipEntry{{"my/app/__init__.py", "", 0o644}}, ""},
		{"python without handler", "python", "python3.11", "app", functions.X8664, nil, "module.function"},
		{"java", "java", "java21", "hello.Handler::handleRequest", functions.X8664, []zipEntry{{"hello/Handler.class", classHead(65), 0o644}}, ""},
		{"java in a jar", "java", "java21", "hello.Handler::handleRequest", functions.X8664, []zipEntry{{"lib/hello.jar", "PK", 0o644}}, ""},
		{"java that is too new", "java", "java21", "hello.Handler", functions.X8664, []zipEntry{{"hello/Handler.class", classHead(69), 0o644}}, "java21 reads up to 65: compile with --release 21"},
		{"java of today", "java", "java25", "hello.Handler", functions.X8664, []zipEntry{{"hello/Handler.class", classHead(69), 0o644}}, ""},
		{"java for a runtime before its compiler", "java", "java8.al2", "hello.Handler", functions.X8664, []zipEntry{{"hello/Handler.class", classHead(61), 0o644}}, "java8.al2 reads up to 52: compile with --release 8"},
		{"dotnet without a runtime", "dotnet", "provided.al2023", "bootstrap", functions.X8664, []zipEntry{{"bootstrap", elfHead(elf.EM_X86_64), 0o755}}, ""},
		{"a program that is cut off", "go", "provided.al2023", "bootstrap", functions.X8664, []zipEntry{{"bootstrap", elfHead(elf.EM_X86_64)[:40], 0o755}}, "bootstrap: it is no whole ELF file"},
		{"java source", "java", "java21", "hello.Handler", functions.X8664, []zipEntry{{"hello/Handler.class", "class Handler", 0o644}}, "no class file"},
		{"another class", "java", "java21", "hello.Handler", functions.X8664, []zipEntry{{"Handler.class", classHead(65), 0o644}}, "class is missing"},
		{"dotnet x86_64", "dotnet", "dotnet8", "Hello", functions.X8664, []zipEntry{{"Hello.dll", peHead(linuxX64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, ""},
		{"dotnet arm64", "dotnet", "dotnet8", "Hello", functions.ARM64, []zipEntry{{"Hello.dll", peHead(linuxARM64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, ""},
		{"dotnet for the other architecture", "dotnet", "dotnet8", "Hello", functions.ARM64, []zipEntry{{"Hello.dll", peHead(linuxX64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, "0xfd1d, want 0xd11d"},
		{"dotnet for Windows", "dotnet", "dotnet8", "Hello", functions.X8664, []zipEntry{{"Hello.dll", peHead(windowsX64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, "0x8664"},
		{"dotnet without settings", "dotnet", "dotnet8", "Hello", functions.X8664, []zipEntry{{"Hello.dll", peHead(linuxX64), 0o644}}, "Hello.runtimeconfig.json is missing"},
		{"dotnet that is none", "dotnet", "dotnet8", "Hello", functions.X8664, []zipEntry{{"Hello.dll", "text", 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, "no assembly"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := functions.Function{Name: "f", Language: row.language, Handler: row.handler}
			err := Check(zipOf(t, row.entries...), f, row.runtime, row.arch)
			switch {
			case row.want == "" && err != nil:
				t.Error(err)
			case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
				t.Errorf("error %v, want one that says %q", err, row.want)
			}
		})
	}
}

func TestCheckRefusesWhatIsNoZip(t *testing.T) {
	err := Check("check_test.go", functions.Function{Language: "go", Handler: "bootstrap"}, "provided.al2023", functions.ARM64)
	if err == nil || !strings.Contains(err.Error(), "check_test.go") {
		t.Errorf("error %v, want one that names the file", err)
	}
}
