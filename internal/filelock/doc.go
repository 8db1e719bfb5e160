// Package filelock keeps processes that share a file from working on it at
// once. A lock belongs to an open file: closing it, or the end of the process
// however it comes, gives the lock back, so nothing stale is ever left.
package filelock
