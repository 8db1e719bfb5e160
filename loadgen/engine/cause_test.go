package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/net/http2"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

func TestCauseOf(t *testing.T) {
	tests := []struct {
		err  error
		want Cause
	}{
		{io.EOF, WasClosed},
		{io.ErrUnexpectedEOF, WasClosed},
		{wire.ErrClosed, WasClosed},
		{&net.OpError{Op: "read", Err: net.ErrClosed}, WasClosed},
		{syscall.ECONNRESET, WasReset},
		{&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, WasReset},
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, TimedOut},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), TimedOut},
		{fmt.Errorf("response: %w", wire.ProtocolError("x")), BrokeProtocol},
		{tls.RecordHeaderError{Msg: "x"}, TLSFailed},
		{&net.OpError{Op: "remote error", Err: errors.New("tls: internal error")}, TLSFailed},
		{&net.OpError{Op: "local error", Err: errors.New("tls: bad record MAC")}, TLSFailed},
		{errors.New("tls: unexpected message"), TLSFailed},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			if got := causeOf(tt.err); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestCauseOfStream(t *testing.T) {
	tests := []struct {
		err  error
		want Cause
	}{
		{http2.StreamError{Code: http2.ErrCodeInternal}, WasReset},
		{fmt.Errorf("x: %w", http2.ConnectionError(http2.ErrCodeProtocol)), BrokeProtocol},
		{http2.GoAwayError{}, WasClosed},
		{errors.New("http2: client connection lost"), WasClosed},
		{context.DeadlineExceeded, TimedOut},
		{io.ErrUnexpectedEOF, WasClosed},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			if got := causeOfStream(tt.err); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"as it is", syscall.ECONNRESET, "connection reset by peer"},
		{"without its cause", fmt.Errorf("dial: %w", &failure{DNSFailed, errors.New("lookup nowhere: no such host")}), "lookup nowhere: no such host"},
		{"on one line", errors.New("a\r\n\x1b[31mb"), "a   [31mb"},
		{"what is no text", errors.New("\xff\xfeab"), "?ab"},
		{"short", errors.New(strings.Repeat("é", 150)), strings.Repeat("é", 100) + "..."},
		{"not cut inside of a letter", errors.New("a" + strings.Repeat("é", 150)), "a" + strings.Repeat("é", 99) + "..."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Explain(tt.err); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
