package engine

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Slots that are not sockets.
const (
	wakeupSlot = -1
	timerSlot  = -2
)

const (
	// timeSlice is the shortest time slice that the kernel grants.
	timeSlice = 100 * time.Microsecond
	// shortSleep is the longest sleep that is a raw system call. The Go runtime does not notice such
	// a call: the thread keeps its processor, and no other thread is woken to take it, which would
	// delay the next request. But a garbage collection waits for the end of the call.
	shortSleep = time.Millisecond
)

// poller waits for sockets, for a wakeup by another thread, and for time to pass, to the
// microsecond.
type poller struct {
	epoll  int
	wakeup int // an eventfd
	timer  int // a timerfd, where the kernel has no epoll_pwait2; else -1
	woken  atomic.Bool
	events [128]unix.EpollEvent
}

// newPoller makes a poller. With old it waits as on kernels before 5.11, which have no epoll_pwait2.
func newPoller(old bool) (*poller, error) {
	p := &poller{epoll: -1, wakeup: -1, timer: -1}
	var err error
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	if p.wakeup, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err == nil {
		err = p.add(p.wakeup, wakeupSlot, 0)
	}
	if err == nil {
		var probe unix.Timespec
		if _, errno := p.pwait2(&probe, false); old || errno == unix.ENOSYS {
			if p.timer, err = unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK); err == nil {
				err = p.add(p.timer, timerSlot, 0)
			}
		}
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return p, nil
}

func (p *poller) close() {
	for _, fd := range []int{p.epoll, p.wakeup, p.timer} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// wake wakes the waiting thread. Of all methods this one alone is safe for other threads.
func (p *poller) wake() {
	if p.woken.CompareAndSwap(false, true) {
		unix.Write(p.wakeup, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// clearWakeup takes note of a wakeup, so that the next one is seen.
func (p *poller) clearWakeup() {
	var count [8]byte
	unix.Read(p.wakeup, count[:])
	p.woken.Store(false)
}

func (p *poller) add(fd int, slot, generation int32) error {
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: slot, Pad: generation})
}

// watchWrite says whether to report when the descriptor can be written.
func (p *poller) watchWrite(s *socket, on bool) error {
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: s.slot, Pad: s.generation}
	if on {
		event.Events |= unix.EPOLLOUT
	}
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_MOD, s.fd, &event)
}

// preciseWakeups asks the kernel to run the calling thread as soon as its sleep is over. Where the
// kernel refuses, sleeps are longer, and the slip shows it.
func preciseWakeups() {
	// By default the kernel may add 50 µs to a sleep.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	// Since Linux 6.12 a thread that wakes up preempts a running thread with a longer time slice, and
	// any thread may ask for a short one. Without it a thread that woke up can wait for a tick of the
	// scheduler, 4 ms.
	if a, err := unix.SchedGetAttr(0, 0); err == nil && a.Policy == unix.SCHED_NORMAL {
		a.Runtime = uint64(timeSlice)
		_ = unix.SchedSetAttr(0, a, 0)
	}
}

// wait returns the events that came within d.
func (p *poller) wait(d time.Duration) []unix.EpollEvent {
	var n int
	var errno syscall.Errno
	switch {
	case d <= 0:
		var none unix.Timespec
		if p.timer >= 0 {
			n, errno = p.pwait(0, false)
		} else {
			n, errno = p.pwait2(&none, false)
		}
	case p.timer >= 0:
		until := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
		if unix.TimerfdSettime(p.timer, 0, &until, nil) != nil {
			return nil
		}
		n, errno = p.pwait(-1, d > shortSleep)
	default:
		span := unix.NsecToTimespec(int64(d))
		n, errno = p.pwait2(&span, d > shortSleep)
	}
	if errno != 0 { // EINTR: the runtime's preemption signal
		return nil
	}
	return p.events[:n]
}

// pwait2 is epoll_pwait2, whose timeout is in nanoseconds. A long call tells the
// runtime, so that a garbage collection does not wait for it.
func (p *poller) pwait2(span *unix.Timespec, long bool) (int, syscall.Errno) {
	call := syscall.RawSyscall6
	if long {
		call = syscall.Syscall6
	}
	n, _, errno := call(unix.SYS_EPOLL_PWAIT2, uintptr(p.epoll), uintptr(unsafe.Pointer(&p.events)), uintptr(len(p.events)), uintptr(unsafe.Pointer(span)), 0, 0)
	return int(n), errno
}

// pwait is epoll_pwait, whose timeout is in milliseconds.
func (p *poller) pwait(ms int, long bool) (int, syscall.Errno) {
	call := syscall.RawSyscall6
	if long {
		call = syscall.Syscall6
	}
	n, _, errno := call(unix.SYS_EPOLL_PWAIT, uintptr(p.epoll), uintptr(unsafe.Pointer(&p.events)), uintptr(len(p.events)), uintptr(ms), 0, 0)
	return int(n), errno
}
