package cpumeter

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of processor time in /proc, on every architecture that Go has.
const tick = 10 * time.Millisecond

func read() (reading, error) {
	r := reading{at: time.Now()}
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return r, err
	}
	if r.processors, r.idle, err = parseStat(stat); err != nil {
		return r, fmt.Errorf("/proc/stat: %w", err)
	}
	if r.own, err = own(); err != nil {
		return r, err
	}
	r.held = held("/sys/fs/cgroup")
	return r, nil
}

// parseStat reads the number of processors and their idle time from /proc/stat. Time
// in which a processor waits for a disk is idle.
func parseStat(text []byte) (processors int, idle time.Duration, err error) {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) == 0 || !bytes.HasPrefix(fields[0], []byte("cpu")) {
			continue
		}
		if len(fields[0]) > len("cpu") {
			processors++
			continue
		}
		if len(fields) < 6 {
			return 0, 0, fmt.Errorf("the line of all processors has %d fields, want 6 or more", len(fields))
		}
		for _, field := range fields[4:6] { // idle, iowait
			ticks, err := parseCount(field, tick)
			if err != nil {
				return 0, 0, err
			}
			idle += ticks
		}
	}
	if processors == 0 {
		return 0, 0, errors.New("no processor is in it")
	}
	return processors, idle, nil
}

// parseCount reads a time as a count of a unit. 64 bits hold 292 years; what is read
// leaves room for a sum of four.
func parseCount(field []byte, unit time.Duration) (time.Duration, error) {
	n, err := strconv.ParseInt(string(field), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/4/int64(unit) {
		return 0, fmt.Errorf("%.20q is no count of %v", field, unit)
	}
	return time.Duration(n) * unit, nil
}

// held is for how long a container's limit has held its processes up. A container
// sees its own cgroup at the place where cgroups are mounted.
func held(mount string) time.Duration {
	for _, place := range []struct {
		file, key string
		unit      time.Duration
	}{
		{"/cpu.stat", "throttled_usec", time.Microsecond},
		{"/cpu/cpu.stat", "throttled_time", time.Nanosecond},
	} {
		text, err := os.ReadFile(mount + place.file)
		if err != nil {
			continue
		}
		for line := range bytes.Lines(text) {
			fields := bytes.Fields(line)
			if len(fields) != 2 || string(fields[0]) != place.key {
				continue
			}
			if d, err := parseCount(fields[1], place.unit); err == nil {
				return d
			}
		}
	}
	return 0
}

// own is the processor time of this process, of its children that have ended and of
// all processes below it that live.
func own() (time.Duration, error) {
	var sum time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if err := unix.Getrusage(who, &u); err != nil {
			return 0, fmt.Errorf("getrusage: %w", err)
		}
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	below, err := processesBelow()
	for _, p := range below {
		sum += p.used
	}
	return sum, err
}

// process is a line of /proc/PID/stat.
type process struct {
	pid, parent int
	// used is its processor time, and that of its children that have ended.
	used time.Duration
}

// processesBelow are the living processes that this one has started, and those that
// they have. In the namespace that package guard makes they are all that can be seen:
// orphans belong to the keeper there, which is this process's parent.
func processesBelow() ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	self := os.Getpid()
	var all []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == self {
			continue
		}
		text, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue // it has ended
		}
		if p, err := parseProcess(text); err == nil {
			p.pid = pid
			all = append(all, p)
		}
	}
	if inOwnNamespace() {
		return all, nil
	}
	return below(all, self), nil
}

// inOwnNamespace says whether process 1 is this program too.
func inOwnNamespace() bool {
	if os.Getppid() != 1 {
		return false
	}
	first, err := os.Readlink("/proc/1/exe")
	if err != nil {
		return false
	}
	self, err := os.Readlink("/proc/self/exe")
	return err == nil && first == self
}

// below are the processes that root has started, and those that they have.
func below(all []process, root int) []process {
	var found []process
	in := map[int]bool{root: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if in[p.parent] && !in[p.pid] {
				in[p.pid], grown = true, true
				found = append(found, p)
			}
		}
	}
	return found
}

// parseProcess reads /proc/PID/stat. The name in parentheses may hold anything, even
// parentheses.
func parseProcess(text []byte) (process, error) {
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 15 {
		return process{}, fmt.Errorf("%d fields after the name, want 15 or more", len(fields))
	}
	parent, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return process{}, err
	}
	p := process{parent: parent}
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		used, err := parseCount(field, tick)
		if err != nil {
			return process{}, err
		}
		p.used += used
	}
	return p, nil
}
