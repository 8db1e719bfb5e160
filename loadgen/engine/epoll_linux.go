package engine

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

const epollWorks = true

// ratePerShard is the most requests a second that one sending thread is given. Above some
// 40,000 a second a thread has no time to sleep.
const ratePerShard = 50_000

// epoll is the engine of shards.
type epoll struct {
	*setup
	pollers []*poller // one per shard
}

func newEpoll(s *setup) (Engine, error) {
	n := s.Shards
	if n == 0 {
		n = runtime.NumCPU()
		if s.Closed == nil {
			n = min(n, int(math.Ceil(s.Schedule.PeakRate()/ratePerShard)))
		}
	}
	e := &epoll{setup: s}
	for range max(1, min(n, s.MaxConns)) {
		p, err := newPoller(false)
		if err != nil {
			for _, p := range e.pollers {
				p.close()
			}
			return nil, fmt.Errorf("engine: %w", err)
		}
		e.pollers = append(e.pollers, p)
	}
	return e, nil
}

func (e *epoll) Name() string { return Epoll }
func (e *epoll) Shards() int  { return len(e.pollers) }

func (e *epoll) Run(ctx context.Context, recorders []Recorder) Report {
	defer tune(len(e.pollers))()
	dialing, stopDialing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopDialing()

	var shards []*shard
	for i := range e.pollers {
		s := e.newShard(dialing, i, recorders[i])
		defer s.close()
		shards = append(shards, s)
	}
	e.warm(ctx, shards)

	report := Report{Started: time.Now()}
	if e.Started != nil {
		e.Started(report.Started)
	}
	var running sync.WaitGroup
	for _, s := range shards {
		s.zero = report.Started
		running.Go(func() {
			// The thread is not unlocked: it has scheduler settings of its own, and ends with the goroutine.
			runtime.LockOSThread()
			s.run()
		})
	}
	over := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-ctx.Done():
			for _, s := range shards {
				s.interrupted.Store(true)
				s.wake()
			}
		case <-over:
		}
	})
	running.Wait()
	report.Elapsed = time.Since(report.Started)
	close(over)
	watching.Wait()

	busy := 0.0
	for _, s := range shards {
		report.LastTaken = max(report.LastTaken, s.lastTaken)
		report.Interrupted = report.Interrupted || s.ending
		busy = max(busy, s.busy())
	}
	if e.Closed != nil {
		report.LastTaken = min(report.Elapsed, e.Closed.Duration)
	}
	report.Busy = &busy
	return report
}

// tune sets the Go runtime up for shards, and returns what undoes it.
func tune(shards int) (restore func()) {
	// A shard that returns from a system call needs one of the runtime's processors at once, so
	// there are more of them than shards, even on one core.
	processors := runtime.GOMAXPROCS(0)
	if processors < shards+2 {
		runtime.GOMAXPROCS(shards + 2)
	}
	// There is little garbage: collecting it twice as often as usual had no measurable cost and
	// saved a third of the memory.
	const percent = 50
	garbage := debug.SetGCPercent(percent)
	if garbage < percent { // GOGC asks for less, or turns it off
		debug.SetGCPercent(garbage)
	}
	return func() {
		runtime.GOMAXPROCS(processors)
		debug.SetGCPercent(garbage)
	}
}

// warm looks names up and makes the first connections, for no longer than the timeout of a
// request. A failure is not counted here: the requests that need the connection count it.
func (e *epoll) warm(ctx context.Context, shards []*shard) {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	for _, o := range e.origins {
		o.resolve(ctx)
	}
	for _, s := range shards {
		for _, p := range s.pools {
			n := p.quota
			if e.Closed == nil {
				n = e.warmConns(p.origin, s.bounds.maxConns, len(shards))
			}
			s.warm(ctx, p, min(n, s.bounds.maxConns-s.bounds.conns))
		}
	}
}

// warm makes n connections. How long the first one takes decides how many are made at once; if
// one fails, no more are tried.
func (s *shard) warm(ctx context.Context, p *pool[*socket], n int) {
	for n > 0 {
		atOnce := min(n, p.budget.limit())
		if p.conns == 0 {
			atOnce = 1
		}
		var dials sync.WaitGroup
		for range atOnce {
			p.dialStarted()
			dials.Go(func() { s.post(s.dial(ctx, p)) })
		}
		dials.Wait()
		before := p.conns
		s.collect()
		if p.conns < before+atOnce {
			return
		}
		n -= atOnce
	}
}

// newShard makes a shard with all that it needs.
func (e *epoll) newShard(dialing context.Context, i int, r Recorder) *shard {
	s := &shard{
		setup: e.setup, poller: e.pollers[i], recorder: r, dialing: dialing, precise: e.Pace != Eco,
		bounds: bounds{maxConns: share(e.MaxConns, i, len(e.pollers)), maxQueue: share(e.MaxQueue, i, len(e.pollers))},
		buffer: make([]byte, 64<<10),
	}
	for _, o := range e.origins {
		p := &pool[*socket]{origin: o, bounds: &s.bounds}
		s.pools = append(s.pools, p)
		if e.Closed != nil {
			p.quota = e.quota(o, s.bounds.maxConns, i)
			s.orders = append(s.orders, pace.NewOrder(e.Closed.Seed+uint64(i*len(e.origins)+o.index), len(o.targets)))
		}
	}
	if e.Closed == nil {
		s.cursor = e.Schedule.Shard(i, len(e.pollers))
		s.next, s.more = s.cursor.Next()
	}
	return s
}
