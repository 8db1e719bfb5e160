package statsapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// position is where a list continues. It identifies the last item by its run and
// cell, not by its number, so that new runs and items do not shift it.
type position struct {
	Started time.Time `json:"s"`
	Run     string    `json:"r"`
	// After is the run's last item on the page before; nil if that page has none of it.
	After *cell `json:"a,omitempty"`
	// Sample is the cursor of the last sample on the page before.
	Sample string `json:"c,omitempty"`
	// Log is the number of the first histogram log of the next page.
	Log int `json:"l,omitempty"`
}

// cell identifies an item within its run.
type cell struct {
	Variant matrix.Variant  `json:"v"`
	Event   functions.Event `json:"e"`
}

// token is the content of nextToken. It is opaque to callers and grants no access,
// so it is not signed.
type token struct {
	Version int    `json:"n"`
	Query   []byte `json:"q"`
	position
}

const tokenVersion = 1

// queryBytes of a query's hash are enough to detect another query.
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

// maxToken bounds a token in bytes; ours are far shorter.
const maxToken = 2048

func parseToken(text, fingerprint string) (position, error) {
	errOurs := errors.New("no answer had this token; leave it out to start again")
	if len(text) > maxToken {
		return position{}, errOurs
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return position{}, errOurs
	}
	var t token
	if err := json.Unmarshal(data, &t); err != nil || t.Version != tokenVersion || t.Run == "" || len(t.Run) > dynamo.MaxRunID || t.Started.Year() < 1 || t.Started.Year() > 9999 || len(t.Sample) > dynamo.MaxCursor || t.Log < 0 {
		return position{}, errOurs
	}
	if string(t.Query) != string(hashQuery(fingerprint)) {
		return position{}, errors.New("the token belongs to other filters; repeat those, or leave it out to start again")
	}
	return t.position, nil
}
