package dynamodb

import (
	"hash/crc32"
	"net/http"
	"strconv"

	"github.com/truora/minidyn/server"
)

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
	return &Server{Name: minidyn, Version: minidynVersion, Lacks: lacks, Handler: checksummed{server.NewServer()}, stop: func() error { return nil }}
}

// checksummed adds the checksum that every answer of DynamoDB has. The AWS SDK for Go
// takes one that is missing for a wrong one, and warns at each answer.
type checksummed struct{ http.Handler }

func (h checksummed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := recorder{response: http.Response{StatusCode: http.StatusOK, Header: w.Header()}}
	h.Handler.ServeHTTP(&answer, r)
	w.Header().Set(checksumHeader, strconv.FormatUint(uint64(crc32.ChecksumIEEE(answer.body.Bytes())), 10))
	w.WriteHeader(answer.response.StatusCode)
	_, _ = w.Write(answer.body.Bytes()) // fails only if the caller is gone
}
