package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// answer is what either parser makes of a stream that holds one response.
type answer struct {
	ok     bool
	status int
	reuse  bool
	body   string
}

// ours parses a stream that arrives in parts of the given sizes (the last repeats) and then ends.
func ours(stream []byte, head bool, sizes ...int) (answer, error) {
	var body bytes.Buffer
	p := Parser{Body: func(b []byte) { body.Write(b) }}
	p.Start(head)
	for i := 0; len(stream) > 0; i++ {
		n := min(sizes[min(i, len(sizes)-1)], len(stream))
		used, done, err := p.Feed(stream[:n:n])
		if used < 0 || used > n {
			return answer{}, fmt.Errorf("used %d of %d bytes", used, n)
		}
		if err != nil {
			return answer{}, err
		}
		if done {
			return answer{true, p.Status, p.Reusable, body.String()}, nil
		}
		if used != n {
			return answer{}, fmt.Errorf("wants more, but left %d of %d bytes", n-used, n)
		}
		stream = stream[n:]
	}
	if err := p.Close(); err != nil {
		return answer{}, err
	}
	return answer{true, p.Status, p.Reusable, body.String()}, nil
}

// theirs is net/http's view, with the three differences that doc.go names.
func theirs(stream []byte, head bool) answer {
	request := &http.Request{Method: "GET"}
	if head {
		request.Method = "HEAD"
	}
	in := bufio.NewReader(bytes.NewReader(stream))
	for range MaxInterim + 1 {
		response, err := http.ReadResponse(in, request)
		if err != nil || response.ProtoMajor != 1 {
			return answer{}
		}
		if response.StatusCode/100 == 1 {
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return answer{}
		}
		return answer{true, response.StatusCode, !response.Close, string(body)}
	}
	return answer{}
}

