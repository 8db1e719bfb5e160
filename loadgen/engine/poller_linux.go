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
	bellSlot  = -1
	timerSlot = -2
)

const (
	// slice is the shortest that the kernel grants.
	slice = 100 * time.Microsecond
	// holding is the longest sleep of which the Go runtime is not told. A runtime
	// that is told takes the thread's processor away and gives it back, which wakes
	// other threads each time: they and this one are then late for the next request.
	// One that is not told waits for the thread when it collects garbage.
	holding = time.Millisecond
)

// poller waits for sockets, for a bell that other threads ring, and for time to
// pass, to the microsecond.
type poller struct {
	epoll  int
	bell   int // an eventfd
	timer  int // a timerfd, where the kernel has no epoll_pwait2; else -1
	rung   atomic.Bool
	events [128]unix.EpollEvent
}

// newPoller makes a poller; old makes it wait as on kernels before 5.11.
func newPoller(old bool) (*poller, error) {
	p := &poller{epoll: -1, bell: -1, timer: -1}
	var err error
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	if p.bell, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err == nil {
		err = p.add(p.bell, bellSlot, 0)
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
	for _, fd := range []int{p.epoll, p.bell, p.timer} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// ring wakes the waiting thread. It is the only method for other threads.
func (p *poller) ring() {
	if p.rung.CompareAndSwap(false, true) {
		unix.Write(p.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// silence makes the bell ready to be rung again.
func (p *poller) silence() {
	var count [8]byte
	unix.Read(p.bell, count[:])
	p.rung.Store(false)
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

// punctual asks the kernel to run the calling thread when its sleep is over, not
// some time later. Where it is refused, sleeps are only coarser, and the slip says so.
func punctual() {
	// By default the kernel may add 50 µs to a sleep.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	// Who asks for short slices of time may preempt, when it wakes up, who has a
	// longer one: since Linux 6.12 and for everybody. Else a thread that woke up can
	// wait for a tick of the scheduler, 4 ms.
	if a, err := unix.SchedGetAttr(0, 0); err == nil && a.Policy == unix.SCHED_NORMAL {
		a.Runtime = uint64(slice)
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
		n, errno = p.pwait(-1, d > holding)
	default:
		span := unix.NsecToTimespec(int64(d))
		n, errno = p.pwait2(&span, d > holding)
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
