// Package sandbox runs execution environments: a real process behind a Lambda
// Runtime API of its own, for every one of them.
//
// A [Host] starts environments and enforces what the machine lets it enforce
// (freezing between invocations, CPU share by memory size, killing whole
// process trees, peak memory); [Host.Knobs] says how, and what it cannot.
// Nothing here knows which function versions, aliases or pools there are: that
// is package lambda's. Which interpreter runs a function is package runtimes'.
//
// How an environment is built: one goroutine owns its state and everything that
// changes it ([environment.own]); the connections of the Runtime API, the
// process's exit, the callers of Invoke and the clock only send it messages.
// Each route of the Runtime API has its file: next.go, response.go, error.go,
// initerror.go and extension.go; routes.go answers the others. An invocation
// costs no more goroutine switches than that: the owner writes the event to the
// connection that is parked on /next itself.
//
// A Runtime API answers one user: on Linux the kernel is asked once for each
// connection whose it is. A request that a web page could have sent is refused.
//
// The log has AWS's order: what a function printed stands before the platform's
// line about what happened next, and INIT_REPORT of an init phase that was run
// again inside an invocation stands before that invocation's START.
//
// Differences to AWS, on purpose: LAMBDA_TASK_ROOT is where the artefact really
// is, /tmp is the machine's, and neither user nor network is isolated: an
// environment is a way to measure a function, not a jail for a stranger's.
package sandbox
