package gateway

import (
	"encoding/json"
	"strings"
	"testing"
)

// checkEvent checks what any event must be, whatever the request was.
func checkEvent(t *testing.T, event []byte, target, body string) {
	t.Helper()
	var e struct {
		Path string
		Body *string
	}
	if err := json.Unmarshal(event, &e); err != nil {
		t.Fatalf("%q: the event is not JSON: %v\n%s", target, err, event)
	}
	switch {
	case body == "" && e.Body != nil:
		t.Errorf("%q: body %q, want null", target, *e.Body)
	case body != "" && (e.Body == nil || *e.Body != strings.ToValidUTF8(body, "\uFFFD") && !strings.Contains(*e.Body, "\uFFFD")):
		t.Errorf("%q: body %v, want %q", target, e.Body, body)
	}
}

// encoding/json must read back what was quoted, and quote what is not UTF-8 the same way.
func FuzzAppendQuoted(f *testing.F) {
	for _, seed := range []string{"", "plain", "\"\\\n\r\t\x00\x1f\x7f", "é\u2028😀", "\xff\xc3(\xe2\x82", "a\xffb\uFFFDc"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := appendQuoted(nil, text)
		if other := appendQuoted(nil, []byte(text)); string(other) != string(quoted) {
			t.Errorf("string %s, bytes %s", quoted, other)
		}
		var got, want string
		if err := json.Unmarshal(quoted, &got); err != nil {
			t.Fatalf("%q quoted as %s: %v", text, quoted, err)
		}
		reference, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(reference, &want); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%q came back as %q, want %q", text, got, want)
		}
	})
}
