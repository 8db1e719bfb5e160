// Package wire is HTTP/1.x as a load generator needs it: the bytes of a request, made once, and a
// parser that is fed what was received and says when the response is complete. It does no I/O,
// allocates nothing per response, and buffers at most 64 kB, whatever a server sends.
//
// The parser accepts what net/http accepts and sees the same bodies (a test
// holds them against each other), with three differences: versions other than
// HTTP/1.x are errors, interim responses (1xx) are skipped, and heads are bounded.
//
// Sockets, TLS and time are package engine's. HTTP/2 is golang.org/x/net's.
package wire
