// Package threshold reads and judges the conditions under which a run fails, such as
//
//	p99>300ms                                 any target's 99th percentile of latency
//	esmodule.p99>commonjs.p99                 one target against another
//	esmodule.first.p50>commonjs.first.p50     the first requests of environments
//	esmodule.first.provisioned.p50>20ms       those of provisioned environments
//	errors>0.1%                               the share of requests without an answer
//	esmodule.firstByte.max>=1s                another clock
//	nodejs22.x/arm64/512.cold.p50>300ms       a cell's cold starts: init and first duration
//	java.cold.p50>3s                          those of every cell of Java
//	arm64.warm.p50>x86_64.warm.p50            each arm64 cell against the same on x86_64
//	go.sha256.cold.init.p90>1s                another workload than hello, and another metric
//
// A percentile against a limit is judged by its interval: the condition is breached if
// the whole interval lies beyond the limit, passed if none of it does, and otherwise
// not decided. So is one percentile against another, unless both are the same figure
// of two targets or of two cells: then the word of the judged difference is the
// outcome. Identical targets breach such a condition in one of forty load tests, and
// not in half of them. The medians by which cells have places are beyond each other
// only where the places tell the two apart as well, so that a condition and the
// ranking never say two things.
//
// The mean, the smallest and the largest value and the numbers of requests are what was
// measured, and are compared with a limit as they are.
//
// A target or a cell that has nothing to be judged by breaches a condition, and so does
// a percentile of which requests without an answer leave a lower bound only: a gate that
// cannot see does not let pass.
//
// Which conditions there are, and what follows from an outcome, is the caller's
// business.
package threshold
