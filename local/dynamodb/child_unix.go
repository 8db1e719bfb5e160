//go:build unix && !linux

package dynamodb

import "syscall"

// tied keeps the terminal's Ctrl-C from the process: whoever started it still
// writes results then.
func tied() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
