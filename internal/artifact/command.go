package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/program"
)

const (
	// tailLines of a command's output are shown when it fails.
	tailLines = 30
	// tailBytes are kept of it while it runs.
	tailBytes = 64 << 10
	// outputDelay is how long a command that has ended may leave its output open.
	outputDelay = 2 * time.Second
)

// run runs a command to its end and returns what it printed. When ctx ends
// first, the command and everything that it started are killed.
func run(ctx context.Context, dir string, variables []string, argv ...string) (string, error) {
	output := &tail{limit: tailBytes}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if cmd.Err != nil {
		return "", cmd.Err
	}
	cmd.Dir = dir
	cmd.Env = program.Environment(variables...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.WaitDelay = outputDelay
	finish, err := guard(cmd)
	if err != nil {
		return "", fmt.Errorf("run %s: %w", argv[0], err)
	}
	err = cmd.Run()
	finish()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // it ended well; what it left running is gone now
	}
	if ctx.Err() != nil {
		return "", fmt.Errorf("run %s: %w", strings.Join(argv, " "), context.Cause(ctx))
	}
	if unreachable, ok := program.Unreachable(filepath.Base(argv[0]), output.String()); ok && err != nil {
		return "", unreachable
	}
	if err != nil {
		return "", fmt.Errorf("run %s: %w; it printed last:\n%s", strings.Join(argv, " "), err, output.lines(tailLines))
	}
	return output.String(), nil
}

// tail keeps the end of what is written to it.
type tail struct {
	limit int
	buf   []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - t.limit; over > 0 {
		t.buf = t.buf[over:]
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.buf) }

func (t *tail) lines(n int) string {
	lines := bytes.Split(bytes.TrimSpace(t.buf), []byte("\n"))
	return "    " + string(bytes.Join(lines[max(0, len(lines)-n):], []byte("\n    ")))
}
