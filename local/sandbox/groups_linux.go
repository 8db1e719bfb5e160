package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// group is a cgroup that holds the cages of this program, made inside parent.
type group struct {
	parent, path string
	// lock is held as long as this program lives: a group whose lock is free was
	// left behind by one that was killed. Process ids would not do, as two
	// programs in PID namespaces of their own can have the same.
	lock *os.File
}

const groupPrefix = "lambda-benchmark-"

// child makes a cgroup inside the group and returns its directory; none of no group.
func (g *group) child(name string) (string, error) {
	if g == nil {
		return "", nil
	}
	dir := filepath.Join(g.path, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", fmt.Errorf("make cgroup: %w", err)
	}
	return dir, nil
}

func (g *group) close() error {
	if g == nil {
		return nil
	}
	defer g.lock.Close()
	return sweep(g.path)
}

// detectCages finds out what this machine allows.
func detectCages(freeze string) (*cages, error) {
	c := &cages{knobs: map[string]string{}}
	hierarchies, err := findHierarchies()
	if err != nil {
		return nil, err
	}
	c.v2, c.v2cpu, c.v2memory = version2(hierarchies.v2)
	if !c.v2cpu {
		c.cpu1 = version1(hierarchies.cpu1, "cpu.cfs_quota_us")
	}
	if !c.v2memory {
		c.mem1 = version1(hierarchies.mem1, "memory.limit_in_bytes")
	}
	switch {
	case c.v2cpu:
		c.knobs["cpu"] = "cgroup v2 cpu.max"
	case c.cpu1 != nil:
		c.knobs["cpu"] = "cgroup v1 cpu.cfs_quota_us"
	default:
		c.knobs["cpu"] = "not enforced: no cpu cgroup can be made here (run as root, or in a session with delegated controllers)"
	}
	switch {
	case c.v2memory:
		c.knobs["memory"] = "cgroup v2 memory.max, peak from memory.peak or VmHWM"
	case c.mem1 != nil:
		c.knobs["memory"] = "cgroup v1 memory.limit_in_bytes, peak from memory.max_usage_in_bytes or VmHWM"
	default:
		c.knobs["memory"] = "not enforced: no memory cgroup can be made here; peak from VmHWM, summed over the processes"
	}
	c.knobs["kill"] = "cgroup v2 cgroup.kill"
	if c.v2 == nil {
		c.knobs["kill"] = "signals to the process tree: no cgroup v2 can be made here"
	}
	if freeze == "" {
		freeze = freezeSignal
		if c.v2 != nil {
			freeze = freezeCgroup2
		}
	}
	switch freeze {
	case freezeCgroup2:
		if c.v2 == nil {
			return nil, errors.Join(errors.New("freeze by cgroup2: no cgroup v2 can be made here; choose sigstop or off"), c.close())
		}
	case freezeSignal, freezeOff:
	default:
		return nil, errors.Join(fmt.Errorf("freeze is %q, want %s, %s or %s", freeze, freezeCgroup2, freezeSignal, freezeOff), c.close())
	}
	c.freeze, c.knobs["freeze"] = freeze, freeze
	return c, nil
}

func (c *cages) close() error {
	return errors.Join(c.v2.close(), c.cpu1.close(), c.mem1.close())
}

// hierarchies are the directories of the cgroups in which this program runs;
// empty where the hierarchy is not mounted.
type hierarchies struct{ v2, cpu1, mem1 ancestry }

// ancestry is where groups may be made: the own cgroup, and the ones above it.
type ancestry struct{ own, root string }

func (a ancestry) directories() []string {
	if a.own == "" {
		return nil
	}
	dirs := []string{a.own}
	for dir := a.own; dir != a.root && len(dir) > len(a.root); {
		dir = filepath.Dir(dir)
		dirs = append(dirs, dir)
	}
	return dirs
}

func findHierarchies() (hierarchies, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return hierarchies{}, fmt.Errorf("find cgroups: %w", err)
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return hierarchies{}, fmt.Errorf("find cgroups: %w", err)
	}
	return parseHierarchies(string(mounts), string(own)), nil
}

// parseHierarchies reads /proc/self/mountinfo and /proc/self/cgroup.
func parseHierarchies(mounts, own string) hierarchies {
	paths := map[string]string{} // controller, or "" for version 2, to cgroup
	for line := range strings.Lines(own) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(parts) == 3 {
			for controller := range strings.SplitSeq(parts[1], ",") {
				paths[controller] = parts[2]
			}
		}
	}
	var h hierarchies
	for line := range strings.Lines(mounts) {
		before, after, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " - ")
		mount, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(mount) < 5 || len(kind) < 3 {
			continue
		}
		switch kind[0] {
		case "cgroup2":
			h.v2 = inside(mount[4], mount[3], paths[""])
		case "cgroup":
			for option := range strings.SplitSeq(kind[2], ",") {
				switch option {
				case "cpu":
					h.cpu1 = inside(mount[4], mount[3], paths["cpu"])
				case "memory":
					h.mem1 = inside(mount[4], mount[3], paths["memory"])
				}
			}
		}
	}
	return h
}

