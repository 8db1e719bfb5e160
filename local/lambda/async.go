package lambda

import (
	"errors"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

// How asynchronous invocations are retried, as on AWS: an error of the
// function twice, after one and two minutes; a refusal or a failure of the
// service with a growing wait until the event is too old.
const (
	maximumRetryAttempts = 2
	errorWait            = time.Minute
	throttleFirst        = time.Second
	throttleLast         = 5 * time.Minute
	maximumEventAge      = 6 * time.Hour
)

// deliver invokes a function with an event until that succeeds or is given up.
// The qualifier is followed anew each time, since an alias may have moved.
func (s *Service) deliver(r reference, i sandbox.Invocation) {
	accepted := time.Now()
	failures, throttled := 0, throttleFirst
	for {
		var wait time.Duration
		switch reason, again := s.attempt(r, i); {
		case reason == "":
			return
		case !again:
			s.giveUp(r, i, reason)
			return
		case reason == functionFailed:
			if failures++; failures > maximumRetryAttempts {
				s.giveUp(r, i, reason)
				return
			}
			wait = time.Duration(failures) * errorWait
		default:
			wait, throttled = throttled, min(2*throttled, throttleLast)
		}
		if time.Since(accepted)+wait > maximumEventAge {
			s.giveUp(r, i, "the event is too old")
			return
		}
		select {
		case <-time.After(wait):
		case <-s.lifetime.context.Done():
			return
		}
	}
}

const functionFailed = "the function failed"

// attempt tries once. The reason is empty after a success; again says whether
// another attempt can help.
func (s *Service) attempt(r reference, i sandbox.Invocation) (reason string, again bool) {
	v, err := s.version(r)
	if err != nil {
		return err.Error(), false
	}
	out, err := v.invoke(s.lifetime.context, i, true)
	switch {
	case err != nil:
		return err.Error(), !errors.Is(err, s.lifetime.context.Err())
	case out.FunctionError != "":
		return functionFailed, true
	}
	return "", false
}

func (s *Service) giveUp(r reference, i sandbox.Invocation, reason string) {
	s.options.Progress("%s: event %s is given up: %s", r.name, i.RequestID, reason)
}
