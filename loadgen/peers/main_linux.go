// Command peers compares the load generator with others: those of wrk, wrk2, ab, h2load, hey,
// fortio, bombardier, vegeta, k6 and artillery that are installed, and a minimal client in C.
//
//	go run ./loadgen/peers                    # everything, some minutes
//	go run ./loadgen/peers -only capacity -peers wrk,hey -pairs 5
//
// It needs Linux, two CPUs and a C compiler; nginx and openssl for TLS. The server
// has one CPU and the client another. Capacity is CPU seconds per million requests, from
// alternating pairs of runs: on a shared machine rates differ by a quarter from run to run, CPU
// seconds far less.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// bench is one run of this command.
type bench struct {
	ctx     context.Context
	dir     string // for binaries, logs and nginx
	loadgen string
	seconds int
	pairs   int
	peers   []peer
}

func main() {
	only := flag.String("only", "capacity,tls,arrivals,stall,memory,allocations", "what to measure")
	names := flag.String("peers", "", "which peers; empty: all that are installed")
	pairs := flag.Int("pairs", 5, "pairs of runs for each ratio")
	seconds := flag.Int("seconds", 4, "length of a run")
	loadgen := flag.String("loadgen", "", "load generator to measure; empty: this repository's, built now")
	flag.Parse()
	// Servers and clients die with the thread that started them: this one stays.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "peers-")
	if err == nil {
		err = measure(&bench{ctx: ctx, dir: dir, loadgen: *loadgen, seconds: *seconds, pairs: *pairs}, strings.Split(*only, ","), *names)
		os.RemoveAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func measure(b *bench, only []string, names string) error {
	if err := b.prepare(); err != nil {
		return err
	}
	for _, p := range peers {
		wanted := names == ""
		for _, name := range strings.Split(names, ",") {
			wanted = wanted || name == p.name
		}
		if wanted && p.installed() {
			b.peers = append(b.peers, p)
		}
	}
	for _, part := range only {
		var err error
		switch part {
		case "capacity":
			err = b.capacity(false)
		case "tls":
			err = b.capacity(true)
		case "arrivals":
			err = b.arrivals()
		case "stall":
			err = b.stall()
		case "memory":
			err = b.memory()
		case "allocations":
			err = b.allocations()
		default:
			err = fmt.Errorf("nothing is called %q: want capacity, tls, arrivals, stall, memory or allocations", part)
		}
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}

// prepare builds what is measured and what it is measured with.
func (b *bench) prepare() error {
	for _, program := range []string{"target", "client"} {
		source, err := programs.ReadFile("c/" + program + ".c")
		if err != nil {
			return err
		}
		path := filepath.Join(b.dir, program)
		if err := os.WriteFile(path+".c", source, 0o644); err != nil {
			return err
		}
		if out, err := exec.CommandContext(b.ctx, "cc", "-O2", "-o", path, path+".c").CombinedOutput(); err != nil {
			return fmt.Errorf("compile %s.c: %w\n%s", program, err, out)
		}
	}
	if b.loadgen != "" {
		return nil
	}
	b.loadgen = filepath.Join(b.dir, "loadgen")
	build := exec.CommandContext(b.ctx, "go", "build", "-o", b.loadgen, "github.com/lambda-benchmark/lambda-benchmark/loadgen")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build loadgen (run this command inside the repository): %w\n%s", err, out)
	}
	return nil
}
