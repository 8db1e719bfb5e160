package dynamodb

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"
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
	if hasAny(e.Reason, unreadable) {
		return fmt.Sprintf("%s cannot read %s: %s", e.Server, e.File, e.Reason)
	}
	return fmt.Sprintf("%s cannot write %s: %s; make room on the disk of %s, or look after the file", e.Server, e.File, e.Reason, filepath.Dir(e.File))
}

// storageCode is the code of a [StorageError] on the wire. No SDK knows it, and none
// tries again after an error with status 400 that it does not know.
const storageCode = "StorageException"

// lasting are what SQLite says when its file is the trouble. dynoxide answers them as
// an InternalServerError, after which every client tries again, and again.
var lasting = append([]string{
	"database or disk is full", "disk I/O error", "attempt to write a readonly database", "unable to open database file",
}, unreadable...)

// unreadable are those of them that say that the file is no database, or a broken one.
var unreadable = []string{"not a valid SQLite database", "file is not a database", "database disk image is malformed"}

// Unreadable says whether an error of [Start], or of a request to the server, is that
// its file is no database, or a broken one.
func Unreadable(err error) bool {
	if e, ok := errors.AsType[*StorageError](err); ok {
		return hasAny(e.Reason, unreadable)
	}
	e, ok := errors.AsType[smithy.APIError](err)
	return ok && e.ErrorCode() == storageCode && hasAny(e.ErrorMessage(), unreadable)
}

func hasAny(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// storage looks for lasting failures of a server's file in what the server says.
type storage struct{ file string }

// failure is the lasting failure that a text of the server tells of, or nil.
func (s storage) failure(text string) *StorageError {
	if !hasAny(text, lasting) {
		return nil
	}
	return &StorageError{Server: dynoxide + " " + dynoxideVersion, File: s.file, Reason: text}
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
	failure := s.failure(messageOf(body))
	if failure == nil {
		replace(r.StatusCode, body)
		return nil
	}
	r.Header.Del(checksumHeader) // it was the other body's
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
