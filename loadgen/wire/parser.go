package wire

import (
	"bytes"
	"errors"
)

// What a server may send before it is stopped.
const (
	MaxHead    = 64 << 10 // bytes of a status line and its headers
	MaxInterim = 100      // responses with status 1xx before the final one
	maxChunk   = 4096     // bytes of a chunk's size line, or of all trailers
)

// ProtocolError says which of HTTP's rules a response broke.
type ProtocolError string

func (e ProtocolError) Error() string { return "HTTP: " + string(e) }

// ErrClosed is a connection that ended before its response did.
var ErrClosed = errors.New("the server closed the connection before the end of its response")

type state uint8

const (
	inHead state = iota
	inLength
	inChunkSize
	inChunk
	inChunkEnd
	inTrailer
	untilClose
	complete
)

// Parser reads responses. Start it, feed it what arrives until it is done, and
// read the exported fields; then start it again for the next response on the
// same connection. The zero value is a parser that was started.
type Parser struct {
	// Body is called with the parts of the body as they come; it must not keep them. It may be nil.
	Body func(part []byte)

	// Status is the code of the final response, known once its head was read.
	Status int
	// Reusable says that the connection can carry another request.
	Reusable bool
	// Environment is what the response says about the execution environment it came from.
	Environment Environment

	state   state
	noBody  bool   // the answer to HEAD
	started bool   // any byte came
	interim int    // 1xx so far
	need    uint64 // bytes of the body or the chunk that are missing
	excess  int64  // chunk overhead that no data justified, as net/http counts it
	scanned int    // of buf: where the last line begins that is not known to be complete
	buf     []byte // a head, size line or trailer that came in parts
}

// Start begins with the next response. The answer to a HEAD request has no body.
func (p *Parser) Start(head bool) {
	p.Status, p.Reusable, p.Environment = 0, false, Environment{}
	p.state, p.noBody, p.started = inHead, head, false
	p.interim, p.need, p.excess = 0, 0, 0
	p.scanned, p.buf = 0, p.buf[:0]
	if cap(p.buf) > maxChunk {
		p.buf = nil // one long head must not be paid for by an idle connection
	}
}

// Started says whether any byte of the response came.
func (p *Parser) Started() bool { return p.started }

// Feed takes received bytes. It returns how many of them belong to the response, and whether the
// response is complete with them. Bytes after that belong to no response that the client asked for.
// An error is a [ProtocolError].
func (p *Parser) Feed(data []byte) (used int, done bool, err error) {
	if len(data) > 0 {
		p.started = true
	}
	for rest := data; ; {
		if p.state == complete {
			return used, true, nil
		}
		n, more, err := p.step(rest)
		used += n
		rest = rest[n:]
		if err != nil {
			return used, false, err
		}
		if more {
			return used, false, nil
		}
	}
}

// Close says that the connection ended. The response is complete if its body
// lasts until then; otherwise the error is [ErrClosed].
func (p *Parser) Close() error {
	if p.state == untilClose || p.state == complete {
		p.state = complete
		return nil
	}
	return ErrClosed
}

// step does the next thing with data: it returns how much it used, and whether
// it can go on only with more.
func (p *Parser) step(data []byte) (n int, more bool, err error) {
	switch p.state {
	case inHead:
		return p.head(data)
	case inLength:
		n = p.body(data)
		if p.need == 0 {
			p.state = complete
		}
		return n, p.need > 0, nil
	case inChunkSize:
		return p.chunkSize(data)
	case inChunk:
		n = p.body(data)
		if p.need == 0 {
			p.state, p.need = inChunkEnd, 2
		}
		return n, p.state == inChunk, nil
	case inChunkEnd:
		return p.chunkEnd(data)
	case inTrailer:
		return p.trailer(data)
	default: // untilClose
		if p.Body != nil && len(data) > 0 {
			p.Body(data)
		}
		return len(data), true, nil
	}
}

// body passes on what data has of the need missing bytes.
func (p *Parser) body(data []byte) int {
	n := len(data)
	if uint64(n) > p.need {
		n = int(p.need)
	}
	if p.Body != nil && n > 0 {
		p.Body(data[:n])
	}
	p.need -= uint64(n)
	return n
}

// head waits for the empty line, then reads the head. The usual head comes in
// one piece and is read where it is.
func (p *Parser) head(data []byte) (n int, more bool, err error) {
	whole := data
	before := len(p.buf)
	if before > 0 {
		p.buf = append(p.buf, data...)
		whole = p.buf
	}
	end := p.headEnd(whole)
	if end < 0 && len(whole) < MaxHead {
		if before == 0 {
			p.buf = append(p.buf, data...)
		}
		return len(data), true, nil
	}
	if end < 0 || end > MaxHead {
		return len(data), false, ProtocolError("the head is longer than 64 kB")
	}
	if err := p.readHead(whole[:end]); err != nil {
		return end - before, false, err
	}
	p.buf, p.scanned = p.buf[:0], 0
	return end - before, false, nil
}

