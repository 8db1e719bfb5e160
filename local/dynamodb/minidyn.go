package dynamodb

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/truora/minidyn/server"

	"github.com/lambda-benchmark/lambda-benchmark/local/loopback"
)

const (
	minidyn        = "minidyn"
	minidynVersion = "0.8.2"
)

// startMinidyn starts the server that is compiled in.
func startMinidyn(o Options) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", minidyn, err)
	}
	handler := server.NewServer()
	web := &http.Server{Handler: loopback.Only(handler), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	lacks := []Feature{TimeToLive, ItemSize}
	if o.File != "" {
		lacks = append(lacks, Persistence)
	}
	return &Server{
		URL: "http://" + listener.Addr().String(), Name: minidyn, Version: minidynVersion, Lacks: lacks, Handler: handler,
		stop: once(func() error {
			err := web.Close()
			if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
				err = errors.Join(err, ended)
			}
			return err
		}),
	}, nil
}
