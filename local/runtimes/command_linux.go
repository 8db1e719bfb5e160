package runtimes

import (
	"os/exec"
	"syscall"
)

// tie makes the command end with this process, however that ends, and makes
// cancelling it reach whatever it has started itself.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