// headEnd is the length of the head at the start of b, or -1. It goes on where
// the last call stopped.
func (p *Parser) headEnd(b []byte) int {
	for {
		i := bytes.IndexByte(b[p.scanned:], '\n')
		if i < 0 {
			return -1
		}
		line := b[p.scanned : p.scanned+i]
		p.scanned += i + 1
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			return p.scanned
		}
	}
}

func (p *Parser) chunkSize(data []byte) (n int, more bool, err error) {
	line, n, more, err := p.line(data)
	if more || err != nil {
		return n, more, err
	}
	size, err := parseChunkSize(line)
	if err != nil {
		return n, false, err
	}
	// net/http allows 16 bytes of overhead per chunk and twice its data, and then 16 kB more.
	p.excess = max(0, p.excess+int64(len(line))+2-16-2*int64(size))
	if p.excess > 16<<10 {
		return n, false, ProtocolError("the chunks have more overhead than data")
	}
	p.buf = p.buf[:0]
	p.need = size
	p.state = inChunk
	if size == 0 {
		p.state = inTrailer
	}
	return n, false, nil
}

// line returns the next line without its end, which must be CRLF.
func (p *Parser) line(data []byte) (line []byte, n int, more bool, err error) {
	i := bytes.IndexByte(data, '\n')
	n = i + 1
	if i < 0 {
		n = len(data)
	}
	if len(p.buf)+n > maxChunk || i < 0 && len(p.buf)+n == maxChunk {
		return nil, n, false, ProtocolError("the line of a chunk's size is longer than 4 kB")
	}
	if i < 0 {
		p.buf = append(p.buf, data...)
		return nil, n, true, nil
	}
	line = data[:n]
	if len(p.buf) > 0 {
		p.buf = append(p.buf, line...)
		line = p.buf
	}
	if cr := bytes.IndexByte(line, '\r'); cr < 0 || cr != len(line)-2 {
		return nil, n, false, ProtocolError("the line of a chunk's size does not end in CR LF")
	}
	return line[:len(line)-2], n, false, nil
}

func parseChunkSize(line []byte) (size uint64, err error) {
	for len(line) > 0 && isSpace(line[len(line)-1]) {
		line = line[:len(line)-1]
	}
	line, _, _ = bytes.Cut(line, []byte(";"))
	if len(line) == 0 || len(line) > 16 {
		return 0, ProtocolError("a chunk's size has no or too many digits")
	}
	for _, c := range line {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, ProtocolError("a chunk's size is not a hexadecimal number")
		}
		size = size<<4 | uint64(c)
	}
	return size, nil
}

func (p *Parser) chunkEnd(data []byte) (n int, more bool, err error) {
	for n < len(data) && p.need > 0 {
		if data[n] != "\n\r"[p.need-1] {
			return n, false, ProtocolError("a chunk is not followed by CR LF")
		}
		p.need--
		n++
	}
	if p.need == 0 {
		p.state = inChunkSize
	}
	return n, p.need > 0, nil
}

var (
	crlf     = []byte("\r\n")
	crlfCRLF = []byte("\r\n\r\n")
)

// trailer reads the headers after the last chunk, of which usually there are none.
func (p *Parser) trailer(data []byte) (n int, more bool, err error) {
	before := len(p.buf)
	p.buf = append(p.buf, data[:min(len(data), maxChunk-before)]...)
	if len(p.buf) < 2 {
		return len(data), true, nil
	}
	end := len(crlf) // of the trailers in buf
	if !bytes.HasPrefix(p.buf, crlf) {
		i := bytes.Index(p.buf, crlfCRLF)
		if i < 0 {
			if len(p.buf) == maxChunk {
				return len(p.buf) - before, false, ProtocolError("the trailers are longer than 4 kB")
			}
			return len(data), true, nil
		}
		p.scanned = 0
		end = p.headEnd(p.buf)
		if end < i+len(crlfCRLF) {
			// A bare LF LF ended them earlier: what follows is not part of this response.
			p.Reusable = false
		}
		if err := readHeaders(p.buf[:end], func(_, _ []byte) error { return nil }); err != nil {
			return 0, false, err
		}
	}
	p.state = complete
	return max(end-before, 0), false, nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }
