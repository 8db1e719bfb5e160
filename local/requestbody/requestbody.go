// Package requestbody reads the bodies of HTTP requests within bounds: a client
// may send so many bytes, and may take so long over them.
package requestbody

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Timeout is how long a client may take to send a body. The largest, 16 MB, takes
// milliseconds over the loopback interface.
const Timeout = 30 * time.Second

// The two bounds. Every other error of [Read] is the connection's.
var (
	ErrTooLarge = errors.New("the request's body is too large")
	ErrTooSlow  = fmt.Errorf("the request's body did not arrive within %v", Timeout)
)

// Read appends the request's body of at most limit bytes to a buffer.
//
// The deadline is the body's alone: http.Server.ReadTimeout would go on while the
// request is being answered, and cancel its context.
func Read(w http.ResponseWriter, r *http.Request, into *bytes.Buffer, limit int64) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	connection := http.NewResponseController(w)
	// An error means that there is no connection, as in a test.
	_ = connection.SetReadDeadline(time.Now().Add(Timeout))
	if r.ContentLength > 0 {
		into.Grow(int(min(r.ContentLength, limit)) + bytes.MinRead)
	}
	before := into.Len()
	if _, err := into.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return ErrTooSlow
		}
		return fmt.Errorf("read the request's body: %w", err)
	}
	if int64(into.Len()-before) > limit {
		// A client that is still sending would see a reset connection instead of the answer.
		_, _ = io.CopyN(io.Discard, r.Body, 4*limit)
		return ErrTooLarge
	}
	// Not before: a body that failed is read on by net/http before it answers.
	_ = connection.SetReadDeadline(time.Time{})
	return nil
}
