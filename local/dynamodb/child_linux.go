package dynamodb

import "syscall"

// tied makes the process die with this one, and keeps the terminal's Ctrl-C from
// it, because this process still writes results after Ctrl-C.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
