//go:build unix && !linux

package dynamodb

import "syscall"

// tied keeps the terminal's Ctrl-C from the process, because this one still writes
// results after Ctrl-C.
func tied() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
