// Package attack is one load test: [Run] sends what a schedule says to its
// targets through an engine, keeps every clock of every answer, and judges
// its own work before anyone judges the targets.
//
// It promises conservation: planned = sent + dropped, and sent = answered +
// failed by cause, for every target, also when the run is interrupted. Run
// returns an error where the books do not balance.
//
// Its neighbours: package pace says when to send, package engine sends, package
// latency keeps the durations. Reading flags, comparing targets, printing and
// thresholds belong to its callers: loadgen's main, local, and the workers of a fleet.
package attack
