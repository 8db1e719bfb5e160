package sandbox

import (
	"bytes"
	"os"
	"strconv"
)

// descendants are the living processes that belong to one: its descendants, and
// what is in its process group or its session, which a parent that has ended
// does not change. It is for machines where no cgroup can be made; a process
// that was orphaned and has left its session can hide from it.
func descendants(root int) []int {
	if root == 0 {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	type process struct{ pid, parent, group, session int }
	var all []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		b, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		// The name in parentheses may hold anything, even parentheses.
		fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(fields) < 4 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
			continue
		}
		number := func(i int) int { n, _ := strconv.Atoi(string(fields[i])); return n }
		all = append(all, process{pid, number(1), number(2), number(3)})
	}
	found := map[int]bool{}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !found[p.pid] && (p.pid == root || found[p.parent] || p.group == root || p.session == root) {
				found[p.pid], grown = true, true
			}
		}
	}
	pids := make([]int, 0, len(found))
	for pid := range found {
		pids = append(pids, pid)
	}
	return pids
}
