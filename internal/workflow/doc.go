// Package workflow is the runner behind the state machine that benchmarks a
// stack (stack/workflow.asl.json): one Lambda handler, [Runner.Handle], with an
// action for each of its tasks.
//
//	begin    takes the lease, writes the run down, says how many rounds there are
//	order    the functions of a round, in seeded order
//	visit    takes samples of one function until the visit is done or time is short
//	restore  gives the function its original configuration back
//	fail     writes down that a visit failed; the rest of the run goes on
//	finish   ends the run and releases the lease
//
// No invocation needs to know of another: what has to outlive one is in the
// [Store]. A sample is stored before the next is taken, and a visit that comes
// back reads what is stored, so nothing is measured twice. A function's original
// configuration is stored before it is changed for the first time, so that
// restore works after the runner was killed.
//
// States carry references and counts; samples and results never go through them.
// What the state machine should retry has an error type of its own (errors.go).
//
// How samples are taken is package bench's business, what becomes of their
// records package collect's, and the order of the states is the state machine's.
package workflow
