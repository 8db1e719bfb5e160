// Package workflow benchmarks a deployed stack: the state machine
// (workflow.asl.json, [Definition]) and the runner behind its tasks, one Lambda
// handler, [Runner.Handle], with these actions.
//
//	begin    takes the lease, stores the run, returns the rounds
//	order    the functions of a round, in seeded order
//	visit    takes samples of one function until the visit is done or time is short;
//	         while Lambda takes a snapshot it answers how long to wait
//	restore  gives the function its original configuration back, and after the last
//	         round deletes the version that the run has published
//	fail     stores that a visit failed; the rest of the run continues
//	finish   ends the run and releases the lease
//
// Invocations share state only through the [Store]. A sample is stored before the
// next is taken, and a visit that continues reads the stored samples, so nothing is
// measured twice. A function's original configuration is stored before it is changed
// for the first time, so that restore works after the runner was killed. A published
// version has the run in its description, so that it is found whatever was killed.
//
// States carry references and counts; samples and results never go through them.
// Errors that the state machine retries have types of their own (errors.go).
//
// Package bench takes the samples, and package collect completes their records.
package workflow
