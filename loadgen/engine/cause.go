package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"unicode"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// Cause is why a request failed.
type Cause uint8

// The causes, in the order of a request's life. Answered is the zero value: no failure.
const (
	Answered      Cause = iota
	DNSFailed           // the name did not resolve
	ConnectFailed       // no TCP connection
	TLSFailed           // no TLS: bad certificate, no common version, broken records
	TimedOut            // no complete response in time
	WasReset            // the connection was reset
	WasClosed           // the connection was closed before the end of the response
	BrokeProtocol       // the response broke HTTP's rules
	BadStatus           // the response's code was not an expected one
	BadBody             // the body did not contain what was expected
	causes
)

var causeNames = [causes]string{"", "dns", "connect", "tls", "timeout", "reset", "closed", "protocol", "status", "body"}

// String is the name in every output.
func (c Cause) String() string { return causeNames[c] }

// Causes are all causes of failure, in the order of a request's life.
func Causes() []Cause {
	all := make([]Cause, 0, causes-1)
	for c := DNSFailed; c < causes; c++ {
		all = append(all, c)
	}
	return all
}

// longest is how many bytes of an error's text are shown: the server may have written it.
const longest = 200

// Explain is what an outcome's error says, on one line, without its cause.
func Explain(err error) string {
	var f *failure
	if errors.As(err, &f) {
		err = f.err
	}
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(err.Error(), "?"))
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "..."
	}
	return text
}

// causeOf names the failure of a connection that was established.
func causeOf(err error) Cause {
	var protocol wire.ProtocolError
	switch {
	case errors.As(err, &protocol):
		return BrokeProtocol
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return TimedOut
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, wire.ErrClosed), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return WasClosed
	case isTLS(err):
		return TLSFailed
	}
	return WasReset
}

// isTLS says whether the TLS layer, not the one below it, has failed.
func isTLS(err error) bool {
	var alert tls.AlertError
	var header tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &alert) || errors.As(err, &header) || errors.As(err, &certificate) {
		return true
	}
	// crypto/tls reports what the peer sent (an alert, a record that does not
	// decrypt) as the "remote error" or "local error" of an operation.
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation.Op == "remote error" || operation.Op == "local error"
	}
	var errno syscall.Errno
	return !errors.As(err, &errno)
}
