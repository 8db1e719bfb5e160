// Package threshold reads and judges the conditions under which a load test
// fails, such as
//
//	p99>300ms                      any target's 99th percentile of latency
//	esmodule.p99>commonjs.p99      one target against another
//	errors>0.1%                    the share of requests without an answer
//	esmodule.firstByte.max>=1s     another clock
//
// A percentile against a limit is judged by its interval: the condition is breached if
// the whole interval lies beyond the limit, passed if none of it does, and otherwise
// not decided. So is one percentile against another, unless both are latencies of two
// targets at the same percentile: then the word of the judged difference is the
// outcome. Identical targets breach such a condition in one of forty load tests, and
// not in half of them.
//
// The mean, the smallest and the largest value and the numbers of requests are what was
// measured, and are compared with a limit as they are.
//
// A target that has nothing to be judged by breaches a condition, and so does a
// percentile of which requests without an answer leave a lower bound only: a gate that
// cannot see does not let pass.
//
// Which conditions there are, and what follows from an outcome, is the caller's
// business.
package threshold
