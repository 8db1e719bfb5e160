package lambdalog

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
)

// Lines reads the platform's lines of a log, such as the last 4 KB that Invoke
// returns with LogType=Tail. The function's own lines are passed over, and so
// is a first line whose beginning the limit has cut off. A platform's line that
// cannot be read is yielded as an error that names its number, counted from 1;
// reading goes on after it.
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
				err = fmt.Errorf("log line %d: %w", first, err)
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

// Reports are the REPORT records of a log, by request id. Of several records of
// one request the last one added counts: the platform writes REPORT after all
// that the function wrote, so a line that a function prints itself does not
// replace the platform's. Records are added in the order of the log.
type Reports map[string]Record

// Add stores a REPORT and returns the one of the same request that it replaces.
func (r Reports) Add(report Record) (replaced Record, ok bool) {
	replaced, ok = r[report.RequestID]
	r[report.RequestID] = report
	return replaced, ok
}

// FindReport returns the REPORT of an invocation in a log, and whether there is
// one that can be read.
func FindReport(log []byte, requestID string) (report Record, ok bool) {
	reports := Reports{}
	for r, err := range Lines(log) {
		if err == nil && r.Kind == Report {
			reports.Add(r)
		}
	}
	report, ok = reports[requestID]
	return report, ok
}
