//go:build linux || darwin

package guard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// roleVariable tells a process started by Run which of the three it is. The
// worker removes it, so that its children do not inherit it.
const roleVariable = "_LAMBDA_BENCHMARK_GUARD"

const (
	roleKeeper    = "keeper"    // in the same PID namespace as the guard
	roleNamespace = "namespace" // the keeper as PID 1 of its own
	roleWorker    = "worker"
)

// The keeper's files beside the standard ones.
const (
	// lifelineFile is a pipe from the guard. Its bytes are signals that the guard
	// was sent; its end is the guard's.
	lifelineFile = 3
	// readyFile is a pipe to the guard, which gets one byte once the worker runs.
	readyFile = 4
)

// exitBroken is the exit status of a program that could not be guarded.
const exitBroken = 125

// drain is how long the worker may take to end itself after `go run` has died.
const drain = 2 * time.Second

// forwarded returns the signals that ask a program to end, without those that
// the user has turned off for it, as nohup does.
func forwarded() []os.Signal {
	all := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	return slices.DeleteFunc(all, signal.Ignored)
}

// Run runs main guarded and exits with its status; it does not return. It must
// be the first thing that the program does.
func Run(main func() int) { run(main, namespaces()) }

func run(main func() int, ways []namespace) {
	// Parent-death signals belong to threads: this one has to stay.
	runtime.LockOSThread()
	role := os.Getenv(roleVariable)
	os.Unsetenv(roleVariable)
	var status int
	var err error
	switch role {
	case roleWorker:
		runtime.UnlockOSThread()
		status = main()
	case roleKeeper, roleNamespace:
		status, err = keep(role == roleNamespace)
	default:
		status, err = guard(ways)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		status = exitBroken
	}
	os.Exit(status)
}

// namespace is one way to start the keeper as PID 1.
type namespace struct {
	name string
	attr syscall.SysProcAttr
}

// guard starts the keeper, in the first of the namespaces that can be had or
// else in none, and returns the worker's status.
func guard(ways []namespace) (int, error) {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, forwarded()...)
	adoptOrphans()
	parent := watchParent()
	for _, way := range append(ways, namespace{}) {
		k, err := startKeeper(way)
		if err != nil && way.name != "" {
			continue // not allowed here
		}
		if err != nil {
			return 0, fmt.Errorf("start %s again: %w", os.Args[0], err)
		}
		status, ready := k.watch(signals, parent)
		if ready || way.name == "" {
			return status, nil
		}
	}
	panic("unreachable: the last way is always taken")
}

// keeper is the guard's view of the keeper.
type keeper struct {
	pid      int
	lifeline *os.File
	ready    *os.File
	// namespace says that the kernel kills what is below it.
	namespace bool
}

func startKeeper(way namespace) (*keeper, error) {
	read, lifeline, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer read.Close()
	ready, write, err := os.Pipe()
	if err != nil {
		lifeline.Close()
		return nil, err
	}
	defer write.Close()
	role := roleKeeper
	if way.name != "" {
		role = roleNamespace
	}
	pid, err := startSelf(role, &way.attr, read, write)
	if err != nil {
		lifeline.Close()
		ready.Close()
		return nil, err
	}
	return &keeper{pid: pid, lifeline: lifeline, ready: ready, namespace: way.name != ""}, nil
}

// startSelf starts this program in another role. It does not use os.StartProcess, whose
// wait would compete with the reaping of all children.
func startSelf(role string, attr *syscall.SysProcAttr, files ...*os.File) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	fds := []uintptr{0, 1, 2}
	for _, f := range files {
		fds = append(fds, f.Fd())
	}
	environment := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, roleVariable+"=") })
	return syscall.ForkExec(self, os.Args, &syscall.ProcAttr{Env: append(environment, roleVariable+"="+role), Files: fds, Sys: attr})
}

// watch returns the keeper's status, and whether the worker was ever started.
func (k *keeper) watch(signals <-chan os.Signal, parent <-chan struct{}) (status int, ready bool) {
	defer k.lifeline.Close()
	readied := make(chan bool, 1)
	go func() {
		defer k.ready.Close()
		n, _ := k.ready.Read(make([]byte, 1))
		readied <- n == 1
	}()
	ended := make(chan int, 1)
	go func() { ended <- reapUntil(k.pid) }()
	var late <-chan time.Time
	for {
		select {
		case s := <-signals:
			_, _ = k.lifeline.Write([]byte{byte(s.(syscall.Signal))}) // if the keeper is gone, so are we
		case <-parent: // `go run` was killed, which is meant to end this program
			parent = nil
			_, _ = k.lifeline.Write([]byte{byte(syscall.SIGTERM)})
			late = time.After(drain)
		case <-late:
			_ = syscall.Kill(k.pid, syscall.SIGKILL)
		case status = <-ended:
			if !k.namespace {
				killDescendants()
			}
			return status, <-readied
		}
	}
}

// reapUntil reaps every child that ends, and returns the status of that one.
func reapUntil(pid int) int {
	for {
		var status syscall.WaitStatus
		got, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return exitBroken // only this process can reap it
		case got == pid && status.Signaled():
			return 128 + int(status.Signal()) // as a shell has it
		case got == pid && status.Exited():
			return status.ExitStatus()
		}
	}
}

// keep is the keeper: it starts the worker, and ends with it or with the guard.
func keep(namespace bool) (int, error) {
	lifeline, ready := os.NewFile(lifelineFile, "lifeline"), os.NewFile(readyFile, "ready")
	syscall.CloseOnExec(lifelineFile)
	syscall.CloseOnExec(readyFile)
	direct := make(chan os.Signal, 16)
	signal.Notify(direct, forwarded()...)
	if namespace {
		if err := enterNamespace(); err != nil {
			return exitBroken, nil // the guard tries the next way
		}
	} else {
		adoptOrphans()
	}
	pid, err := startSelf(roleWorker, workerAttributes())
	if err != nil {
		return 0, fmt.Errorf("start %s again: %w", os.Args[0], err)
	}
	if _, err := ready.Write([]byte{1}); err != nil {
		return exitBroken, nil // there is no guard any more
	}
	ready.Close()

	ended := make(chan int, 1)
	go func() { ended <- reapUntil(pid) }()
	guards := make(chan os.Signal)
	go func() {
		defer close(guards)
		b := make([]byte, 1)
		for {
			if _, err := io.ReadFull(lifeline, b); err != nil {
				return
			}
			guards <- syscall.Signal(b[0])
		}
	}()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		relay(direct, guards, func(s os.Signal) { _ = syscall.Kill(pid, s.(syscall.Signal)) })
	}()
	status := 128 + int(syscall.SIGKILL)
	select {
	case status = <-ended:
	case <-gone:
	}
	if !namespace { // else the kernel does it
		killDescendants()
	}
	return status, nil
}
