//go:build unix

package runtimes

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// gone waits until the process has ended. Somebody else has to reap it, so one that is only not reaped yet has ended, too.
func gone(pid string) bool {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return false
	}
	for range 5000 {
		if syscall.Kill(n, 0) == syscall.ESRCH {
			return true
		}
		if status, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && strings.Contains(string(status), ") Z ") {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}
