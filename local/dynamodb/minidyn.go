package dynamodb

import "github.com/truora/minidyn/server"

const (
	minidyn        = "minidyn"
	minidynVersion = "0.8.2"
)

// newMinidyn returns the server that is compiled in. It listens nowhere.
func newMinidyn(o Options) *Server {
	lacks := []Feature{TimeToLive, ItemSize}
	if o.File != "" {
		lacks = append(lacks, Persistence)
	}
	return &Server{Name: minidyn, Version: minidynVersion, Lacks: lacks, Handler: server.NewServer(), stop: func() error { return nil }}
}
