package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cages makes what holds an environment's processes together on Linux. Three
// cgroups may have a part in it: one of version 2 (freeze, kill, and CPU and
// memory where the machine gives those controllers to version 2), one of version
// 1 for the CPU, and one of version 1 for the memory. Where there is none,
// signals and /proc do what they can.
type cages struct {
	freeze string // freezeCgroup2, freezeSignal, freezeOff
	v2     *group // nil: none
	cpu1   *group
	mem1   *group
	// v2cpu and v2memory say which controllers version 2 has.
	v2cpu, v2memory bool
	count           atomic.Int64
	knobs           map[string]string
}

// cage holds the processes of one environment.
type cage struct {
	pid      int // of the process that was born in it
	freezing string

	v2         string // directory, or empty
	dir        *os.File
	freezeFile *os.File
	cpu1, mem1 string
	v2cpu      bool
	v2memory   bool
}

// cfsPeriod is short so that a short handler at a small share is slowed down
// evenly; the kernel's default of 100 ms lets it run at full speed to its end.
const cfsPeriod = 20 * time.Millisecond

// make makes a cage and moves the calling thread into it, where cgroups of
// version 1 need that before a process is started in them.
func (c *cages) make() (_ *cage, err error) {
	name := "environment-" + strconv.FormatInt(c.count.Add(1), 10)
	g := &cage{freezing: c.freeze, v2cpu: c.v2cpu, v2memory: c.v2memory}
	if g.cpu1, err = c.cpu1.child(name); err != nil {
		return nil, err
	}
	if g.mem1, err = c.mem1.child(name); err != nil {
		g.remove()
		return nil, err
	}
	if g.v2, err = c.v2.child(name); err != nil {
		g.remove()
		return nil, err
	}
	for _, dir := range []string{g.cpu1, g.mem1} {
		if err := enter(dir); err != nil {
			g.remove()
			return nil, err
		}
	}
	if g.v2 == "" {
		return g, nil
	}
	if g.dir, err = os.Open(g.v2); err != nil {
		g.remove()
		return nil, fmt.Errorf("open cgroup: %w", err)
	}
	if c.freeze == freezeCgroup2 {
		if g.freezeFile, err = os.OpenFile(filepath.Join(g.v2, "cgroup.freeze"), os.O_WRONLY, 0); err != nil {
			g.remove()
			return nil, fmt.Errorf("open cgroup: %w", err)
		}
	}
	return g, nil
}

// leave moves the calling thread back to where this program runs.
func (c *cages) leave() {
	for _, g := range []*group{c.cpu1, c.mem1} {
		if g != nil {
			_ = enter(g.parent) // what stays behind is swept away at the next start
		}
	}
}

func enter(dir string) error {
	if dir == "" {
		return nil
	}
	if err := writeFile(filepath.Join(dir, "tasks"), strconv.Itoa(unix.Gettid())); err != nil {
		return fmt.Errorf("enter cgroup: %w", err)
	}
	return nil
}

// apply makes a process be born in the cage.
func (g *cage) apply(a *syscall.SysProcAttr) {
	if g.dir != nil {
		a.UseCgroupFD, a.CgroupFD = true, int(g.dir.Fd())
	}
}

// limitCPU gives the processes the share of a memory size.
func (g *cage) limitCPU(memoryMB int) error {
	quota := max(cfsPeriod*time.Duration(memoryMB)/mbPerCPU, time.Millisecond) // the kernel takes no less
	switch {
	case g.v2 != "" && g.v2cpu:
		return writeFile(filepath.Join(g.v2, "cpu.max"), fmt.Sprintf("%d %d", quota.Microseconds(), cfsPeriod.Microseconds()))
	case g.cpu1 != "":
		if err := writeFile(filepath.Join(g.cpu1, "cpu.cfs_period_us"), strconv.FormatInt(cfsPeriod.Microseconds(), 10)); err != nil {
			return err
		}
		return writeFile(filepath.Join(g.cpu1, "cpu.cfs_quota_us"), strconv.FormatInt(quota.Microseconds(), 10))
	}
	return nil
}

// limitMemory makes the kernel kill what goes over the memory size.
func (g *cage) limitMemory(memoryMB int) error {
	limit := strconv.FormatInt(int64(memoryMB)<<20, 10)
	switch {
	case g.v2 != "" && g.v2memory:
		err := writeFile(filepath.Join(g.v2, "memory.max"), limit)
		_ = writeFile(filepath.Join(g.v2, "memory.swap.max"), "0") // not there without swap
		return err
	case g.mem1 != "":
		return writeFile(filepath.Join(g.mem1, "memory.limit_in_bytes"), limit)
	}
	return nil
}

// outOfMemory says whether the kernel has killed one of the processes for that.
func (g *cage) outOfMemory() bool {
	var path string
	switch {
	case g.v2 != "" && g.v2memory:
		path = filepath.Join(g.v2, "memory.events")
	case g.mem1 != "":
		path = filepath.Join(g.mem1, "memory.oom_control")
	default:
		return false
	}
	kills, ok := keyed(path, "oom_kill")
	return ok && kills > 0
}

