package lambdalog

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
)

// LineError is a line that the platform wrote, or seems to have, and that
// cannot be read. The line is kept.
type LineError struct {
	// Line counts from 1 in the log that was read, Offset from 0 in bytes.
	Line, Offset int
	Text         string
	Err          error
}

func (e *LineError) Error() string { return fmt.Sprintf("log line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// Lines reads the platform's lines of a log, such as the last 4 KB that Invoke
// returns with LogType=Tail. The function's own lines are passed over, and so
// is a first line whose beginning the limit has cut off. A platform's line that
// cannot be read is yielded as a *[LineError], and reading goes on after it.
func Lines(log []byte) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		number, offset := 0, 0
		for offset < len(log) {
			number++
			first, start := number, offset
			end := lineEnd(log, offset)
			// X-Ray's line belongs to the record before it.
			if next := end; bytes.HasPrefix(log[start:], []byte(Report)) && bytes.HasPrefix(log[next:], []byte(xrayPrefix)) {
				end = lineEnd(log, next)
				number++
			}
			offset = end
			r, err := Parse(log[start:end])
			if errors.Is(err, ErrNotRecord) {
				continue
			}
			if err != nil {
				err = &LineError{Line: first, Offset: start, Text: string(bytes.TrimRight(log[start:end], "\r\n")), Err: err}
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// lineEnd is the offset behind the newline that ends the line at offset.
func lineEnd(log []byte, offset int) int {
	if i := bytes.IndexByte(log[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(log)
}

// FindReport returns the REPORT of an invocation in a log, and whether it is
// there. The last one wins: the platform writes it after all that the function
// wrote, so a function that prints such a line itself deceives nobody. An empty
// request id finds the last REPORT of all. The errors are of lines that could
// not be read, and may stand beside a report that was found.
func FindReport(log []byte, requestID string) (report Record, ok bool, bad []*LineError) {
	for r, err := range Lines(log) {
		var line *LineError
		switch {
		case errors.As(err, &line):
			bad = append(bad, line)
		case r.Kind == Report && (requestID == "" || r.RequestID == requestID):
			report, ok = r, true
		}
	}
	return report, ok, bad
}
