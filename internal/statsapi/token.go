package statsapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// position is where a list goes on. It names the last item by what it is, not by
// its number, so that runs and items that come in between move nothing.
type position struct {
	Started time.Time `json:"s"`
	Run     string    `json:"r"`
	// After is the last item of the run that was answered; nil is none of it.
	After *cell `json:"a,omitempty"`
}

// cell is what an item is about, within its run.
type cell struct {
	Variant matrix.Variant  `json:"v"`
	Event   functions.Event `json:"e"`
}

// token is what nextToken holds. It is opaque to callers and grants nothing, so
// that it need not be signed.
type token struct {
	Version int    `json:"n"`
	Query   []byte `json:"q"`
	position
}

const tokenVersion = 1

// queryBytes of a query's hash are enough to notice that it is another one.
const queryBytes = 9

func hashQuery(fingerprint string) []byte {
	sum := sha256.Sum256([]byte(fingerprint))
	return sum[:queryBytes]
}

func (p position) token(fingerprint string) (string, error) {
	data, err := json.Marshal(token{tokenVersion, hashQuery(fingerprint), p})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(data), nil
}

// maxToken is far above what we make.
const maxToken = 2048

func parseToken(text, fingerprint string) (position, error) {
	errOurs := errors.New("this is none that an answer had; leave it out to begin anew")
	if len(text) > maxToken {
		return position{}, errOurs
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return position{}, errOurs
	}
	var t token
	if err := json.Unmarshal(data, &t); err != nil || t.Version != tokenVersion || t.Run == "" || t.Started.Year() < 1 || t.Started.Year() > 9999 {
		return position{}, errOurs
	}
	if string(t.Query) != string(hashQuery(fingerprint)) {
		return position{}, errors.New("the answer that had it was to other filters; repeat those, or leave it out to begin anew")
	}
	return t.position, nil
}
