// Package engine sends requests when a schedule says so and stamps what happens.
// There are two engines behind one interface:
//
//   - epoll (Linux): shards, each a locked OS thread with its own epoll set, part of
//     the schedule, connections and recorder; no locks and no channels between a
//     request's moment and its last byte.
//   - portable (everywhere, and for HTTP/2): goroutines over net.Conn.
//
// Both promise the same: every arrival of the plan ends in exactly one call of
// [Recorder.Done] or [Recorder.Drop]; nothing waits longer than the timeout,
// counted from the intended start; connections are reused last in, first out,
// bounded in number, and dialled a few at a time, since a generator that answers
// a pause with a thousand handshakes measures itself.
//
// Package pace decides when, package wire what the bytes are; package attack
// keeps and judges the results.
package engine
