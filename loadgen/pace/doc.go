// Package pace says when to send: a [Schedule] is data (a seed, a process, phases
// and the number of targets), and the arrivals that follow from it are pure
// arithmetic without a clock. The same schedule gives the same arrivals on every
// machine, and [Schedule.Shard] cuts them into parts whose union is the whole.
//
// It is the open-loop half of the load generator: nothing in here can know when
// a response came. Waiting for the moment is package engine's work; reading a
// schedule from flags or from artillery's files is package main's.
package pace
