package pace

import (
	"math"
	"time"
)

// Cursor walks through one shard's arrivals in order.
type Cursor struct {
	schedule Schedule
	shard    int64
	shards   int64

	index int64 // of the next arrival of the whole schedule

	// Constant and trace.
	arrivals int64 // of the whole schedule
	window   int64 // that order holds
	order    []int32

	// Poisson: the sum of the gaps so far, in arrivals at a rate of one.
	sum float64

	// The phase that the cursor is in: when it began, and what the count was then.
	phase int
	began time.Duration
	base  float64
}

// Shard returns the arrivals that fall to shard i of n: every n-th one, so that
// each shard's are as even as the whole. The union over all i is Shard(0, 1).
func (s Schedule) Shard(i, n int) *Cursor {
	c := &Cursor{schedule: s, shard: int64(i), shards: int64(n), index: int64(i), window: -1}
	if s.Process == Poisson {
		c.index = 0
	} else {
		c.arrivals = s.arrivals()
		c.order = make([]int32, s.Targets)
	}
	return c
}

// Next returns the next arrival, or false at the end of the schedule.
func (c *Cursor) Next() (Arrival, bool) {
	if c.schedule.Process == Poisson {
		return c.nextPoisson()
	}
	if c.index >= c.arrivals {
		return Arrival{}, false
	}
	targets := int64(c.schedule.Targets)
	window, place := c.index/targets, c.index%targets
	if window != c.window {
		c.window = window
		shuffle(c.order, c.schedule.Seed, uint64(window))
	}
	a := Arrival{Index: c.index, Target: int(c.order[place])}
	if len(c.schedule.Trace) > 0 {
		a.At = c.traced(window, place)
	} else {
		a.At = c.reach(float64(c.index) / c.schedule.perCount())
	}
	c.index += c.shards
	return a, true
}

// nextPoisson has to walk over the other shards' arrivals: a sum of gaps has no shortcut.
func (c *Cursor) nextPoisson() (Arrival, bool) {
	scale := c.schedule.perCount()
	end := c.schedule.count() * scale
	for {
		draw := mix(c.schedule.Seed, uint64(c.index))
		c.sum += exponential(draw)
		if c.sum >= end {
			return Arrival{}, false
		}
		index := c.index
		c.index++
		if index%c.shards == c.shard {
			target := below(mix(draw, targetSalt), uint64(c.schedule.Targets))
			return Arrival{Index: index, At: c.reach(c.sum / scale), Target: int(target)}, true
		}
	}
}

func (c *Cursor) traced(window, place int64) time.Duration {
	trace := c.schedule.Trace
	at := trace[window]
	if place > 0 && window+1 < int64(len(trace)) {
		at += (trace[window+1] - at) * time.Duration(place) / time.Duration(c.schedule.Targets)
	}
	return at
}

// reach is when the count reaches n. Calls must ascend.
func (c *Cursor) reach(n float64) time.Duration {
	phases := c.schedule.Phases
	for c.phase < len(phases)-1 {
		count := phases[c.phase].count()
		if n < c.base+count-1e-9 {
			break
		}
		c.base += count
		c.began += phases[c.phase].Duration
		c.phase++
	}
	return c.began + phases[c.phase].offset(n-c.base)
}

const targetSalt = 0x7461726765747300 // keeps the draw of a target apart from the draw of a gap

// mix is one step of splitmix64 with the stream folded in: a well-mixed function
// of two numbers, so that arrival i needs no state of the arrivals before it.
func mix(seed, i uint64) uint64 {
	z := seed ^ (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	return z ^ z>>31
}

// exponential turns 64 random bits into a gap with mean 1.
func exponential(bits uint64) float64 {
	u := (float64(bits>>11) + 0.5) / (1 << 53) // inside (0, 1)
	return -math.Log(u)
}

// below maps 64 random bits onto [0, n). For n of a few targets the bias is under 1e-18.
func below(bits, n uint64) uint64 {
	return uint64((float64(bits>>11) / (1 << 53)) * float64(n))
}

// shuffle puts 0..len-1 into the order of a window.
func shuffle(order []int32, seed, window uint64) {
	for i := range order {
		order[i] = int32(i)
	}
	if len(order) < 2 {
		return
	}
	stream := mix(seed, window)
	for i := len(order) - 1; i > 0; i-- {
		j := below(mix(stream, uint64(i)), uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
}

// Order is the sequence of targets of a closed loop, which has no times: in every
// window each target has its turn once, in seeded random order.
type Order struct {
	seed  uint64
	next  int64
	order []int32
}

// NewOrder begins the sequence of a seed.
func NewOrder(seed uint64, targets int) *Order {
	return &Order{seed: seed, order: make([]int32, targets)}
}

// Next is the next target.
func (o *Order) Next() int {
	n := int64(len(o.order))
	if o.next%n == 0 {
		shuffle(o.order, o.seed, uint64(o.next/n))
	}
	target := o.order[o.next%n]
	o.next++
	return int(target)
}
