//go:build unix

package main

import "syscall"

// openAsIs opens what a path names itself: a link is an error, and a pipe does not block.
const openAsIs = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
