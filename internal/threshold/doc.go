// Package threshold reads and judges the conditions under which a load test
// fails, such as
//
//	p99>300ms                      any target's 99th percentile of latency
//	esmodule.p99>commonjs.p99      one target against another
//	errors>0.1%                    the share of requests without an answer
//	esmodule.firstByte.max>=1s     another clock
//
// A condition that cannot be judged is breached: a gate that cannot see does not let
// pass. That is so where a target has nothing to be judged by, and where requests
// without an answer leave open how far a percentile is above its lower bound. A
// percentile that the number of samples does not bear is judged by the value at its
// rank, and the reason says so.
//
// Which conditions there are, and what follows from a breach, is the caller's
// business.
package threshold
