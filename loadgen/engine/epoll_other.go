//go:build !linux

package engine

const epollWorks = false

func newEpoll(*setup) (Engine, error) { panic("engine: epoll needs Linux") } // New does not come here

// socket is the epoll engine's connection.
type socket struct{}