// inside finds the directory of a cgroup under a mount point that shows the
// hierarchy from root on. A cgroup outside of that has the mount point itself.
func inside(point, root, cgroup string) ancestry {
	rest, ok := strings.CutPrefix(path.Clean(cgroup), strings.TrimSuffix(path.Clean(root), "/"))
	if !ok || strings.HasPrefix(rest, "/..") || (rest != "" && rest[0] != '/') {
		rest = ""
	}
	return ancestry{own: filepath.Join(point, rest), root: point}
}

// version2 makes a group of version 2: the nearest that has the controllers,
// else the nearest that can be made at all.
func version2(a ancestry) (g *group, cpu, memory bool) {
	for _, dir := range a.directories() {
		made, err := makeGroup(dir)
		if err != nil {
			continue
		}
		has, err := os.ReadFile(filepath.Join(made.path, "cgroup.controllers"))
		if err == nil {
			enable := func(controller string) bool {
				return strings.Contains(" "+strings.TrimSpace(string(has))+" ", " "+controller+" ") &&
					writeFile(filepath.Join(made.path, "cgroup.subtree_control"), "+"+controller) == nil
			}
			cpu, memory = enable("cpu"), enable("memory")
		}
		if cpu || memory {
			_ = g.close()
			return made, cpu, memory
		}
		if g == nil && canEnter(made) {
			g = made
		} else {
			_ = made.close()
		}
	}
	return g, false, false
}

// canEnter says whether processes may be put there: an unprivileged user may
// make a cgroup in more places than move a process to.
func canEnter(g *group) bool {
	f, err := os.OpenFile(filepath.Join(g.parent, "cgroup.procs"), os.O_WRONLY, 0)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// version1 makes a group of a controller of version 1, if it has that knob.
func version1(a ancestry, knob string) *group {
	if a.own == "" {
		return nil
	}
	g, err := makeGroup(a.own)
	if err != nil {
		return nil
	}
	if unix.Access(filepath.Join(g.path, knob), unix.W_OK) != nil || unix.Access(filepath.Join(g.parent, "tasks"), unix.W_OK) != nil {
		_ = g.close()
		return nil
	}
	return g
}

// makeGroup makes and locks this program's group inside a cgroup, after it has
// removed those of programs that are no more.
func makeGroup(parent string) (*group, error) {
	stale, err := filepath.Glob(filepath.Join(parent, groupPrefix+"*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range stale {
		if lock, err := lockGroup(dir); err == nil {
			_ = sweep(dir) // the next start tries again
			lock.Close()
		}
	}
	for try := 0; ; try++ {
		dir := filepath.Join(parent, fmt.Sprintf("%s%d-%d", groupPrefix, os.Getpid(), time.Now().UnixNano()))
		if err := os.Mkdir(dir, 0o755); err != nil {
			return nil, err
		}
		lock, err := lockGroup(dir)
		if err == nil {
			if _, err = os.Stat(filepath.Join(dir, "cgroup.procs")); err == nil {
				return &group{parent: parent, path: dir, lock: lock}, nil
			}
			lock.Close()
		}
		// Another start may have taken it for a stale one before it was locked.
		if try == 3 {
			_ = os.Remove(dir)
			return nil, fmt.Errorf("lock cgroup %s: %w", dir, err)
		}
	}
}

func lockGroup(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// sweep removes a group and the cages in it, and kills what is still there.
func sweep(dir string) error {
	children, err := filepath.Glob(filepath.Join(dir, "*", "cgroup.procs"))
	if err != nil {
		return err
	}
	var errs []error
	for _, procs := range children {
		child := filepath.Dir(procs)
		_ = writeFile(filepath.Join(child, "cgroup.kill"), "1") // version 1 has none, and nothing alone in it
		errs = append(errs, removeGroup(child))
	}
	return errors.Join(append(errs, removeGroup(dir))...)
}

// removeGroup removes an empty cgroup. One whose last process has just ended is
// busy until the kernel has taken that process apart.
func removeGroup(dir string) error {
	deadline := time.Now().Add(killPatience)
	for wait := 50 * time.Microsecond; ; wait = min(2*wait, 10*time.Millisecond) {
		err := os.Remove(dir)
		if err == nil || errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			return fmt.Errorf("remove cgroup: %w", err)
		}
		time.Sleep(wait)
	}
}
