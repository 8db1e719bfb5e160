// Package exactjson is encoding/json for data that belongs to others and is
// passed on. encoding/json changes such data in four ways, and this package in
// none of them:
//
//   - it writes <, > and & of a string as \u003c, \u003e and \u0026,
//   - it writes U+2028 and U+2029 as \u2028 and \u2029,
//   - it reads a number into float64, which keeps 53 bits,
//   - a json.Decoder stops after the first value and leaves the rest unread.
package exactjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Marshal is json.Marshal with every character of a string written as itself
// that JSON does not require to be escaped.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return unescapeSeparators(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// unescapeSeparators replaces \u2028 and \u2029. A backslash of a JSON text is
// always the first byte of an escape, so that a pair of them is skipped as one.
func unescapeSeparators(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u202`)) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		switch {
		case text[i] != '\\':
			out = append(out, text[i])
			i++
		case bytes.HasPrefix(text[i:], []byte(`\u2028`)):
			out = append(out, "\u2028"...)
			i += len(`\u2028`)
		case bytes.HasPrefix(text[i:], []byte(`\u2029`)):
			out = append(out, "\u2029"...)
			i += len(`\u2029`)
		default:
			out = append(out, text[i], text[i+1])
			i += 2
		}
	}
	return out
}

// Unmarshal is json.Unmarshal with a json.Number wherever a number is read into an any.
func Unmarshal(text []byte, into any) error {
	return decode(text, into, func(*json.Decoder) {})
}

// UnmarshalKnown is [Unmarshal] with an error that names the first member that
// into has no field for.
func UnmarshalKnown(text []byte, into any) error {
	return decode(text, into, (*json.Decoder).DisallowUnknownFields)
}

func decode(text []byte, into any, set func(*json.Decoder)) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	set(d)
	if err := d.Decode(into); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("unexpected end of JSON input")
		}
		return err
	}
	end := d.InputOffset()
	if rest := bytes.TrimLeft(text[end:], " \t\r\n"); len(rest) > 0 {
		return fmt.Errorf("unexpected %q after the JSON value, at byte %d", rest[0], len(text)-len(rest)+1)
	}
	return nil
}
