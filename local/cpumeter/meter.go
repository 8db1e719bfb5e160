package cpumeter

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// interval is the time between two readings. The system counts in steps of 10 ms,
// which are 1 % of it.
const interval = time.Second

// Meter reads the counters of the system, once per interval, until it is closed.
type Meter struct {
	stop context.CancelFunc
	done sync.WaitGroup

	mu      sync.Mutex
	windows []window
}

// window is the time between two readings.
type window struct {
	from, to time.Time
	// others is the share of the machine's processor time that other programs took.
	others float64
}

// Start starts a meter. The error says why this system offers no such counters.
func Start() (*Meter, error) {
	before, err := read()
	if err != nil {
		return nil, fmt.Errorf("measure what other programs take of the processors: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	m := &Meter{stop: stop}
	m.done.Go(func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for ended := false; !ended; {
			select {
			case <-tick.C:
			case <-ctx.Done():
				ended = true
			}
			after, err := read()
			if err != nil {
				continue // the next window is longer
			}
			m.add(before, after)
			before = after
		}
	})
	return m, nil
}

// Close ends the meter. What it has measured stays.
func (m *Meter) Close() error {
	m.stop()
	m.done.Wait()
	return nil
}

func (m *Meter) add(before, after reading) {
	share, ok := others(before, after)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.windows = append(m.windows, window{before.at, after.at, share})
}

// Others is the share of the machine's processor time, from 0 to 1, that other
// programs took between two times. It is not known of times of which less than half
// was measured. Times that are shorter than a second get the share of the second
// around them.
func (m *Meter) Others(from, to time.Time) (share float64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var measured time.Duration
	var taken float64
	for _, w := range m.windows {
		start, end := w.from, w.to
		if from.After(start) {
			start = from
		}
		if to.Before(end) {
			end = to
		}
		if overlap := end.Sub(start); overlap > 0 {
			measured += overlap
			taken += w.others * float64(overlap)
		}
	}
	if measured == 0 || measured < to.Sub(from)/2 {
		return 0, false
	}
	return taken / float64(measured), true
}

// reading is the state of the counters at one time.
type reading struct {
	at time.Time
	// processors is how many there are.
	processors int
	// idle is for how long they had nothing to do, summed over all of them.
	idle time.Duration
	// own is the processor time of this program and of all that it has started.
	own time.Duration
	// held is for how long the limit of this program's container held it up.
	held time.Duration
}

// others is the share that other programs took between two readings: what was used
// and not by this program, and for how long a container's limit held it up. A
// hypervisor's share is in it, as this system counts it as not idle. The kernel's
// pressure (PSI) is of no use here: threads that wait for each other, and functions that
// are held to their share of a processor, are in it too.
func others(before, after reading) (float64, bool) {
	wall := after.at.Sub(before.at)
	if wall <= 0 || after.processors == 0 {
		return 0, false
	}
	used := time.Duration(after.processors)*wall - (after.idle - before.idle)
	share := float64(used-(after.own-before.own)) / float64(time.Duration(after.processors)*wall)
	share += float64(after.held-before.held) / float64(wall)
	return max(0, min(1, share)), true
}
