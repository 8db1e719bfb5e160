// Package guard sees to it that nothing survives this program: whichever way
// it ends (an interrupt, SIGKILL, the death of `go run`), every process that it
// has started goes with it, the grandchildren of builders and functions
// included. A parent-death signal alone reaches children only.
//
// [Run] starts the program again, twice. There are three processes then:
//
//	guard    the one that the user has started. It waits.
//	keeper   the process that adopts and reaps orphans. On Linux it is PID 1 of
//	         a PID namespace where one can be had: when it ends, for whatever
//	         reason, the kernel ends everything else in there.
//	worker   the program proper: main.
//
// Where there is no namespace (no root, and none for users), guard and keeper are
// subreapers, so that no orphan can leave the tree below them, and each kills
// that tree when one of the three has died. Only the death of both at the same
// moment would leave something.
//
// All three share the terminal and the process group, so Ctrl-C, Ctrl-Z and
// reading from the terminal work as ever. A signal that is sent to one of them
// reaches the worker once; one that is sent to the whole group, too.
package guard
