package artifact

import (
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

func elfHead(machine elf.Machine) string {
	head := make([]byte, 64)
	copy(head, elf.ELFMAG)
	head[elf.EI_CLASS], head[elf.EI_DATA] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB)
	binary.LittleEndian.PutUint16(head[18:], uint16(machine))
	return string(head)
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
		name, language, handler string
		arch                    functions.Architecture
		entries                 []zipEntry
		want                    string // "" is fine
	}{
		{"go", "go", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_AARCH64), 0o755}}, ""},
		{"rust", "rust", "bootstrap", functions.X8664, []zipEntry{{"bootstrap", elfHead(elf.EM_X86_64), 0o755}}, ""},
		{"the other architecture", "go", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_X86_64), 0o755}}, "EM_X86_64, want EM_AARCH64"},
		{"a third architecture", "go", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_RISCV), 0o755}}, "EM_RISCV"},
		{"a shell script", "go", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", "#!/bin/sh\n", 0o755}}, "no ELF file"},
		{"not executable", "rust", "bootstrap", functions.ARM64, []zipEntry{{"bootstrap", elfHead(elf.EM_AARCH64), 0o644}}, "not executable"},
		{"another name", "rust", "bootstrap", functions.ARM64, []zipEntry{{"hello", elfHead(elf.EM_AARCH64), 0o755}}, "bootstrap is missing"},
		{"unknown architecture", "go", "bootstrap", "riscv64", nil, `"riscv64" is unknown`},
		{"unknown language", "cobol", "bootstrap", functions.ARM64, nil, `"cobol" is unknown`},
		{"mjs", "nodejs", "index.handler", functions.ARM64, []zipEntry{{"index.mjs", "export {}", 0o644}}, ""},
		{"js in a folder", "nodejs", "src/index.a.b", functions.ARM64, []zipEntry{{"src/index.js", "//", 0o644}}, ""},
		{"js of another name", "nodejs", "index.handler", functions.ARM64, []zipEntry{{"main.mjs", "export {}", 0o644}}, "index.js, index.mjs, index.cjs"},
		{"js that is none", "nodejs", "index.handler", functions.ARM64, []zipEntry{{"index.js", "\x00\x01", 0o644}}, "no source text"},
		{"an addon", "nodejs", "index.handler", functions.ARM64, []zipEntry{{"index.js", "//", 0o644}, {"node_modules/x/x.node", elfHead(elf.EM_AARCH64), 0o644}}, ""},
		{"an addon of the other architecture", "nodejs", "index.handler", functions.ARM64, []zipEntry{{"index.js", "//", 0o644}, {"node_modules/x/x.node", elfHead(elf.EM_X86_64), 0o644}}, "x.node is a program for EM_X86_64"},
		{"python", "python", "app.handler", functions.X8664, []zipEntry{{"app.py", "pass", 0o644}}, ""},
		{"python package", "python", "my.app.handler", functions.X8664, []zipEntry{{"my/app/__init__.py", "", 0o644}}, ""},
		{"python without handler", "python", "app", functions.X8664, nil, "module.function"},
		{"java", "java", "hello.Handler::handleRequest", functions.X8664, []zipEntry{{"hello/Handler.class", classHead(65), 0o644}}, ""},
		{"java in a jar", "java", "hello.Handler::handleRequest", functions.X8664, []zipEntry{{"lib/hello.jar", "PK", 0o644}}, ""},
		{"java that is too new", "java", "hello.Handler", functions.X8664, []zipEntry{{"hello/Handler.class", classHead(69), 0o644}}, "--release 21"},
		{"java source", "java", "hello.Handler", functions.X8664, []zipEntry{{"hello/Handler.class", "class Handler", 0o644}}, "no class file"},
		{"another class", "java", "hello.Handler", functions.X8664, []zipEntry{{"Handler.class", classHead(65), 0o644}}, "class is missing"},
		{"dotnet x86_64", "dotnet", "Hello", functions.X8664, []zipEntry{{"Hello.dll", peHead(linuxX64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, ""},
		{"dotnet arm64", "dotnet", "Hello", functions.ARM64, []zipEntry{{"Hello.dll", peHead(linuxARM64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, ""},
		{"dotnet for the other architecture", "dotnet", "Hello", functions.ARM64, []zipEntry{{"Hello.dll", peHead(linuxX64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, "0xfd1d, want 0xd11d"},
		{"dotnet for Windows", "dotnet", "Hello", functions.X8664, []zipEntry{{"Hello.dll", peHead(windowsX64), 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, "0x8664"},
		{"dotnet without settings", "dotnet", "Hello", functions.X8664, []zipEntry{{"Hello.dll", peHead(linuxX64), 0o644}}, "Hello.runtimeconfig.json is missing"},
		{"dotnet that is none", "dotnet", "Hello", functions.X8664, []zipEntry{{"Hello.dll", "text", 0o644}, {"Hello.runtimeconfig.json", "{}", 0o644}}, "no assembly"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := functions.Function{Name: "f", Language: row.language, Handler: row.handler}
			err := Check(zipOf(t, row.entries...), f, row.arch)
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
	err := Check("check_test.go", functions.Function{Language: "go", Handler: "bootstrap"}, functions.ARM64)
	if err == nil || !strings.Contains(err.Error(), "check_test.go") {
		t.Errorf("error %v, want one that names the file", err)
	}
}
