package gateway

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
)

// trace gives the exchange its X-Ray trace: the client's, if it sent a whole
// one, else its own. With active tracing the trace has a segment of the
// gateway's, which is the parent of the function's, and is sampled or not.
func (x *exchange) trace(active bool, sample func() bool) {
	root, sampled := clientTrace(x.request.Header.Get("X-Amzn-Trace-Id"))
	if root == "" {
		root = x.newRoot()
	}
	x.traced = active
	if !active {
		x.traceID = "Root=" + root
		return
	}
	if sampled == "" {
		sampled = "0"
		if sample() {
			sampled = "1"
		}
	}
	x.traceID = "Root=" + root + ";Parent=" + randomHex(8) + ";Sampled=" + sampled
}

// newRoot is a trace id: a version, the time in seconds, and 96 random bits.
func (x *exchange) newRoot() string {
	var seconds [4]byte
	binary.BigEndian.PutUint32(seconds[:], uint32(x.start.Unix()))
	return "1-" + hex.EncodeToString(seconds[:]) + "-" + randomHex(12)
}

func randomHex(n int) string {
	var random [16]byte
	binary.LittleEndian.PutUint64(random[:], rand.Uint64())
	binary.LittleEndian.PutUint64(random[8:], rand.Uint64())
	return hex.EncodeToString(random[:n])
}

// clientTrace reads the root and the decision to sample of a trace header,
// Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1.
// Both are empty if they are not there or not what they should be.
func clientTrace(header string) (root, sampled string) {
	for field := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch {
		case name == "Root" && isTraceRoot(value):
			root = value
		case name == "Sampled" && (value == "0" || value == "1"):
			sampled = value
		}
	}
	if root == "" {
		return "", ""
	}
	return root, sampled
}

func isTraceRoot(s string) bool {
	return len(s) == len("1-5759e988-bd862e3fe1be46a994272793") && s[:2] == "1-" && s[10] == '-' &&
		isHex(s[2:10]) && isHex(s[11:])
}

func isHex(s string) bool {
	for i := range len(s) {
		if !strings.Contains(hexDigits, s[i:i+1]) {
			return false
		}
	}
	return true
}
