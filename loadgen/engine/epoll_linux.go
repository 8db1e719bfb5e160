package engine

const epollWorks = false

func newEpoll(s *setup) Engine { return newPortable(s) }
