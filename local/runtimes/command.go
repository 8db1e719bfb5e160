package runtimes

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
)

// command is a foreign program that is run to its end: an interpreter
// that is asked about itself, or a package registry's client.
type command struct {
	argv []string
	// dir is the working folder; empty means this process's.
	dir string
	// variables are set beside those that every foreign program is given.
	variables []string
	// client is the name of a registry's client in its errors; empty means the program's.
	client string
	// limit ends the command; every command has one, because a registry that does not answer would hold up all.
	limit time.Duration
}

// run returns the command's standard output and standard error. The error ends
// with the last that the command itself said.
func (c command) run(ctx context.Context) (stdout, stderr []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env = c.dir, program.Environment(c.variables...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	tie(cmd)
	cmd.WaitDelay = 2 * time.Second

	// The death signal is sent when the thread that started the command ends, so
	// it must not end before the command does.
	runtime.LockOSThread()
	err = cmd.Run()
	runtime.UnlockOSThread()
	if err == nil {
		return out.Bytes(), complaints.Bytes(), nil
	}
	if ctx.Err() == context.DeadlineExceeded {
		err = fmt.Errorf("no end after %s: %w", c.limit, err)
	}
	name := cmp.Or(c.client, filepath.Base(c.argv[0]))
	if unreachable, ok := program.Unreachable(name, complaints.String()+out.String()); ok && ctx.Err() == nil {
		return nil, nil, unreachable
	}
	return nil, nil, &commandError{argv: c.argv, err: err, stdout: out.Bytes(), stderr: complaints.Bytes()}
}

// commandError is a command that failed, with what it printed.
type commandError struct {
	argv           []string
	err            error
	stdout, stderr []byte
}

func (e *commandError) Error() string {
	said := lastLines(e.stderr, 6)
	if said == "" {
		said = lastLines(e.stdout, 6)
	}
	text := strings.Join(append([]string{filepath.Base(e.argv[0])}, e.argv[1:]...), " ") + ": " + e.err.Error()
	if said != "" {
		text += ": " + said
	}
	return text
}

func (e *commandError) Unwrap() error { return e.err }

// colours are what Maven writes to its standard error even when that is no terminal.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// lastLines joins the last n lines of what a command printed.
func lastLines(text []byte, n int) string {
	var lines []string
	for line := range strings.Lines(colours.ReplaceAllString(string(text), "")) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
