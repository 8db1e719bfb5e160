package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever is in samples.jsonl, reading ends, accounts for every line that is
// not empty, and what it did read is written and read again unchanged.
func FuzzReadSamples(f *testing.F) {
	f.Add([]byte(`{"run":"a","requestId":"x","elapsedMs":1.5,"record":{"kind":"REPORT","requestId":"x","durationMs":8.4}}` + "\n"))
	f.Add([]byte("{}\n\n[]\n{\"run\":"))
	f.Fuzz(func(t *testing.T, data []byte) {
		accounted := 0
		torn := readSamples(bytes.NewReader(data), func(s Sample, err error) bool {
			accounted++
			if err != nil {
				var line *lineError
				if !errors.As(err, &line) {
					t.Errorf("error is %v, want a lineError", err)
				}
				return true
			}
			line, err := json.Marshal(s)
			if err != nil {
				t.Fatalf("marshal: %v", err)
			}
			var again Sample
			if err := json.Unmarshal(line, &again); err != nil {
				t.Fatalf("unmarshal %s: %v", line, err)
			}
			second, err := json.Marshal(again)
			if err != nil {
				t.Fatalf("marshal again: %v", err)
			}
			if diff := cmp.Diff(string(line), string(second)); diff != "" {
				t.Errorf("round trip:\n%s", diff)
			}
			return true
		})
		lines := 0
		for line := range bytes.SplitSeq(data, []byte("\n")) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
		}
		if accounted+torn != lines {
			t.Errorf("%d lines accounted for and %d torn, want %d", accounted, torn, lines)
		}
	})
}
