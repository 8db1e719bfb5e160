package engine

import (
	"crypto/tls"
	"io"
	"net"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// socket is a connection of a shard. While it is dialled it is a connection of package net, whose
// reads and writes block, as the handshake of TLS needs it. Then [socket.detach] takes its
// descriptor, and reads and writes no longer block. crypto/tls uses it as a net.Conn before and
// after: where a Read would have to wait it gets the temporary error wouldBlock, upon which it
// keeps what it has read so far and goes on with the next Read.
type socket struct {
	pool    *pool[*socket]
	carrier *net.TCPConn // until detached
	fd      int
	tls     *tls.Conn // nil: plain

	slot       int32 // of the shard's table
	generation int32 // of the slot: an event of an earlier generation belongs to a closed socket
	unsent     []byte
	wantsWrite bool // the poller reports when the socket takes more

	call   *call
	used   bool // has carried a call before the present one
	unread bool // is in the shard's list of that name
	closed bool

	parser  wire.Parser
	matcher *wire.Matcher
}

// wouldBlock is the error of a Read that would have to wait. crypto/tls does not treat a temporary
// net.Error as the end of the connection.
type wouldBlock struct{}

func (wouldBlock) Error() string   { return "nothing to read yet" }
func (wouldBlock) Timeout() bool   { return false }
func (wouldBlock) Temporary() bool { return true }

// detach takes the descriptor away from package net, whose poller would wait for it too.
func (s *socket) detach() error {
	defer s.carrier.Close()
	raw, err := s.carrier.SyscallConn()
	if err != nil {
		return err
	}
	var duplicate error
	if err := raw.Control(func(fd uintptr) {
		s.fd, duplicate = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
	}); err != nil {
		return err
	}
	if duplicate != nil {
		return duplicate
	}
	s.carrier = nil
	return nil
}

// receive reads what is there. The error is io.EOF at the end, and wouldBlock{} if there is nothing.
func (s *socket) receive(b []byte) (int, error) {
	if s.tls != nil {
		return s.tls.Read(b)
	}
	return read(s.fd, b)
}

// transmit sends b, or keeps what the kernel does not take yet.
func (s *socket) transmit(b []byte) error {
	if s.tls != nil {
		_, err := s.tls.Write(b)
		return err
	}
	_, err := s.put(b)
	return err
}

// put sends b after what is unsent, and keeps what does not fit.
func (s *socket) put(b []byte) (int, error) {
	if len(s.unsent) > 0 {
		s.unsent = append(s.unsent, b...)
		return len(b), nil
	}
	n, err := s.send(b)
	if err != nil {
		return n, err
	}
	s.unsent = append(s.unsent, b[n:]...)
	return len(b), nil
}

// send gives the kernel as much of b as it takes.
func (s *socket) send(b []byte) (int, error) {
	n, err := write(s.fd, b)
	if n > 0 && s.call != nil {
		s.call.written = true
	}
	return n, err
}

// flush goes on with what is unsent.
func (s *socket) flush() error {
	n, err := s.send(s.unsent)
	if err != nil {
		return err
	}
	s.unsent = append(s.unsent[:0], s.unsent[n:]...)
	return nil
}

// The rest of socket is the net.Conn below crypto/tls.

func (s *socket) Read(b []byte) (int, error) {
	if s.carrier != nil {
		return s.carrier.Read(b)
	}
	return read(s.fd, b)
}

func (s *socket) Write(b []byte) (int, error) {
	if s.carrier != nil {
		return s.carrier.Write(b)
	}
	return s.put(b)
}

// Close ends a handshake whose time is over.
func (s *socket) Close() error {
	if s.carrier != nil {
		return s.carrier.Close()
	}
	return nil // the shard closes the descriptor
}

func (s *socket) LocalAddr() net.Addr           { return &net.TCPAddr{} }
func (s *socket) RemoteAddr() net.Addr          { return &net.TCPAddr{} }
func (s *socket) SetDeadline(t time.Time) error { return s.setDeadline((*net.TCPConn).SetDeadline, t) }
func (s *socket) SetReadDeadline(t time.Time) error {
	return s.setDeadline((*net.TCPConn).SetReadDeadline, t)
}
func (s *socket) SetWriteDeadline(t time.Time) error {
	return s.setDeadline((*net.TCPConn).SetWriteDeadline, t)
}

func (s *socket) setDeadline(set func(*net.TCPConn, time.Time) error, t time.Time) error {
	if s.carrier != nil {
		return set(s.carrier, t)
	}
	return nil
}

// read and write are system calls that never block, so the runtime need not be
// told about them: that is a third of what package net's cost.

func read(fd int, b []byte) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		switch {
		case errno == 0 && n == 0 && len(b) > 0:
			return 0, io.EOF
		case errno == 0:
			return int(n), nil
		case errno == unix.EAGAIN:
			return 0, wouldBlock{}
		case errno != unix.EINTR:
			return 0, errno
		}
	}
}

// write sends as much as the kernel takes, which may be nothing.
func write(fd int, b []byte) (int, error) {
	for {
		n, _, errno := syscall.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), unix.MSG_NOSIGNAL, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EAGAIN:
			return 0, nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}
