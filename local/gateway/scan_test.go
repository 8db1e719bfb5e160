package gateway

import (
	"encoding/json"
	"reflect"
	"testing"
)

// decode builds of a value what encoding/json would.
func decode(t *testing.T, v value) any {
	t.Helper()
	switch v[0] {
	case '{':
		object := map[string]any{}
		for quoted, member := range v.members() {
			name, err := quoted.string()
			if err != nil {
				t.Fatal(err)
			}
			object[name] = decode(t, member)
		}
		return object
	case '[':
		list := []any{}
		for element := range v.elements() {
			list = append(list, decode(t, element))
		}
		return list
	case '"':
		s, err := v.string()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var scalar any
	if err := json.Unmarshal(v, &scalar); err != nil {
		t.Fatalf("%q is no scalar: %v", v, err)
	}
	return scalar
}

// A walk by hand must see what encoding/json sees.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` [ ] `, `"a\"b\\"`, `{"a":{"b":[1,-2.5e3,"]}",null,true]},"c":"\u00e9\ud800","d" : "x" }`, `[[],{},[{"a":[]}]]`,
		"\t\n1 ", `{"a":1,"a":2}`, "\"\xff\"", `[" , : ",{":":","}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want any
		wantErr := json.Unmarshal(text, &want)
		v, err := parse(text)
		if !json.Valid(text) {
			if err == nil {
				t.Errorf("%q passed, want %v", text, wantErr)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if wantErr != nil {
			return // a number that float64 cannot hold
		}
		if got := decode(t, v); !reflect.DeepEqual(got, want) {
			t.Errorf("%q walked as %#v, want %#v", text, got, want)
		}
	})
}
