package dynamodb

import "syscall"

// tied makes the process die with this one, and keeps the terminal's Ctrl-C from
// it: whoever started it still writes results then.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
