package artifact

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	// tailLines of a command's output are shown when it fails.
	tailLines = 30
	// tailBytes are kept of it while it runs.
	tailBytes = 64 << 10
	// outputDelay is how long a command that has ended may leave its output open.
	outputDelay = 2 * time.Second
)

// passed are the variables of this process that a builder needs: where things
// are, and how to reach a registry. Nothing else is passed on, so that a build
// does not depend on the shell that it was started from, and credentials stay here.
var passed = []string{
	"PATH", "HOME", "USER", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
	"GOPATH", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOTOOLCHAIN",
	"CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "PYENV_ROOT",
	"MAVEN_HOME", "M2_HOME", "NPM_CONFIG_USERCONFIG", "NPM_CONFIG_CACHE", "DOTNET_ROOT", "NUGET_PACKAGES",
	"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY",
	// Windows
	"SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
	"ProgramData", "ProgramFiles", "ProgramFiles(x86)",
}

func minimalEnvironment(variables []string) []string {
	env := []string{"LANG=C.UTF-8", "CI=true"} // CI: no questions, no progress bars
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, variables...)
}

// run runs a command to its end and returns what it printed. When ctx ends
// first, the command and everything that it started are killed.
func run(ctx context.Context, dir string, variables []string, argv ...string) (string, error) {
	output := &tail{limit: tailBytes}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	if cmd.Err != nil {
		return "", cmd.Err
	}
	cmd.Dir = dir
	cmd.Env = minimalEnvironment(variables)
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
