package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseHierarchies(t *testing.T) {
	tests := []struct {
		name, mounts, own string
		want              hierarchies
	}{
		{"version 2 only",
			"30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
			"0::/user.slice/user-1000.slice/a.scope\n",
			hierarchies{v2: ancestry{"/sys/fs/cgroup/user.slice/user-1000.slice/a.scope", "/sys/fs/cgroup"}}},
		{"hybrid",
			"1 0 0:1 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n2 0 0:2 / /sys/fs/cgroup/memory rw shared:3 - cgroup cgroup rw,memory\n3 0 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			"4:memory:/nested/one\n1:cpu,cpuacct:/\n0::/\n",
			hierarchies{v2: ancestry{"/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"}, cpu1: ancestry{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu"},
				mem1: ancestry{"/sys/fs/cgroup/memory/nested/one", "/sys/fs/cgroup/memory"}}},
		{"container that shows a part",
			"30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/docker/abc/child\n",
			hierarchies{v2: ancestry{"/sys/fs/cgroup/child", "/sys/fs/cgroup"}}},
		{"outside of what is shown",
			"30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/../other\n",
			hierarchies{v2: ancestry{"/sys/fs/cgroup", "/sys/fs/cgroup"}}},
		{"none", "1 0 0:1 / / rw - ext4 /dev/vda rw\ngarbage\n", "", hierarchies{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := parseHierarchies(tt.mounts, tt.own)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(hierarchies{}, ancestry{})); diff != "" {
				t.Errorf("hierarchies (-want +got):\n%s", diff)
			}
		})
	}
}

// TestStaleGroups leaves a group as a killed program does, and one of a program
// that lives: the next start removes the first only.
func TestStaleGroups(t *testing.T) {
	h, err := findHierarchies()
	if err != nil {
		t.Fatal(err)
	}
	stale, err := makeGroup(h.v2.own)
	if err != nil {
		t.Skip("no cgroup v2 can be made here: ", err)
	}
	if _, err := stale.child("environment-1"); err != nil {
		t.Fatal(err)
	}
	stale.lock.Close() // as death does
	alive, err := makeGroup(h.v2.own)
	if err != nil {
		t.Fatal(err)
	}
	defer alive.close()
	if _, err := os.Stat(stale.path); !os.IsNotExist(err) {
		t.Errorf("the stale group is still there: %v", err)
	}
	next, err := makeGroup(h.v2.own)
	if err != nil {
		t.Fatal(err)
	}
	defer next.close()
	if _, err := os.Stat(alive.path); err != nil {
		t.Errorf("a living program's group was removed: %v", err)
	}
}

// TestDescendants finds what has been orphaned but has stayed in the session.
func TestDescendants(t *testing.T) {
	found := descendants(os.Getpid())
	if len(found) == 0 {
		t.Error("a process does not belong to itself")
	}
	if got := descendants(0); got != nil {
		t.Errorf("no process has descendants %v", got)
	}
}

// quotaOf reads the CPU share that a cage has.
func quotaOf(t *testing.T, g *cage) string {
	t.Helper()
	for _, path := range []string{filepath.Join(g.v2, "cpu.max"), filepath.Join(g.cpu1, "cpu.cfs_quota_us")} {
		if b, err := os.ReadFile(path); err == nil {
			return strings.Fields(string(b))[0]
		}
	}
	return ""
}

func TestCPUShare(t *testing.T) {
	c, err := detectCages("")
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if strings.HasPrefix(c.knobs["cpu"], "not enforced") {
		t.Skip(c.knobs["cpu"])
	}
	s := newSpawner(c)
	defer s.close()
	b := s.spawn([]string{"/bin/sleep", "1000"}, &os.ProcAttr{}, func(*cage) {})
	if b.err != nil {
		t.Fatal(b.err)
	}
	defer func() {
		if err := b.cage.kill(); err != nil {
			t.Error(err)
		}
		_, _ = b.process.Wait()
		s.rest()
		if err := b.cage.remove(); err != nil {
			t.Error(err)
		}
	}()
	emulated := environment{config: Config{MemoryMB: 512, Emulated: true}, process: &process{cage: b.cage}}
	emulated.limitCPU()
	if got := quotaOf(t, b.cage); got != "-1" && got != "max" {
		t.Errorf("the quota is %s before one is set", got)
	}
	plain := environment{config: Config{MemoryMB: 1769}, process: &process{cage: b.cage}}
	plain.limitCPU()
	if got := quotaOf(t, b.cage); got != "20000" {
		t.Errorf("the quota of 1769 MB is %s, want 20000 of 20000", got)
	}
	for memoryMB, want := range map[int]string{128: "1447", 1: "1000", 512: "5788", 1769: "20000", 10240: "115771"} {
		if err := b.cage.limitCPU(memoryMB); err != nil {
			t.Fatal(err)
		}
		if got := quotaOf(t, b.cage); got != want {
			t.Errorf("the quota for %d MB is %s, want %s of 20000", memoryMB, got, want)
		}
	}
}
