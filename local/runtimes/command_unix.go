//go:build unix && !linux

package runtimes

import (
	"os/exec"
	"syscall"
)

// tie makes cancelling the command reach whatever it has started itself.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
