package dynamodb

import "syscall"

// tied keeps the console's Ctrl-C from the process, because this one still writes
// results after Ctrl-C.
func tied() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
