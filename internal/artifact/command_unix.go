//go:build unix

package artifact

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// watchdog runs a command as the leader of a process group, with a shell beside
// it that waits for the end of a pipe. The other end is held by this process
// alone, so the pipe ends when we close it, and also when we are killed: a
// parent-death signal would reach the command, but not what it has started.
const watchdog = `(read -r _; kill -9 -$$) <&3 >/dev/null 2>&1 & exec "$@" 3<&-`

// guard makes sure that nothing of the command outlives it, its context, or
// this process. finish is called once the command has ended.
func guard(cmd *exec.Cmd) (finish func(), err error) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		return nil, err
	}
	pipe, held, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	argv := cmd.Args
	argv[0] = cmd.Path
	cmd.Path = shell
	cmd.Args = append([]string{"sh", "-c", watchdog, "sh"}, argv...)
	cmd.ExtraFiles = []*os.File{pipe}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	return func() {
		held.Close()
		pipe.Close()
	}, nil
}
