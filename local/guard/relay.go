package guard

import (
	"os"
	"time"
)

// together is how far apart the two halves of one signal to a process group may
// arrive at the guard and the keeper.
const together = 100 * time.Millisecond

// relay passes on the signals that the keeper got itself (direct) or that the
// guard got (guards), until the guard's end. One that both got was sent to the
// process group, by the terminal for example: the worker has it already.
func relay(direct, guards <-chan os.Signal, send func(os.Signal)) {
	type half struct {
		signal     os.Signal
		fromGuard  bool
		unanswered <-chan time.Time
	}
	var waiting []half
	take := func(s os.Signal, fromGuard bool) {
		for i, h := range waiting {
			if h.signal == s && h.fromGuard != fromGuard {
				waiting = append(waiting[:i], waiting[i+1:]...)
				return
			}
		}
		waiting = append(waiting, half{s, fromGuard, time.After(together)})
	}
	for {
		var oldest <-chan time.Time
		if len(waiting) > 0 {
			oldest = waiting[0].unanswered
		}
		select {
		case s := <-direct:
			take(s, false)
		case s, ok := <-guards:
			if !ok {
				return
			}
			take(s, true)
		case <-oldest:
			send(waiting[0].signal)
			waiting = waiting[1:]
		}
	}
}
