package dynamodb

import "syscall"

// tied keeps the console's Ctrl-C from the process: whoever started it still
// writes results then.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
