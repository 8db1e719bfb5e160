package runtimes

import (
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// Runtime is one of AWS's runtimes as this machine has it.
type Runtime struct {
	// ID is AWS's identifier, such as nodejs22.x.
	ID string
	// Version is the interpreter's exact version, such as 22.23.3. It is empty
	// where the artefact is the whole program (provided.al2023).
	Version string
	// Client is the runtime client with its version, such as aws-lambda-ric 3.3.0.
	// It is empty where the artefact contains it.
	Client       string
	Architecture functions.Architecture
	// Emulator is empty, or what runs the other architecture's code, such as
	// qemu-aarch64-static 7.2.22. Times taken under it mean nothing.
	Emulator string
	// Interpreter is the absolute path of the interpreter, empty if there is none.
	Interpreter string

	emulator emulator
	family   family
}

// family is what differs between the runtimes of different languages.
type family interface {
	launch(interpreter, taskRoot, handler string, memoryMB int) (argv []string, variables map[string]string)
}

// Launch returns the command line that starts the function whose artefact is
// unpacked in taskRoot, and the variables that come with the runtime: where
// things are on this machine. Those that every execution environment has,
// AWS_EXECUTION_ENV among them, are the sandbox's. The folder to start in is
// taskRoot. Argv[0] is an absolute path.
func (r Runtime) Launch(taskRoot, handler string, memoryMB int) (argv []string, variables map[string]string) {
	argv, variables = r.family.launch(r.Interpreter, taskRoot, handler, memoryMB)
	// Libraries that a function ships are found as on AWS; everything else is where this system has it.
	variables["LD_LIBRARY_PATH"] = taskRoot + string(filepath.ListSeparator) + filepath.Join(taskRoot, "lib")
	return append(r.emulator.prefix(), argv...), variables
}

// MissingError says why a runtime cannot be had on this machine.
type MissingError struct {
	Runtime      string
	Architecture functions.Architecture
	// Missing is what is not there: "Node.js 22", "Maven".
	Missing string
	// Hint is what to do about it.
	Hint string
	// Err is nil, or what went wrong while it was being fetched.
	Err error
}

func (e *MissingError) Error() string {
	text := fmt.Sprintf("runtime %s on %s: %s is missing", e.Runtime, e.Architecture, e.Missing)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	if e.Hint != "" {
		text += ": " + e.Hint
	}
	return text
}

func (e *MissingError) Unwrap() error { return e.Err }

// HostArchitecture is the architecture of this machine in Lambda's words.
func HostArchitecture() (functions.Architecture, error) {
	switch runtime.GOARCH {
	case "amd64":
		return functions.X8664, nil
	case "arm64":
		return functions.ARM64, nil
	}
	return "", fmt.Errorf("this machine's architecture, %s, is none that Lambda offers (%s, %s)", runtime.GOARCH, functions.X8664, functions.ARM64)
}
