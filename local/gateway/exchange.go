package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// exchange is one request on its way through the gateway. Its buffers are
// pooled, because a load test would otherwise measure the garbage collector.
type exchange struct {
	request *http.Request
	start   time.Time

	requestID, extendedID string

	path       string // without the stage
	resource   *resource
	method     *method
	parameters []string // values of the resource's path parameters
	apiKey     string
	apiKeyID   string

	traceID string
	traced  bool

	body    bytes.Buffer
	headers []header
	query   []queryParameter
	event   []byte
	// abandoned says that a function may still read the event.
	abandoned bool
}

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

// maxPooled is the largest buffer that is kept for the next request.
const maxPooled = 64 << 10

func newExchange(r *http.Request) *exchange {
	x := exchanges.Get().(*exchange)
	x.request, x.start = r, time.Now()
	return x
}

func (x *exchange) release() {
	if x.abandoned || cap(x.event) > maxPooled || x.body.Cap() > maxPooled {
		return
	}
	clear(x.headers) // let go of the request's strings
	clear(x.query)
	clear(x.parameters)
	*x = exchange{body: x.body, headers: x.headers[:0], query: x.query[:0], event: x.event[:0], parameters: x.parameters[:0]}
	x.body.Reset()
	exchanges.Put(x)
}

// identify gives the exchange its two ids and tells the client.
func (x *exchange) identify(h http.Header) {
	x.requestID = uuid.NewString()
	var random [16]byte
	binary.LittleEndian.PutUint64(random[:], rand.Uint64())
	binary.LittleEndian.PutUint64(random[8:], rand.Uint64())
	x.extendedID = base64.URLEncoding.EncodeToString(random[:11])
	h["X-Amzn-Requestid"] = []string{x.requestID}
	h["X-Amz-Apigw-Id"] = []string{x.extendedID}
}

// sourceIP is the client's address.
func (x *exchange) sourceIP() string {
	host, _, err := net.SplitHostPort(x.request.RemoteAddr)
	if err != nil {
		return x.request.RemoteAddr
	}
	return host
}

// port is the one that the client called.
func (x *exchange) port() string {
	host := x.request.Host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		return host[i+1:]
	}
	return "80"
}
