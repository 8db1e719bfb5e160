package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"unicode/utf8"
)

// An answer is parsed for every request that is measured, and most of what it
// holds is a handful of short strings. So it is checked by encoding/json once
// and then walked by hand, which costs a fraction of decoding it into maps.

// value is one JSON value inside a text that is known to be valid, without
// white space around it.
type value []byte

// parse checks a text and returns its value.
func parse(text []byte) (value, error) {
	if !json.Valid(text) {
		var discard any
		return nil, json.Unmarshal(text, &discard) // which says what is wrong
	}
	return value(bytes.Trim(text, " \t\r\n")), nil
}

var (
	errNoObject = errors.New("is not an object")
	errNoString = errors.New("is not a string")
)

// string is the value of a JSON string.
func (v value) string() (string, error) {
	if v[0] != '"' {
		return "", errNoString
	}
	plain := v[1 : len(v)-1]
	if bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
		return string(plain), nil
	}
	var s string
	err := json.Unmarshal(v, &s)
	return s, err
}

func (v value) isNull() bool { return v[0] == 'n' }

// members walks the members of an object. Nothing else has any.
func (v value) members() iter.Seq2[value, value] {
	return func(yield func(name, member value) bool) {
		rest := v.inside('{')
		for len(rest) > 0 {
			var name, member value
			name, rest = rest.next()
			member, rest = rest.next()
			if !yield(name, member) {
				return
			}
		}
	}
}

// elements walks the elements of a list. Nothing else has any.
func (v value) elements() iter.Seq[value] {
	return func(yield func(value) bool) {
		rest := v.inside('[')
		for len(rest) > 0 {
			var element value
			element, rest = rest.next()
			if !yield(element) {
				return
			}
		}
	}
}

// inside is what stands between the brackets, at the first value.
func (v value) inside(bracket byte) value {
	if v[0] != bracket {
		return nil
	}
	return v[1 : len(v)-1].skip()
}

// skip goes to the next value.
func (v value) skip() value {
	return bytes.TrimLeft(v, " \t\r\n:,")
}

// next splits the first value off.
func (v value) next() (first, rest value) {
	end := v.end()
	return v[:end], v[end:].skip()
}

// end is where the first value ends.
func (v value) end() int {
	switch v[0] {
	case '"':
		return v.stringEnd(0)
	case '{', '[':
		return v.nestEnd()
	}
	if i := bytes.IndexAny(v, " \t\r\n:,]}"); i >= 0 {
		return i
	}
	return len(v)
}

// stringEnd is where the string that starts at i ends.
func (v value) stringEnd(i int) int {
	for i++; v[i] != '"'; i++ {
		if v[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// nestEnd is where the object or the list that v starts with ends.
func (v value) nestEnd() int {
	depth := 0
	for i := 0; ; i++ {
		switch v[i] {
		case '"':
			i = v.stringEnd(i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}
