package cpumeter

import (
	"math"
	"testing"
	"time"
)

func TestOthers(t *testing.T) {
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	// reading is after a time on two processors, which were idle and used by us.
	after := func(wall, idle, own time.Duration) reading {
		return reading{at: at.Add(wall), processors: 2, idle: idle, own: own}
	}
	held := func(r reading, d time.Duration) reading { r.held = d; return r }
	start := reading{at: at, processors: 2}
	for _, row := range []struct {
		name          string
		before, after reading
		want          float64
	}{
		{"nothing runs", start, after(time.Second, 2*time.Second, 0), 0},
		{"we alone", start, after(time.Second, time.Second, time.Second), 0},
		{"others use a processor", start, after(time.Second, 0, time.Second), 0.5},
		{"others use a processor of two seconds", start, after(2*time.Second, 0, 2*time.Second), 0.5},
		{"a hypervisor uses half of each", start, after(time.Second, 0, time.Second), 0.5},
		{"counters that round in our favour", start, after(time.Second, time.Second, 1010*time.Millisecond), 0},
		{"a container's limit", start, held(after(time.Second, time.Second, time.Second), 300*time.Millisecond), 0.3},
		{"never more than all", start, held(after(time.Second, 0, 0), time.Second), 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, ok := others(row.before, row.after); !ok || math.Abs(got-row.want) > 1e-9 {
				t.Errorf("%v, %v; want %v", got, ok, row.want)
			}
		})
	}
	if _, ok := others(start, start); ok {
		t.Error("no time has passed, and yet a share is known")
	}
}

func TestMeterOthers(t *testing.T) {
	second := func(n float64) time.Time { return time.Unix(0, 0).Add(time.Duration(n * float64(time.Second))) }
	m := Meter{windows: []window{
		{second(0), second(1), 0.1}, {second(1), second(2), 0.5}, {second(2), second(3), 0},
	}}
	for _, row := range []struct {
		name     string
		from, to float64
		want     float64
		known    bool
	}{
		{"within a second", 0.2, 0.3, 0.1, true},
		{"no time at all has no share", 0.2, 0.2, 0, false},
		{"over a border", 0.75, 1.25, 0.3, true},
		{"more of one second than of the other", 0.9, 1.9, 0.46, true},
		{"three seconds", 0, 3, 0.2, true},
		{"partly before the first reading", -0.5, 0.5, 0.1, true},
		{"mostly before it", -1, 0.5, 0, false},
		{"after the last", 3.1, 3.2, 0, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, known := m.Others(second(row.from), second(row.to)); known != row.known || math.Abs(got-row.want) > 1e-9 {
				t.Errorf("%v, %v; want %v, %v", got, known, row.want, row.known)
			}
		})
	}
}
