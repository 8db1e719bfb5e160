// Package lambda is the Lambda service of this machine: functions, immutable
// versions, aliases, provisioned concurrency, asynchronous events and Invoke,
// over execution environments that a [sandbox.Launcher] starts. What a caller
// sees (names, order of events, errors and their texts) is AWS's, as recorded
// there.
//
// Package awsapi puts it on the wire, package gateway calls it for API Gateway,
// package deploy fills it from the stack. What happens inside an environment
// is package sandbox's, what it logs goes to package logs, and package iam
// knows the roles.
//
// # Which environment an invocation gets
//
// Each version has a pool. An invocation takes a provisioned environment that
// idles, picked at random from a seed, so that a load reaches every one of
// them; else the idle one on demand that was used last; else a new one; else
// it is refused with TooManyRequestsException. An environment serves one
// invocation at a time. An answer reaches its caller before the environment
// has asked for its next event; who comes back within that moment waits for
// it, at most 25 ms, instead of starting another environment. On AWS the network
// hides that moment.
//
// # Concurrency
//
// A version is immutable, and so is everything that an environment is started
// from. A change of $LATEST is a new version with a new pool; the old pool is
// retired. So no invocation ever looks at a configuration while it changes.
//
// An environment is owned, not locked: it is in exactly one list of its pool,
// or held by the one goroutine that took it out. That goroutine must put it back
// or discard it. A goroutine per environment watches its
// process; it may end an environment only after it has taken it out itself,
// except when the whole service closes.
//
// There are four kinds of locks (the service's table of functions, a function,
// a pool, the account's concurrency), always taken in this order, and held for
// bookkeeping only: never while a process starts, runs, or is ended. So nothing
// serialises cold starts here; how many processes start at once is the
// launcher's to decide.
//
// All work is counted by the service's lifetime, which Close ends and waits for.
//
// # Left out
//
// Weighted aliases and moving an alias, updates of code, layers, container
// images, SnapStart, function URLs, event source mappings, destinations and
// dead-letter queues, code signing, VPCs, and the scaling rate of 1,000
// environments per ten seconds. A function is Active as soon as it is created.
package lambda
