package guard

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// macOS has neither namespaces nor subreapers: an orphan goes to launchd and is
// not found again. What is still below the keeper when it ends is killed.

func namespaces() []namespace                { return nil }
func enterNamespace() error                  { return nil }
func adoptOrphans()                          {}
func workerAttributes() *syscall.SysProcAttr { return nil }

// watchParent returns a channel that is closed when the go command that has
// started this program is gone; nil if none has.
func watchParent() <-chan struct{} {
	parent := os.Getppid()
	info, err := unix.SysctlKinfoProc("kern.proc.pid", parent)
	if err != nil || unix.ByteSliceToString(info.Proc.P_comm[:]) != "go" {
		return nil
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for os.Getppid() == parent {
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return gone
}

func killDescendants() {
	for range 100 {
		all, err := unix.SysctlKinfoProcSlice("kern.proc.all")
		if err != nil {
			return
		}
		below := map[int32]bool{int32(os.Getpid()): true}
		var left []int32
		for grown := true; grown; {
			grown = false
			for _, p := range all {
				if pid := p.Proc.P_pid; below[p.Eproc.Ppid] && !below[pid] && p.Proc.P_stat != 5 /* SZOMB */ {
					below[pid], grown = true, true
					left = append(left, pid)
				}
			}
		}
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = syscall.Kill(int(pid), syscall.SIGKILL)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
