// Package engine sends requests when a schedule says so and stamps what happens.
// There are two engines behind one interface:
//
//   - epoll (Linux): shards, each a locked OS thread with its own epoll set, part of
//     the schedule, connections and recorder; no locks and no channels between a
//     request's moment and its last byte.
//   - portable (everywhere, and for HTTP/2): goroutines over net.Conn.
//
// Both promise the same:
//
//   - Every arrival of the schedule ends in exactly one call of [Recorder.Done] or [Recorder.Drop].
//   - Nothing waits longer than the timeout, which counts from the intended start.
//   - Connections are reused last in, first out, and bounded in number. Few are dialled at a time:
//     a thousand handshakes after a pause of the server would delay the requests that are measured.
//   - A request is sent twice only if its connection was lost before a byte of the response came,
//     at most once, and only if its method is idempotent (RFC 9110, section 9.2.2) or nothing of it
//     had been sent.
//   - Nothing is sent on a connection after a request with Connection: close.
//
// Package pace decides when, package wire what the bytes are; package attack
// keeps and judges the results.
package engine