var streams = []struct {
	name, stream string
	head         bool
	accepted     bool
	notAgain     bool // net/http uses the connection again, we do not
}{
	{name: "length", stream: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", accepted: true},
	{name: "length, and more than was said", stream: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world", accepted: true},
	{name: "length, but short", stream: "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"},
	{name: "the same length twice", stream: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", accepted: true},
	{name: "two different lengths", stream: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"},
	{name: "the same number, written differently", stream: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 05\r\n\r\nhello"},
	{name: "lengths in a list", stream: "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello"},
	{name: "negative length", stream: "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"},
	{name: "signed length", stream: "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello"},
	{name: "empty length", stream: "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello"},
	{name: "length above 63 bits", stream: "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\nhello"},
	{name: "a bad length of a 204", stream: "HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n"},
	{name: "chunked", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=\"y\"\r\n, world\r\n0\r\n\r\n", accepted: true},
	{name: "chunked with trailers", stream: "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\nTrailer: X-A\r\n\r\n1 \r\na\r\n0\r\nX-A: b\r\nX-B:\r\n\r\n", accepted: true},
	{name: "trailers that end in bare LF LF", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\nC: d\r\n\r\n", accepted: true, notAgain: true},
	{name: "chunked, cut in a chunk", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"},
	{name: "chunked, cut before the trailers", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"},
	{name: "chunk size is no number", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n0\r\n\r\n"},
	{name: "chunk size with a bare LF", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n"},
	{name: "chunk longer than it says", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n"},
	{name: "chunk of 2^64 bytes", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\nhello\r\n0\r\n\r\n"},
	{name: "chunk of 2^64-1 bytes", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n0\r\n\r\n"},
	{name: "chunked and a length", stream: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", accepted: true},
	{name: "a trailer that frames", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A, Content-Length\r\n\r\n0\r\n\r\n"},
	{name: "two encodings", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{name: "encodings in a list", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
	{name: "chunked in HTTP/1.0 is not known", stream: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", accepted: true},
	{name: "until the end", stream: "HTTP/1.1 200 OK\r\n\r\nhello", accepted: true},
	{name: "until the end, empty", stream: "HTTP/1.0 200 OK\r\n\r\n", accepted: true},
	{name: "HTTP/1.0 kept alive", stream: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", accepted: true},
	{name: "closes", stream: "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 1\r\n\r\nx", accepted: true},
	{name: "204", stream: "HTTP/1.1 204 No Content\r\n\r\n", accepted: true},
	{name: "304 with the length of what it does not send", stream: "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n", accepted: true},
	{name: "HEAD", stream: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", head: true, accepted: true},
	{name: "HEAD, chunked", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", head: true, accepted: true},
	{name: "interim responses", stream: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", accepted: true},
	{name: "100 interim responses", stream: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100) + "HTTP/1.1 204 OK\r\n\r\n", accepted: true},
	{name: "101 interim responses", stream: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 101) + "HTTP/1.1 204 OK\r\n\r\n"},
	{name: "nothing but interim responses", stream: "HTTP/1.1 100 Continue\r\n\r\n"},
	{name: "bare LF", stream: "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", accepted: true},
	{name: "no reason", stream: "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", accepted: true},
	{name: "many spaces", stream: "HTTP/1.1   200   OK\r\nContent-Length:  \t 0  \r\n\r\n", accepted: true},
	{name: "four digits", stream: "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "no digits", stream: "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "HTTP/1.7", stream: "HTTP/1.7 200 OK\r\nContent-Length: 0\r\n\r\n", accepted: true},
	{name: "HTTP/2.0", stream: "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "HTTP/0.9", stream: "hello, world"},
	{name: "another protocol", stream: "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
	{name: "an empty line first", stream: "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
	{name: "no colon", stream: "HTTP/1.1 200 OK\r\nContent-Length 0\r\n\r\n"},
	{name: "no name", stream: "HTTP/1.1 200 OK\r\n: 0\r\n\r\n"},
	{name: "a name with a space before the colon is another name", stream: "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nhello", accepted: true},
	{name: "a name with a control character", stream: "HTTP/1.1 200 OK\r\nA\x00B: 2\r\n\r\nhello"},
	{name: "a value with a control character", stream: "HTTP/1.1 200 OK\r\nA: \x01\r\n\r\nhello"},
	{name: "a value beyond ASCII", stream: "HTTP/1.1 200 OK\r\nA: \xe4\r\n\r\nhello", accepted: true},
	{name: "folded", stream: "HTTP/1.1 200 OK\r\nContent-Length:\r\n  5\r\n\r\nhello", accepted: true},
	{name: "folded twice, two lengths", stream: "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\nContent-Length:\r\n 6\r\n\r\nhello"},
	{name: "folded with an empty end", stream: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n \r\n\r\n0\r\n\r\n"},
	{name: "the first header begins with a space", stream: "HTTP/1.1 200 OK\r\n A: b\r\n\r\n"},
	{name: "head without an end", stream: "HTTP/1.1 200 OK\r\nA: b\r\n"},
	{name: "nothing", stream: ""},
}

// Every stream gives the same answer in one piece, byte by byte and in odd
// parts, and the same as net/http.
func TestParser(t *testing.T) {
	for _, tt := range streams {
		t.Run(tt.name, func(t *testing.T) {
			want := theirs([]byte(tt.stream), tt.head)
			if want.ok != tt.accepted {
				t.Fatalf("net/http accepts: %v", want.ok)
			}
			for _, sizes := range [][]int{{1 << 20}, {1}, {2}, {7, 3}} {
				got, err := ours([]byte(tt.stream), tt.head, sizes...)
				if tt.notAgain {
					want.reuse = false
				}
				if got != want {
					t.Errorf("in parts of %v: got %+v (%v), want %+v", sizes, got, err, want)
				}
				var protocol ProtocolError
				if err != nil && !errors.Is(err, ErrClosed) && !errors.As(err, &protocol) {
					t.Errorf("in parts of %v: %v is neither the server's protocol error nor its close", sizes, err)
				}
			}
		})
	}
}

func TestHeadIsBounded(t *testing.T) {
	fits := "HTTP/1.1 204 OK\r\nA: " + strings.Repeat("b", MaxHead-len("HTTP/1.1 204 OK\r\nA: \r\n\r\n")) + "\r\n\r\n"
	for _, sizes := range [][]int{{1 << 20}, {1000}} {
		if _, err := ours([]byte(fits), false, sizes...); err != nil {
			t.Errorf("a head of %d bytes in parts of %v: %v", len(fits), sizes, err)
		}
		long := strings.Replace(fits, "A: ", "A: b", 1)
		if _, err := ours([]byte(long), false, sizes...); !errors.As(err, new(ProtocolError)) {
			t.Errorf("a head of %d bytes in parts of %v: got %v, want a protocol error", len(long), sizes, err)
		}
	}
	// An endless head is stopped on the way, not at an end that never comes.
	p := Parser{}
	fed := 0
	for range 100 {
		n, _, err := p.Feed(bytes.Repeat([]byte("A: b\r\n"), 200))
		if fed += n; err != nil {
			break
		}
	}
	if fed > 2*MaxHead {
		t.Errorf("an endless head was followed for %d bytes", fed)
	}
}

func TestOverhead(t *testing.T) {
	stream := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
		strings.Repeat("1;"+strings.Repeat("x", 100)+"\r\na\r\n", 1000) + "0\r\n\r\n"
	if want := theirs([]byte(stream), false); want.ok {
		t.Fatal("net/http accepts chunks that are mostly extensions")
	}
	if _, err := ours([]byte(stream), false, 512); !errors.As(err, new(ProtocolError)) {
		t.Errorf("got %v, want a protocol error", err)
	}
}

// One parser reads response after response and leaves the next one's bytes alone.
func TestPipelined(t *testing.T) {
	one := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Environment-Id: a\r\nX-Invocation: 1\r\nX-Initialization-Type: on-demand\r\n\r\nhi"
	two := "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
	stream := []byte(one + two)
	var p Parser
	used, done, err := p.Feed(stream)
	if used != len(one) || !done || err != nil || p.Status != 200 || !p.Reusable {
		t.Fatalf("the first: used %d of %d, done %v, error %v, status %d", used, len(one), done, err, p.Status)
	}
	if want := ParseEnvironment("a", "1", "on-demand"); p.Environment != want || want.ID == 0 {
		t.Errorf("the first's environment is %+v, want %+v", p.Environment, want)
	}
	p.Start(false)
	used, done, err = p.Feed(stream[used:])
	if used != len(two) || !done || err != nil || p.Status != 404 {
		t.Fatalf("the second: used %d of %d, done %v, error %v, status %d", used, len(two), done, err, p.Status)
	}
	if p.Environment != (Environment{}) {
		t.Errorf("the second's environment is %+v; it had none", p.Environment)
	}
}

// Random streams, made of pieces that matter, give the same answers as net/http's.
func TestParserAgreesWithNetHTTP(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"HTTP/1.1 ", "HTTP/1.0 ", "200", "204", "100", " OK", "\r\n", "\r\n", "\r\n\r\n", "\n", "\r", " ", "\t", ":", ": ",
		"Content-Length", "Content-Length: 3", "Transfer-Encoding: chunked", "Transfer-Encoding", "chunked", "Connection: close", "Trailer: A",
		"A: b", "abc", "3\r\nabc\r\n", "0\r\n\r\n", "0", "3", ";x", ",", "\x00", "\xff"}
	starts := []string{"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", "HTTP/1.1 100 C\r\n\r\nHTTP/1.0 200 OK\r\n"}
	accepted := 0
	for range 200_000 {
		var b []byte
		b = append(b, starts[random.IntN(len(starts))]...)
		for range random.IntN(8) {
			b = append(b, pieces[random.IntN(len(pieces))]...)
		}
		accepted += agree(t, b, random.IntN(4) == 0, 1+random.IntN(9))
	}
	if accepted < 10_000 {
		t.Errorf("only %d streams were accepted: the pieces test too little", accepted)
	}
}

func agree(t *testing.T, stream []byte, head bool, size int) (accepted int) {
	t.Helper()
	want := theirs(stream, head)
	for _, n := range []int{1 << 20, size} {
		got, err := ours(stream, head, n)
		expected := want
		if got.ok && !got.reuse && bytes.Contains(bytes.ToLower(stream), []byte("chunked")) {
			expected.reuse = false // the trailers may have ended in a bare LF LF; see TestParser
		}
		if got != expected {
			t.Fatalf("%q (HEAD %v) in parts of %d: got %+v (%v), net/http has %+v", stream, head, n, got, err, want)
		}
	}
	if want.ok {
		return 1
	}
	return 0
}

func FuzzParser(f *testing.F) {
	for _, tt := range streams {
		f.Add([]byte(tt.stream), tt.head, byte(3))
	}
	f.Fuzz(func(t *testing.T, stream []byte, head bool, size byte) {
		if len(stream) > 4000 {
			return // beyond, net/http's own bounds depend on how it buffers
		}
		agree(t, stream, head, int(size)+1)
	})
}

func BenchmarkParse(b *testing.B) {
	bodies := map[string]string{
		"gateway": "HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 01:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: 11\r\nConnection: keep-alive\r\n" +
			"x-amzn-RequestId: 8b0d0000-0000-0000-0000-000000000000\r\nx-amz-apigw-id: AAAAAAAAAAAAAAA=\r\nX-Amzn-Trace-Id: Root=1-00000000-000000000000000000000000\r\n" +
			"x-environment-id: 0123456789abcdef\r\nx-invocation: 17\r\nx-initialization-type: provisioned-concurrency\r\nx-ssm-attempts: 1\r\n\r\n{\"ok\":true}",
		"small":   "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Type: application/json\r\n\r\n{\"ok\":true}",
		"chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{\"ok\":true}\r\n0\r\n\r\n",
	}
	for name, body := range bodies {
		b.Run(name, func(b *testing.B) {
			stream := []byte(body)
			var p Parser
			b.ReportAllocs()
			b.SetBytes(int64(len(stream)))
			for b.Loop() {
				p.Start(false)
				if _, done, err := p.Feed(stream); !done || err != nil {
					b.Fatal(done, err)
				}
			}
		})
	}
}