func (g *cage) freeze() error {
	switch g.freezing {
	case freezeCgroup2:
		_, err := g.freezeFile.WriteString("1")
		return err
	case freezeSignal:
		return g.signalAll(unix.SIGSTOP)
	}
	return nil
}

// freezeAtOnce is freeze for the end of an init phase, where what the function has
// begun must stay pending. Freezing a cgroup waits until no other process on this machine
// changes one, which can take longer than what is pending; a stop does not wait.
func (g *cage) freezeAtOnce() error {
	if g.freezing != freezeCgroup2 || g.pid == 0 {
		return g.freeze()
	}
	stopped := unix.Kill(-g.pid, unix.SIGSTOP) == nil
	err := g.freeze()
	if stopped {
		_ = unix.Kill(-g.pid, unix.SIGCONT) // frozen all the same
	}
	return err
}

func (g *cage) thaw() error {
	switch g.freezing {
	case freezeCgroup2:
		_, err := g.freezeFile.WriteString("0")
		return err
	case freezeSignal:
		return g.signalAll(unix.SIGCONT)
	}
	return nil
}

// signalAll sends a signal to every process, the ones that were started while
// it did so included. The first one gets it first, as it starts the others.
func (g *cage) signalAll(s syscall.Signal) error {
	sent := map[int]bool{}
	if g.pid != 0 {
		_ = unix.Kill(-g.pid, s) // most environments are one process: this is all
		sent[g.pid] = true
	}
	for {
		fresh := false
		for _, pid := range g.processes() {
			if sent[pid] {
				continue
			}
			sent[pid], fresh = true, true
			if err := unix.Kill(pid, s); err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("signal process %d: %w", pid, err)
			}
		}
		if !fresh {
			return nil
		}
	}
}

// processes are the ids of all that live in the cage.
func (g *cage) processes() []int {
	if g.v2 == "" {
		return descendants(g.pid)
	}
	b, err := os.ReadFile(filepath.Join(g.v2, "cgroup.procs"))
	if err != nil {
		return nil
	}
	var pids []int
	for line := range strings.Lines(string(b)) {
		if pid, err := strconv.Atoi(strings.TrimSpace(line)); err == nil && pid > 0 {
			pids = append(pids, pid)
		}
	}
	return pids
}

// killPatience is how long a killed process may take to be gone: one that hangs
// in the kernel (a dead network file system) must not hang us.
const killPatience = 5 * time.Second

// kill ends every process, those that left the process group and the session
// included, and returns when none is left.
func (g *cage) kill() error {
	deadline := time.Now().Add(killPatience)
	for wait := 50 * time.Microsecond; ; wait = min(2*wait, 10*time.Millisecond) {
		if g.v2 == "" || writeFile(filepath.Join(g.v2, "cgroup.kill"), "1") != nil { // cgroup.kill is Linux 5.14's
			if err := g.signalAll(unix.SIGKILL); err != nil {
				return err
			}
		}
		left := g.processes()
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %v do not end", left)
		}
		time.Sleep(wait)
	}
}

// peak is the most memory that the processes had, in bytes: the larger of the
// cgroup's peak and their resident sets. The cgroup knows processes that have
// ended; but it counts pages of shared files, such as the interpreter's, only
// for the first cgroup that touched them, where on AWS each environment has its own.
func (g *cage) peak() (int64, bool) {
	var resident int64
	for _, pid := range g.processes() {
		if kb, ok := keyed("/proc/"+strconv.Itoa(pid)+"/status", "VmHWM:"); ok {
			resident += kb << 10
		}
	}
	var path string
	switch {
	case g.v2 != "" && g.v2memory:
		path = filepath.Join(g.v2, "memory.peak") // Linux 5.19's
	case g.mem1 != "":
		path = filepath.Join(g.mem1, "memory.max_usage_in_bytes")
	default:
		return resident, resident > 0
	}
	charged, err := readInt(path)
	if err != nil {
		charged = 0
	}
	peak := max(resident, charged)
	return peak, peak > 0
}

// remove takes the cage away. Its processes must be gone.
func (g *cage) remove() error {
	for _, f := range []*os.File{g.dir, g.freezeFile} {
		if f != nil {
			f.Close()
		}
	}
	var errs []error
	for _, dir := range []string{g.v2, g.cpu1, g.mem1} {
		if dir != "" {
			errs = append(errs, removeGroup(dir))
		}
	}
	return errors.Join(errs...)
}

// keyed reads a number from a file of lines "key number".
func keyed(path, key string) (int64, bool) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) >= 2 && fields[0] == key {
			n, err := strconv.ParseInt(fields[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

func readInt(path string) (int64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
}

// writeFile writes to a file that must be there: cgroups make their own.
func writeFile(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// processAttributes are those of a function's process: a process group of its
// own, so that Ctrl-C at the terminal is ours to handle, and death with us.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
