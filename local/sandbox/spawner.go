//go:build linux || darwin

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// spawner starts processes, all on one operating system thread that lives as
// long as the host: the parent-death signal of a process is sent when the
// thread that started it ends, not the program.
//
// The thread waits inside the cage of the next process, so that entering it
// (6 ms for a cgroup v1) delays no start, and the process is born in it. It goes
// there once an init phase has ended: the kernel has to stop the machine's forks
// for it, and those of a process that starts are among them.
type spawner struct {
	cages    *cages
	orders   chan order
	quiet    chan struct{} // an init phase has ended
	finished chan struct{}
}

type order struct {
	path string
	argv []string
	attr *os.ProcAttr
	// prepare is called before the start, with the cage.
	prepare func(*cage)
	reply   chan birth
}

// birth is a started process, or why it could not be started.
type birth struct {
	process *os.Process
	cage    *cage
	// at is when the start began, with everything prepared.
	at  time.Time
	err error
}

func newSpawner(c *cages) *spawner {
	s := &spawner{cages: c, orders: make(chan order), quiet: make(chan struct{}, 1), finished: make(chan struct{})}
	go s.run()
	return s
}

func (s *spawner) run() {
	// Never unlocked: the thread has been in cgroups, so it ends with the goroutine.
	runtime.LockOSThread()
	defer close(s.finished)
	next, err := s.cages.make()
	prepare := func() {
		if next == nil {
			next, err = s.cages.make()
		}
	}
	for open := true; open; {
		var o order
		select {
		case <-s.quiet:
			prepare()
			continue
		case o, open = <-s.orders:
		}
		if !open {
			break
		}
		if prepare(); err != nil {
			o.reply <- birth{err: err} // it may be over next time
			continue
		}
		b := s.start(o, next)
		if b.err == nil {
			next = nil
		}
		o.reply <- b
	}
	s.cages.leave()
	if next != nil {
		next.remove()
	}
}

// rest says that an init phase has ended.
func (s *spawner) rest() {
	select {
	case s.quiet <- struct{}{}:
	default:
	}
}

func (s *spawner) start(o order, c *cage) birth {
	o.attr.Sys = processAttributes()
	c.apply(o.attr.Sys)
	o.prepare(c)
	b := birth{cage: c, at: time.Now()}
	// Another thread of this program may be between fork and exec with a file
	// open for writing that has just been unpacked: "text file busy" goes away.
	for wait := 100 * time.Microsecond; ; wait *= 2 {
		b.process, b.err = os.StartProcess(o.path, o.argv, o.attr)
		if !errors.Is(b.err, syscall.ETXTBSY) || wait > time.Second {
			break
		}
		time.Sleep(wait)
		b.at = time.Now()
	}
	if b.err == nil {
		c.pid = b.process.Pid
	}
	return b
}

// spawn starts a process in a cage of its own.
func (s *spawner) spawn(argv []string, attr *os.ProcAttr, prepare func(*cage)) birth {
	o := order{path: argv[0], argv: argv, attr: attr, prepare: prepare, reply: make(chan birth, 1)}
	select {
	case s.orders <- o:
	case <-s.finished:
		return birth{err: errClosed}
	}
	return <-o.reply
}

func (s *spawner) close() {
	close(s.orders)
	<-s.finished
}

// entrypointFault says whether a process could not be started because of what
// is to be started: the function's fault, and not this machine's.
func entrypointFault(err error) bool {
	for _, fault := range []error{syscall.ENOENT, syscall.EACCES, syscall.EPERM, syscall.ENOEXEC, syscall.ENOTDIR, syscall.EISDIR, syscall.ELOOP, syscall.E2BIG, syscall.EINVAL} {
		if errors.Is(err, fault) {
			return true
		}
	}
	return false
}

var errClosed = fmt.Errorf("the host is closed")
