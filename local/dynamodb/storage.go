package dynamodb

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// StorageError says that a server cannot keep its tables, which trying again does
// not mend.
type StorageError struct {
	// Server is its name and version.
	Server string
	// File has the tables; empty means memory.
	File string
	// Reason is what the server said.
	Reason string
}

func (e *StorageError) Error() string {
	if e.File == "" {
		return fmt.Sprintf("%s cannot keep its tables in memory: %s", e.Server, e.Reason)
	}
	return fmt.Sprintf("%s cannot write %s: %s; make room on the disk of %s, or look after the file", e.Server, e.File, e.Reason, filepath.Dir(e.File))
}

// storageCode is the code of a [StorageError] on the wire. No SDK knows it, and none
// tries again after an error with status 400 that it does not know.
const storageCode = "StorageException"

// lasting are what SQLite says when its file is the trouble. dynoxide answers them as
// an InternalServerError, after which every client tries again, and again.
var lasting = []string{
	"database or disk is full", "disk I/O error", "attempt to write a readonly database",
	"database disk image is malformed", "file is not a database", "unable to open database file",
}

// storage looks for lasting failures of a server's file in its answers.
type storage struct {
	file   string
	failed func(error)
}

// maxErrorBody is more than any error of the server has.
const maxErrorBody = 64 << 10

// check turns an answer that tells of a lasting failure into one that is not retried.
func (s storage) check(r *http.Response) error {
	if r.StatusCode < http.StatusInternalServerError {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxErrorBody))
	if err != nil {
		return err
	}
	r.Body.Close()
	replace := func(status int, body []byte) {
		r.StatusCode, r.Status = status, strconv.Itoa(status)+" "+http.StatusText(status)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	text := string(body)
	if !slices.ContainsFunc(lasting, func(l string) bool { return strings.Contains(text, l) }) {
		replace(r.StatusCode, body)
		return nil
	}
	failure := &StorageError{Server: dynoxide + " " + dynoxideVersion, File: s.file, Reason: messageOf(body)}
	if s.failed != nil {
		s.failed(failure)
	}
	r.Header.Del("X-Amz-Crc32") // it was the other body's
	replace(http.StatusBadRequest, errorBody(storageCode, failure.Error()))
	return nil
}

// messageOf is the message of an error, or all of it.
func messageOf(body []byte) string {
	var e struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(body, &e) // what is no JSON has no message
	return cmp.Or(e.Message, string(body))
}
