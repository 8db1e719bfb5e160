package wire

import (
	"bytes"
	"encoding/binary"
	"math"
)

// framing is what the headers say about where the body ends.
type framing struct {
	encodings        int // Transfer-Encoding headers
	chunked          bool
	hasLength        bool
	length           uint64
	lengthText       []byte
	close, keepAlive bool
	badTrailer       bool
	minor            byte
}

// readHead reads a whole head, its empty line included, and decides how the body ends.
func (p *Parser) readHead(head []byte) error {
	i := bytes.IndexByte(head, '\n')
	status, minor, err := parseStatusLine(trimCR(head[:i]))
	if err != nil {
		return err
	}
	f := framing{minor: minor}
	p.Environment = Environment{}
	if err := readHeaders(head[i+1:], func(name, value []byte) error { return p.header(&f, name, value) }); err != nil {
		return err
	}
	return p.frame(status, &f)
}

// frame decides, by RFC 9112 section 6.3, how the body ends.
func (p *Parser) frame(status int, f *framing) error {
	if f.minor == 0 {
		f.encodings, f.chunked = 0, false // HTTP/1.0 does not know transfer encodings
	}
	switch {
	case f.encodings > 1:
		return ProtocolError("more than one Transfer-Encoding")
	case f.encodings == 1 && !f.chunked:
		return ProtocolError("a Transfer-Encoding other than chunked")
	case f.chunked && f.badTrailer:
		return ProtocolError("a trailer that may not be one")
	}
	if status/100 == 1 {
		if p.interim++; p.interim > MaxInterim {
			return ProtocolError("more than 100 interim responses")
		}
		return nil // the state stays inHead
	}
	p.Status = status
	p.Reusable = !f.close && (f.minor > 0 || f.keepAlive)
	switch {
	case p.noBody || status == 204 || status == 304:
		p.state = complete
	case f.chunked:
		p.state = inChunkSize
	case f.hasLength && f.length == 0:
		p.state = complete
	case f.hasLength:
		p.state, p.need = inLength, f.length
	default:
		p.state, p.Reusable = untilClose, false
	}
	return nil
}

// parseStatusLine reads "HTTP/1.1 200 OK" as leniently as net/http does.
func parseStatusLine(line []byte) (status int, minor byte, err error) {
	version, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(version) != len("HTTP/1.x") || string(version[:7]) != "HTTP/1." || !isDigit(version[7]) {
		return 0, 0, ProtocolError("the status line does not begin with HTTP/1.x")
	}
	code, _, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	if len(code) != 3 {
		return 0, 0, ProtocolError("the status code does not have three digits")
	}
	digits := code
	if code[0] == '+' || string(code) == "-00" { // strconv.Atoi takes signs, and so does net/http
		digits = code[1:]
	}
	for _, c := range digits {
		if !isDigit(c) {
			return 0, 0, ProtocolError("the status code is not a number")
		}
		status = status*10 + int(c-'0')
	}
	return status, version[7] - '0', nil
}

// readHeaders calls visit for each header up to the empty line that lines end with.
func readHeaders(lines []byte, visit func(name, value []byte) error) error {
	if len(lines) > 0 && isSpace(lines[0]) {
		return ProtocolError("the first header begins with a space")
	}
	for {
		i := bytes.IndexByte(lines, '\n')
		if i < 0 {
			return ProtocolError("the head has no end")
		}
		line := trimCR(lines[:i])
		lines = lines[i+1:]
		if len(line) == 0 {
			return nil
		}
		colon := 0
		for colon < len(line) && nameByte[line[colon]] {
			colon++
		}
		if colon == 0 || colon == len(line) || line[colon] != ':' {
			return ProtocolError("a header without a name and a colon")
		}
		line = trimSpaces(line)
		if len(lines) > 0 && isSpace(lines[0]) {
			line, lines = unfold(line, lines)
		}
		name, value := line[:colon], line[colon+1:]
		if !printable(value) {
			return ProtocolError("a header's value has a control character")
		}
		if err := visit(name, bytes.TrimLeft(value, " \t")); err != nil {
			return err
		}
	}
}

// unfold joins a header with the lines that continue it (an obsolete form that is still accepted).
func unfold(line, lines []byte) (joined, rest []byte) {
	joined = bytes.Clone(line)
	for len(lines) > 0 && isSpace(lines[0]) {
		next, after, _ := bytes.Cut(bytes.TrimLeft(lines, " \t"), []byte("\n"))
		joined = append(joined, ' ')
		joined = append(joined, trimSpaces(trimCR(next))...)
		lines = after
	}
	return joined, lines
}

// header notes what one header says. Only six names matter, and their lengths
// tell most others apart at once.
func (p *Parser) header(f *framing, name, value []byte) error {
	switch len(name) {
	case len("trailer"):
		if equalFold(name, "trailer") && forbiddenTrailer(value) {
			f.badTrailer = true
		}
	case len("connection"):
		if equalFold(name, "connection") {
			f.close = f.close || hasToken(value, "close")
			f.keepAlive = f.keepAlive || hasToken(value, "keep-alive")
		}
	case len("x-invocation"):
		if equalFold(name, "x-invocation") {
			p.Environment.Invocation = parseInvocation(value)
		}
	case len("content-length"):
		if equalFold(name, "content-length") {
			return f.contentLength(value)
		}
	case len("x-environment-id"):
		if equalFold(name, "x-environment-id") {
			p.Environment.ID = hash(value)
		}
	case len("transfer-encoding"):
		if equalFold(name, "transfer-encoding") {
			f.encodings++
			f.chunked = equalFold(value, "chunked")
		}
	case len("x-initialization-type"):
		if equalFold(name, "x-initialization-type") {
			p.Environment.Initialization = parseInitialization(value)
		}
	}
	return nil
}

func (f *framing) contentLength(value []byte) error {
	value = trimSpaces(value)
	if f.hasLength && !bytes.Equal(value, f.lengthText) {
		return ProtocolError("two different lengths")
	}
	if len(value) == 0 {
		return ProtocolError("an empty Content-Length")
	}
	var n uint64
	for _, c := range value {
		if !isDigit(c) || n > (math.MaxInt64-uint64(c-'0'))/10 {
			return ProtocolError("the Content-Length is not a length")
		}
		n = n*10 + uint64(c-'0')
	}
	f.hasLength, f.length, f.lengthText = true, n, value
	return nil
}

// forbiddenTrailer says whether a Trailer header announces one that decides how a message is framed.
func forbiddenTrailer(value []byte) bool {
	return hasToken(value, "transfer-encoding") || hasToken(value, "content-length") || hasToken(value, "trailer")
}

// hasToken says whether a comma-separated list has a token, in any case.
func hasToken(list []byte, token string) bool {
	for len(list) > 0 {
		var item []byte
		item, list, _ = bytes.Cut(list, []byte(","))
		if equalFold(trimSpaces(item), token) {
			return true
		}
	}
	return false
}

// equalFold compares with a lower-case ASCII text.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

func trimSpaces(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// nameByte marks the bytes of a token, and the space, which is accepted and makes
// the name another one.
var nameByte = func() (t [256]bool) {
	for _, c := range " !#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		t[c] = true
	}
	return t
}()

// printable says whether b has no control character but tabs. It looks at eight
// bytes at once: most of a head is values.
func printable(b []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		control := (x - 0x20*ones) &^ x & highs // a byte below 0x20, or after one that is
		y := x ^ 0x7f*ones
		del := (y - ones) &^ y & highs
		if control|del != 0 && !printableBytes(b[:8]) {
			return false
		}
		b = b[8:]
	}
	return printableBytes(b)
}

func printableBytes(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
