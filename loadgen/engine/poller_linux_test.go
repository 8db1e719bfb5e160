package engine

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Both ways to wait see sockets, wakeups, and the time pass.
func TestPoller(t *testing.T) {
	for name, old := range map[string]bool{"epoll_pwait2": false, "timerfd": true} {
		t.Run(name, func(t *testing.T) {
			p, err := newPoller(old)
			if err != nil {
				t.Fatal(err)
			}
			defer p.close()
			if old && p.timer < 0 {
				t.Fatal("no timer")
			}
			if events := p.wait(0); len(events) != 0 {
				t.Errorf("%d events before anything happened", len(events))
			}
			// Time passes. A preempted wait may end early without an event, so the loop waits again.
			until := time.Now().Add(2 * time.Millisecond)
			for time.Now().Before(until) {
				for _, e := range p.wait(time.Until(until)) {
					if e.Fd != timerSlot {
						t.Errorf("event of slot %d", e.Fd)
					}
				}
			}
			var pair [2]int
			if pair, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0); err != nil {
				t.Fatal(err)
			}
			defer unix.Close(pair[0])
			defer unix.Close(pair[1])
			if err := p.add(pair[0], 7, 9); err != nil {
				t.Fatal(err)
			}
			if _, err := unix.Write(pair[1], []byte("x")); err != nil {
				t.Fatal(err)
			}
			if !sees(p, 7, 9) {
				t.Error("the socket was not seen")
			}
			var ringing sync.WaitGroup
			for range 3 {
				ringing.Go(p.wake)
			}
			ringing.Wait()
			if !sees(p, wakeupSlot, 0) {
				t.Error("the wakeup was not seen")
			}
			p.clearWakeup()
			p.wake()
			if !sees(p, wakeupSlot, 0) {
				t.Error("the second wakeup was not seen")
			}
		})
	}
}

// The engine works on a kernel without epoll_pwait2.
func TestOldKernel(t *testing.T) {
	c := Config{Requests: []Request{request(t, server(t, always(okay)))}, Schedule: apart(20, 5*time.Millisecond), Timeout: time.Minute, MaxConns: 4, MaxQueue: 20}
	c.Schedule.Targets = 1
	e, err := New(Epoll, c)
	if err != nil {
		t.Fatal(err)
	}
	p := &e.(*epoll).pollers[0]
	(*p).close()
	if *p, err = newPoller(true); err != nil {
		t.Fatal(err)
	}
	b := new(book)
	e.Run(t.Context(), []Recorder{b})
	if got := b.causes(); got[""] != 20 {
		t.Errorf("got %v, want 20 answers", got)
	}
}

// A thread with precise wakeups keeps its policy and niceness, and has what it asked for.
func TestPreciseWakeups(t *testing.T) {
	runtime.LockOSThread() // for good: the thread ends with the test
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Skipf("this system does not say how a thread is scheduled: %v", err)
	}
	preciseWakeups()
	after, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if after.Policy != before.Policy || after.Nice != before.Nice {
		t.Errorf("policy %d and niceness %d became %d and %d", before.Policy, before.Nice, after.Policy, after.Nice)
	}
	if after.Runtime != 0 && after.Runtime != uint64(timeSlice) { // 0: a kernel before 6.12
		t.Errorf("slices of %d ns, want %d", after.Runtime, timeSlice)
	}
	if slack, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0); err != nil || slack != 1 {
		t.Errorf("timer slack of %d ns (%v), want 1", slack, err)
	}
}

func sees(p *poller, slot, generation int32) bool {
	for until := time.Now().Add(5 * time.Second); time.Now().Before(until); {
		for _, e := range p.wait(100 * time.Millisecond) {
			if e.Fd == slot && e.Pad == generation {
				return true
			}
		}
	}
	return false
}
