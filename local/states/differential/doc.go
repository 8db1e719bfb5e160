// Package differential holds a test and nothing else: it executes the same state
// machines, with the same scripted tasks, by package states and by an
// interpreter that others wrote, npm's aws-local-stepfunctions, and compares what
// comes out.
//
// The machines are the stack's own workflow, some by hand, and some hundreds from
// a seeded generator. Where the two differ, the language's specification, AWS's
// documentation and executions recorded on AWS decide who is right: either package
// states is mended, or the difference gets a row in the list of deviations, which
// pins what both do, so that a row that is no longer true fails.
//
// It is a folder of its own so that package states is tested without npm. Where
// npm or node is missing the test is skipped and says so.
package differential
