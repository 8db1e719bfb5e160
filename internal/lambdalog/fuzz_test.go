package lambdalog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
)

// FuzzParse asserts that what was read can be written and read again: the text
// of a record means the record, up to the text format's rounding.
func FuzzParse(f *testing.F) {
	for _, v := range verbatim {
		f.Add([]byte(v.line))
	}
	f.Add([]byte(`{"time":"t","type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":1233.964,"x":[1]},"status":"success","Duration":"1"}}`))
	f.Add([]byte("REPORT RequestId: a\tDuration: 1.00 ms\t\t: \tx\nXRAY XRAY A: b\tC: d"))
	f.Fuzz(func(t *testing.T, line []byte) {
		first, err := lambdalog.Parse(line)
		if err != nil {
			return
		}
		for name := range first.Extra {
			if strings.ContainsAny(name, "\t\r\n") || strings.Contains(name, ": ") {
				return // names that only JSON can have lose their identity in text
			}
		}
		text := first.AppendText(nil)
		second, err := lambdalog.Parse(text)
		if err != nil {
			t.Fatalf("%q was read, but not %q, which was written from it: %v", line, text, err)
		}
		if again := second.AppendText(nil); !bytes.Equal(again, text) {
			t.Fatalf("text is not stable:\n first %q\nsecond %q", text, again)
		}
		if first.Kind != second.Kind || first.RequestID != second.RequestID || len(first.Extra) != len(second.Extra) ||
			(first.InitDuration == nil) != (second.InitDuration == nil) || (first.Duration == nil) != (second.Duration == nil) {
			t.Fatalf("%q lost something on its way through text:\n%s", line, cmp.Diff(first, second))
		}
	})
}

// FuzzLines asserts that a log yields no more records than it has lines, in
// order, and that each error names the line that it is about.
func FuzzLines(f *testing.F) {
	var all []byte
	for _, v := range verbatim {
		all = append(append(all, v.line...), "\nnoise\n"...)
	}
	f.Add(all)
	f.Add([]byte("REPORT RequestId: a\nXRAY \n\n\r\nREPORT \nXRAY x"))
	f.Fuzz(func(t *testing.T, log []byte) {
		last, n := 0, 0
		for r, err := range lambdalog.Lines(log) {
			n++
			if err == nil {
				if r.Kind == "" {
					t.Fatal("a record without a kind and no error")
				}
				continue
			}
			var number int
			if _, scan := fmt.Sscanf(err.Error(), "log line %d: ", &number); scan != nil || number <= last {
				t.Fatalf("error %q after line %d: %v", err, last, scan)
			}
			last = number
		}
		if lines := bytes.Count(log, []byte("\n")) + 1; n > lines || last > lines {
			t.Fatalf("%d records and an error at line %d, from %d lines", n, last, lines)
		}
	})
}

func BenchmarkParseReport(b *testing.B) {
	line := []byte(verbatim[0].line)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lambdalog.Parse(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendReport(b *testing.B) {
	r, err := lambdalog.Parse([]byte(verbatim[0].line))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		buf = r.AppendText(buf[:0])
	}
}
