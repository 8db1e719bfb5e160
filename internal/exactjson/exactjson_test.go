package exactjson

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// Text that goes through Unmarshal and Marshal comes out as it went in.
func TestUnchanged(t *testing.T) {
	for _, row := range []struct{ name, text string }{
		{"HTML", `{"a":"<b>&"}`},
		{"line separators", "\"\u2028 \u2029\""},
		{"a backslash before what looks like a separator", `"\\u2028"`},
		{"a number of 54 bits", `[9007199254740993]`},
		{"a number with an exponent", `[1E400,1.0,-0]`},
		{"a quote and a line break", `"\"\n"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			var v any
			if err := Unmarshal([]byte(row.text), &v); err != nil {
				t.Fatal(err)
			}
			got, err := Marshal(v)
			if err != nil || string(got) != row.text {
				t.Errorf("%s, %v; want %s", got, err, row.text)
			}
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a second value", `{} {}`, `unexpected '{' after the JSON value, at byte 4`},
		{"a bracket too many", `{}}`, `unexpected '}' after the JSON value, at byte 3`},
		{"nothing", ``, "unexpected end of JSON input"},
		{"half a value", `{"a":`, "unexpected end of JSON input"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var v any
			if err := Unmarshal([]byte(row.text), &v); err == nil || err.Error() != row.want {
				t.Errorf("error %v, want %s", err, row.want)
			}
		})
	}
}

func TestUnmarshalKnown(t *testing.T) {
	var v struct{ A int }
	if err := UnmarshalKnown([]byte(`{"A":1} `), &v); err != nil || v.A != 1 {
		t.Errorf("%+v, %v", v, err)
	}
	if err := UnmarshalKnown([]byte(`{"A":1,"Other":2}`), &v); err == nil || !strings.Contains(err.Error(), "Other") {
		t.Errorf("error %v, want one that names Other", err)
	}
}

// FuzzUnchanged compares with encoding/json: both accept the same texts, and what
// Marshal writes is the same value.
func FuzzUnchanged(f *testing.F) {
	for _, text := range []string{`{"a":"<b>&"}`, `[1,2.5,-3e9]`, `{}}`, "\"\u2028\"", `"\\u2028\u2029"`, ` null `, "\"\xff\""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var v any
		err := Unmarshal(text, &v)
		if (err == nil) != json.Valid(text) {
			t.Fatalf("error %v, and json.Valid says %v", err, json.Valid(text))
		}
		if err != nil {
			return
		}
		written, err := Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var again any
		if err := Unmarshal(written, &again); err != nil || !reflect.DeepEqual(v, again) {
			t.Errorf("%s became %s: %v", text, written, err)
		}
		if bytes.Contains(written, []byte(`\u003c`)) && !bytes.Contains(text, []byte(`\\u003c`)) {
			t.Errorf("%s was escaped: %s", text, written)
		}
	})
}
