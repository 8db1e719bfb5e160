package lambda

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/sandbox"
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails
	return b
}

func randomHex(digits int) string { return hex.EncodeToString(randomBytes(digits / 2)) }

// newUUID returns a random UUID: request ids and revision ids.
func newUUID() string {
	b := randomBytes(16)
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // variant of RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newCredentials returns fake temporary credentials in the shape of AWS's.
func newCredentials() sandbox.Credentials {
	return sandbox.Credentials{
		AccessKeyID:     "ASIA" + rand.Text()[:16],
		SecretAccessKey: base64.StdEncoding.EncodeToString(randomBytes(30)),
		SessionToken:    base64.StdEncoding.EncodeToString(randomBytes(96)),
	}
}

// newTraceHeader begins an X-Ray trace that is sampled.
func newTraceHeader(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=1", now.Unix(), randomHex(24), randomHex(16))
}
