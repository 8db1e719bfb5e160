package sandbox

import "net"

// peers decides who may talk to a Runtime API.
type peers struct {
	check func(net.Conn) error
	how   string
}

// detectPeers checks nothing: macOS tells the user behind a Unix socket only, and
// runtime clients speak TCP.
func detectPeers() peers {
	return peers{
		check: func(net.Conn) error { return nil },
		how:   "Host header checked; other users of this machine not kept out: macOS does not tell whose a TCP connection is",
	}
}
