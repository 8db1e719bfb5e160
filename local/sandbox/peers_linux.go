package sandbox

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// peers decides who may talk to a Runtime API: the user who runs this program,
// and no other user of the machine. Root can do anything anyway, as any user.
type peers struct {
	check func(net.Conn) error
	how   string
}

// tcpSocket is what the kernel tells of a TCP socket on this machine.
type tcpSocket struct {
	uid uint32
	// inode is 0 for a socket that no process holds any more; its uid is then root's, not its former owner's.
	inode       uint32
	established bool
}

// lookup finds a TCP socket by its own address and that of its other end.
type lookup func(local, remote netip.AddrPort) (tcpSocket, error)

// detectPeers finds out how this machine tells whose a connection is, with a
// connection of its own.
func detectPeers() peers {
	sources := []struct {
		lookup lookup
		name   string
	}{
		{askSocketDiagnosis, "sock_diag"}, // microseconds, however many sockets there are
		{readProcNetTCP, "/proc/net/tcp"}, // up to 12 ms on machines whose table of sockets is large
	}
	var errs []error
	for _, source := range sources {
		p := peers{check: source.lookup.check, how: "user of each connection checked with " + source.name + ", and the Host header"}
		err := tryPeers(p)
		if err == nil {
			return p
		}
		errs = append(errs, fmt.Errorf("%s: %w", source.name, err))
	}
	return peers{
		check: func(net.Conn) error { return nil },
		how:   "Host header checked; other users of this machine not kept out: " + strings.ReplaceAll(errors.Join(errs...).Error(), "\n", "; "),
	}
}

// tryPeers checks both ends of a connection of our own.
func tryPeers(p peers) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		return err
	}
	defer server.Close()
	return errors.Join(p.check(server), p.check(client))
}

// check says why the other end of a connection may not talk to us.
func (find lookup) check(c net.Conn) error {
	remote, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return fmt.Errorf("the connection's other end: %w", err)
	}
	local, err := netip.ParseAddrPort(c.LocalAddr().String())
	if err != nil {
		return fmt.Errorf("the connection's address: %w", err)
	}
	s, err := find(remote, local)
	switch {
	case err != nil:
		return fmt.Errorf("the user of the connection cannot be told: %w", err)
	case !s.established || s.inode == 0:
		return errors.New("the connection's other end is closed")
	case s.uid != uint32(os.Geteuid()):
		return errors.New("the Runtime API of an execution environment is for the user who runs it")
	}
	return nil
}

// The layout of struct inet_diag_req_v2 and struct inet_diag_msg (linux/inet_diag.h).
const (
	diagnosisRequestSize = 56
	diagnosisReplySize   = 72
	sockDiagByFamily     = 20 // SOCK_DIAG_BY_FAMILY
	tcpEstablished       = 1
)

// askSocketDiagnosis asks the kernel for one socket over netlink.
func askSocketDiagnosis(local, remote netip.AddrPort) (tcpSocket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return tcpSocket{}, os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	if err := unix.Sendto(fd, diagnosisRequest(local, remote), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return tcpSocket{}, os.NewSyscallError("sendto", err)
	}
	var reply [512]byte
	n, _, err := unix.Recvfrom(fd, reply[:], 0)
	if err != nil {
		return tcpSocket{}, os.NewSyscallError("recvfrom", err)
	}
	return parseDiagnosis(reply[:n], local, remote)
}

func diagnosisRequest(local, remote netip.AddrPort) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN+diagnosisRequestSize)
	binary.NativeEndian.PutUint32(b[0:], uint32(len(b)))
	binary.NativeEndian.PutUint16(b[4:], sockDiagByFamily)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST)
	request := b[unix.NLMSG_HDRLEN:]
	request[0], request[1] = unix.AF_INET, unix.IPPROTO_TCP
	binary.NativeEndian.PutUint32(request[4:], ^uint32(0)) // every state
	copy(request[8:], socketID(local, remote))
	binary.NativeEndian.PutUint64(request[48:], ^uint64(0)) // INET_DIAG_NOCOOKIE
	return b
}

// socketID is the begin of struct inet_diag_sockid: both ports, both addresses.
func socketID(local, remote netip.AddrPort) []byte {
	id := make([]byte, 36)
	binary.BigEndian.PutUint16(id[0:], local.Port())
	binary.BigEndian.PutUint16(id[2:], remote.Port())
	copy(id[4:], local.Addr().Unmap().AsSlice())
	copy(id[20:], remote.Addr().Unmap().AsSlice())
	return id
}

var errNoSocket = errors.New("no such socket")

func parseDiagnosis(b []byte, local, remote netip.AddrPort) (tcpSocket, error) {
	if len(b) < unix.NLMSG_HDRLEN {
		return tcpSocket{}, errors.New("the kernel's reply is cut off")
	}
	kind, body := binary.NativeEndian.Uint16(b[4:]), b[unix.NLMSG_HDRLEN:]
	switch {
	case kind == unix.NLMSG_ERROR && len(body) >= 4:
		errno := unix.Errno(-int32(binary.NativeEndian.Uint32(body)))
		if errno == unix.ENOENT {
			return tcpSocket{}, errNoSocket
		}
		return tcpSocket{}, fmt.Errorf("sock_diag: %w", errno)
	case kind != sockDiagByFamily || len(body) < diagnosisReplySize:
		return tcpSocket{}, fmt.Errorf("sock_diag: a reply of type %d and %d bytes", kind, len(body))
	case string(body[4:40]) != string(socketID(local, remote)):
		return tcpSocket{}, errNoSocket // the kernel falls back to a listener on that port
	}
	return tcpSocket{
		established: body[1] == tcpEstablished,
		uid:         binary.NativeEndian.Uint32(body[64:]), inode: binary.NativeEndian.Uint32(body[68:]),
	}, nil
}

// readProcNetTCP looks a socket up in the kernel's text table.
func readProcNetTCP(local, remote netip.AddrPort) (tcpSocket, error) {
	f, err := os.Open("/proc/self/net/tcp")
	if err != nil {
		return tcpSocket{}, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if s, ok := parseProcLine(lines.Text(), local, remote); ok {
			return s, nil
		}
	}
	return tcpSocket{}, errNoSocket
}

// parseProcLine reads a line of /proc/net/tcp if it is the socket's:
//
//	0: 0100007F:0CEA 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 23456 …
func parseProcLine(line string, local, remote netip.AddrPort) (tcpSocket, bool) {
	fields := strings.Fields(line)
	if len(fields) < 10 || fields[1] != procAddress(local) || fields[2] != procAddress(remote) {
		return tcpSocket{}, false
	}
	uid, err := strconv.ParseUint(fields[7], 10, 32)
	if err != nil {
		return tcpSocket{}, false
	}
	inode, err := strconv.ParseUint(fields[9], 10, 32)
	if err != nil {
		return tcpSocket{}, false
	}
	return tcpSocket{established: fields[3] == "01", uid: uint32(uid), inode: uint32(inode)}, true
}

// procAddress is an address as /proc/net/tcp has it: the four bytes as one number of this machine's byte order.
func procAddress(a netip.AddrPort) string {
	ip := a.Addr().Unmap().As4()
	return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(ip[:]), a.Port())
}
