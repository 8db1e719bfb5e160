package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var lookups = map[string]lookup{"sock_diag": askSocketDiagnosis, "/proc/net/tcp": readProcNetTCP}

const nobody = 65534

// dialAs connects as another user. The kernel remembers the user of the thread
// that made the socket.
func dialAs(t *testing.T, uid int, address string) net.Conn {
	t.Helper()
	type dialled struct {
		net.Conn
		err error
	}
	done := make(chan dialled)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its goroutine
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, ^uintptr(0), uintptr(uid), ^uintptr(0)); errno != 0 {
			done <- dialled{err: errno}
			return
		}
		c, err := net.Dial("tcp", address)
		done <- dialled{c, err}
	}()
	d := <-done
	if d.err != nil {
		t.Fatal(d.err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestPeers asks a Runtime API for what our own user may have, as that user and as another.
func TestPeers(t *testing.T) {
	for name, find := range lookups {
		t.Run(name, func(t *testing.T) {
			if err := tryPeers(peers{check: find.check}); err != nil {
				t.Skipf("this machine has no %s: %v", name, err)
			}
			s, err := listen(find.check)
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			for _, row := range []struct {
				name string
				uid  int
				want int
			}{
				{"the same user", os.Geteuid(), http.StatusOK},
				{"another user", nobody, http.StatusForbidden},
			} {
				t.Run(row.name, func(t *testing.T) {
					if row.uid != os.Geteuid() && os.Geteuid() != 0 {
						t.Skip("needs root, to become another user")
					}
					c := dialAs(t, row.uid, s.address())
					for range 2 {
						fmt.Fprintf(c, "GET /2018-06-01/ping HTTP/1.1\r\nHost: %s\r\n\r\n", s.address())
						response, err := http.ReadResponse(bufio.NewReader(c), nil)
						if err != nil || response.StatusCode != row.want {
							t.Fatalf("reply is %v (%v), want status %d", response, err, row.want)
						}
						if _, err := io.Copy(io.Discard, response.Body); err != nil {
							t.Fatal(err)
						}
						if response.Close {
							break
						}
					}
				})
			}
		})
	}
}

// TestPeerGone is a client that closes its connection before it is looked at: its
// socket belongs to nobody then, which the kernel reports as root.
func TestPeerGone(t *testing.T) {
	for name, find := range lookups {
		t.Run(name, func(t *testing.T) {
			if err := tryPeers(peers{check: find.check}); err != nil {
				t.Skipf("this machine has no %s: %v", name, err)
			}
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			client, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			server, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			if err := client.Close(); err != nil {
				t.Fatal(err)
			}
			if err := find.check(server); err == nil {
				t.Error("a connection that no process holds is admitted")
			}
			unknown := netip.MustParseAddrPort("127.0.0.1:1")
			if _, err := find(unknown, unknown); !errors.Is(err, errNoSocket) {
				t.Errorf("a socket that is not there: error %v, want %v", err, errNoSocket)
			}
		})
	}
}

func TestProcNetTCP(t *testing.T) {
	local, remote := netip.MustParseAddrPort("127.0.0.1:3306"), netip.MustParseAddrPort("127.0.0.1:54321")
	line := fmt.Sprintf("   1: %s %s 01 00000000:00000000 00:00000000 00000000  1000        0 23456 1 0000000000000000 20 4 30 10 -1", procAddress(local), procAddress(remote))
	if s, ok := parseProcLine(line, local, remote); !ok || s != (tcpSocket{uid: 1000, inode: 23456, established: true}) {
		t.Errorf("socket is %+v, %t", s, ok)
	}
	for _, other := range []string{"", "  sl  local_address rem_address   st", strings.Replace(line, "1000", "-1", 1)} {
		if s, ok := parseProcLine(other, local, remote); ok {
			t.Errorf("%q: socket is %+v, want none", other, s)
		}
	}
}

// FuzzDiagnosis reads whatever the kernel may send.
func FuzzDiagnosis(f *testing.F) {
	local, remote := netip.MustParseAddrPort("127.0.0.1:3306"), netip.MustParseAddrPort("127.0.0.1:54321")
	f.Add(diagnosisRequest(local, remote))
	f.Add([]byte{20, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = parseDiagnosis(b, local, remote)
	})
}
