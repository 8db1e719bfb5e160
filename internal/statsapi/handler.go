package statsapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// A finished run does not change, and a new one starts every two hours.
	cacheAnswer = "private, max-age=60"
	cachePage   = "public, max-age=300"
	cacheNever  = "no-store"
)

// api is the handler that [New] returns.
type api struct {
	reader Reader
	now    func() time.Time
}

// New returns the API over a reader.
func New(reader Reader) http.Handler { return &api{reader: reader, now: time.Now} }

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := a.route(r.URL.Path)
	if answer == nil {
		writeError(w, r, &failure{status: http.StatusNotFound, message: "there is nothing at " + r.URL.Path + "; see /, /v1/stats, /v1/history, /v1/runs, /v1/runs/{id}, /v1/runs/{id}/variants, /v1/runs/{id}/samples and /v1/runs/{id}/load"})
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeError(w, r, &failure{status: http.StatusMethodNotAllowed, message: r.Method + " is not allowed, only GET and HEAD"})
		return
	}
	if err := answer(w, r); err != nil {
		writeError(w, r, err)
	}
}

// route returns what answers at a path, or nil.
func (a *api) route(path string) func(http.ResponseWriter, *http.Request) error {
	if path == "/" || path == "" {
		return servePage
	}
	switch path = strings.TrimSuffix(path, "/"); path {
	case "/v1/stats":
		return a.serveStats
	case "/v1/history":
		return a.serveHistory
	case "/v1/runs":
		return a.serveRuns
	}
	path, ok := strings.CutPrefix(path, "/v1/runs/")
	if !ok {
		return nil
	}
	id, part, _ := strings.Cut(path, "/")
	serve := map[string]func(http.ResponseWriter, *http.Request, string) error{
		"": a.serveRun, "samples": a.serveSamples, "variants": a.serveVariants, "load": a.serveLoad,
	}[part]
	if id == "" || serve == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request) error { return serve(w, r, id) }
}

// failure is an error with a status.
type failure struct {
	status    int
	message   string
	parameter string // the one that cannot be understood, or empty
}

func (f *failure) Error() string { return f.message }

// writeError answers with an error. An error that is not the caller's is logged, and
// the answer does not show it.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := errors.AsType[*failure](err)
	if !ok {
		slog.ErrorContext(r.Context(), "statsapi: "+r.URL.Path, "error", err, "requestId", requestID(r.Context()))
		f = &failure{status: http.StatusInternalServerError, message: "the results could not be read; the function's log says why"}
	}
	body := struct {
		Error     string `json:"error"`
		Parameter string `json:"parameter,omitempty"`
		RequestID string `json:"requestId,omitempty"`
	}{f.message, f.parameter, requestID(r.Context())}
	w.Header().Set("Cache-Control", cacheNever)
	write(w, r, f.status, body)
}

// writeAnswer answers with a value, or with 304 if the caller has it already.
func writeAnswer(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := encode(v)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return writeTagged(w, r, "application/json", cacheAnswer, body)
}

// writeTagged answers with a body, or with 304 if the caller has it already.
func writeTagged(w http.ResponseWriter, r *http.Request, contentType, cache string, body []byte) error {
	tag := etag(body)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	writeBody(w, r, http.StatusOK, contentType, body)
	return nil
}

func write(w http.ResponseWriter, r *http.Request, status int, v any) {
	body, err := encode(v)
	if err != nil { // it has texts and numbers only
		panic(err)
	}
	writeBody(w, r, status, "application/json", body)
}

// encode writes JSON without escapes of <, > and &, since no answer stands inside HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeBody(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // a client that has gone needs no answer
	}
}

func etag(body []byte) string { return fmt.Sprintf(`"%.16x"`, sha256.Sum256(body)) }

// matches says whether an If-None-Match header names the tag.
func matches(header, tag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimPrefix(strings.TrimSpace(one), "W/"); one == tag || one == "*" {
			return true
		}
	}
	return false
}
