package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// A TCP port of the loopback interface answers every user of the machine, and every
// web page that the user opens: dynoxide asks for no signature, lets every origin
// read its answers, and does not look at Host. So it gets a loopback interface of its
// own, in a network namespace that nothing else is in. A gate in there, which is this
// program started again, passes the user's connections on from a Unix socket outside.
// The socket is an abstract one, which leaves no file behind; who connects is known.

// gateVariable makes this program a gate. Its value is the port that the gate passes
// connections on to; its arguments are the program to start; its descriptor 3 is the
// listening socket.
const gateVariable = "LAMBDA_BENCHMARK_DYNAMODB_GATE"

// gateIsUp is what a gate prints before it starts the program.
const gateIsUp = "the gate is up"

// It is done before main, so that every program that imports this package can be
// started as a gate, test binaries included.
func init() {
	port, ok := os.LookupEnv(gateVariable)
	if !ok {
		return
	}
	if err := gate(port, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gate of the local DynamoDB:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// gate starts a program and passes connections on to its port until it ends.
func gate(port string, argv []string) error {
	if err := raiseLoopback(); err != nil {
		return fmt.Errorf("raise the loopback interface: %w", err)
	}
	inherited, err := net.FileListener(os.NewFile(3, "gate"))
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	listener, ok := inherited.(*net.UnixListener)
	if !ok {
		return fmt.Errorf("listen: descriptor 3 is %s, not a Unix socket", inherited.Addr())
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	os.Unsetenv(gateVariable)
	fmt.Println(gateIsUp)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// init runs on the process's main thread, which stays as long as the process does.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s) // an error means that it has ended
		}
	}()
	go func() {
		for {
			outside, err := listener.AcceptUnix()
			if err != nil {
				return
			}
			go passConnection(outside, "127.0.0.1:"+port)
		}
	}()
	err = cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		return nil // it has said why
	}
	return err
}

// passConnection copies bytes both ways until one side closes, if the peer is this user.
func passConnection(outside *net.UnixConn, address string) {
	defer outside.Close()
	if uid, err := peerOf(outside); err != nil || uid != os.Getuid() {
		return
	}
	inside, err := net.Dial("tcp", address)
	if err != nil {
		return // it does not listen yet, or no more
	}
	defer inside.Close()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{outside, inside}, {inside, outside}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			ended <- struct{}{}
		}()
	}
	<-ended
}

// peerOf is the user id of the process that connected.
func peerOf(c *net.UnixConn) (uid int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var peer *unix.Ucred
	err = errors.Join(raw.Control(func(fd uintptr) {
		peer, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}), err)
	if err != nil {
		return 0, err
	}
	return int(peer.Uid), nil
}

// raiseLoopback brings up the loopback interface of the namespace, which is down
// when the namespace is made.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
		return err
	}
	request.SetUint16(request.Uint16() | unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
}

// networkNamespaces are the ways to a network namespace, the one with most rights first.
func networkNamespaces() []syscall.SysProcAttr {
	uid, gid := os.Getuid(), os.Getgid()
	user := syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWNET | unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
		AmbientCaps: []uintptr{unix.CAP_NET_ADMIN}, // to raise the loopback interface
		Pdeathsig:   syscall.SIGKILL, Setpgid: true,
	}
	if uid == 0 {
		return []syscall.SysProcAttr{{Cloneflags: unix.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL, Setpgid: true}, user}
	}
	return []syscall.SysProcAttr{user}
}

// gatedPort is the server's port. Nothing else listens in its namespace.
const gatedPort = 8000

// startGated starts a server's process behind a gate and returns how it is reached.
// The error says why this system cannot do that.
func startGated(ctx context.Context, argv []string) (*child, dialer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, dialer{}, err
	}
	d := dialer{network: "unix", address: "@lambda-benchmark-dynamodb-" + rand.Text()}
	listener, err := net.ListenUnix(d.network, &net.UnixAddr{Name: d.address, Net: d.network})
	if err != nil {
		return nil, dialer{}, err
	}
	defer listener.Close() // the gate has its own descriptor
	socket, err := listener.File()
	if err != nil {
		return nil, dialer{}, err
	}
	defer socket.Close()
	var errs []error
	for _, attr := range networkNamespaces() {
		c, err := startChild(append([]string{self}, argv...), &attr, []string{gateVariable + "=" + strconv.Itoa(gatedPort)}, socket)
		if err == nil {
			if err = c.awaitText(ctx, gateIsUp); err == nil {
				return c, d, nil
			}
			err = errors.Join(err, c.stop())
		}
		errs = append(errs, err)
	}
	return nil, dialer{}, errors.Join(errs...)
}
