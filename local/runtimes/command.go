package runtimes

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// command is a program of somebody else that is run to its end: an interpreter
// that is asked about itself, or a package registry's client.
type command struct {
	argv []string
	// dir is the working folder; empty means this process's.
	dir string
	// env is the environment; nil means this process's.
	env []string
	// limit ends the command; every command has one, because a registry that does not answer would hold up all.
	limit time.Duration
}

// run returns the command's standard output and standard error. The error ends
// with the last that the command itself said.
func (c command) run(ctx context.Context) (stdout, stderr []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env = c.dir, c.env
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
	said := lastLines(complaints.Bytes(), 6)
	if said == "" {
		said = lastLines(out.Bytes(), 6)
	}
	name := strings.Join(append([]string{filepath.Base(c.argv[0])}, c.argv[1:]...), " ")
	if said == "" {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return nil, nil, fmt.Errorf("%s: %w: %s", name, err, said)
}

// lastLines joins the last n lines of what a command printed.
func lastLines(text []byte, n int) string {
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
