package states

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// expression is the value of a field whose name ends in ".$": a path or an
// intrinsic function's call.
type expression interface {
	eval(scope) (any, error)
}

type constant struct{ value any }

func (c constant) eval(scope) (any, error) { return c.value, nil }

// eval fails with States.Runtime if nothing is at the path: that is what executions
// recorded on AWS say, where the language's specification has
// States.ParameterPathFailure. It matters, since nothing catches States.Runtime.
func (p path) eval(s scope) (any, error) {
	v, ok := p.get(s)
	if !ok {
		return nil, failf(ErrRuntime, "nothing is at path %q", p.text)
	}
	return v, nil
}

type call struct {
	name string
	fn   intrinsic
	args []expression
}

func (c call) eval(s scope) (any, error) {
	args := make([]any, len(c.args))
	for i, a := range c.args {
		var err error
		if args[i], err = a.eval(s); err != nil {
			return nil, err
		}
	}
	v, err := c.fn(args)
	if err != nil {
		return nil, failf(ErrIntrinsicFailure, "%s: %v", c.name, err)
	}
	return v, nil
}

type intrinsic func(args []any) (any, error)

// intrinsics are the functions that a definition may call.
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
var intrinsics = map[string]intrinsic{
	"States.Format":         format,
	"States.Array":          func(args []any) (any, error) { return args, nil },
	"States.ArrayLength":    arrayLength,
	"States.ArrayGetItem":   arrayGetItem,
	"States.ArrayContains":  arrayContains,
	"States.ArrayPartition": arrayPartition,
	"States.ArrayRange":     arrayRange,
	"States.StringToJson":   stringToJSON,
	"States.JsonToString":   jsonToString,
	"States.JsonMerge":      jsonMerge,
	"States.MathAdd":        mathAdd,
	"States.StringSplit":    stringSplit,
	"States.Base64Encode":   base64Encode,
	"States.Base64Decode":   base64Decode,
	"States.Hash":           hash,
	"States.UUID":           uuid,
}

func arity(args []any, n int) error {
	if len(args) != n {
		return fmt.Errorf("takes %d arguments, got %d", n, len(args))
	}
	return nil
}

func format(args []any) (any, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("takes a template")
	}
	template, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("the template is not a string")
	}
	var b strings.Builder
	rest := args[1:]
	for {
		before, after, found := strings.Cut(template, "{}")
		b.WriteString(before)
		if !found {
			break
		}
		if len(rest) == 0 {
			return nil, fmt.Errorf("there are more {} than arguments")
		}
		switch v := rest[0].(type) {
		case string:
			b.WriteString(v)
		case []any, map[string]any:
			// AWS writes them in Java's notation, {a=1}, which nobody can want.
			return nil, fmt.Errorf("an array or an object cannot be put into a template: use States.JsonToString")
		default:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b.Write(text)
		}
		rest, template = rest[1:], after
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("there are more arguments than {}")
	}
	return b.String(), nil
}

func array(args []any, i int) ([]any, error) {
	items, ok := args[i].([]any)
	if !ok {
		return nil, fmt.Errorf("argument %d is not an array", i+1)
	}
	return items, nil
}

// integer rounds to the nearest integer, and a half up, as AWS does.
func integer(args []any, i int) (int, error) {
	f, ok := args[i].(float64)
	if !ok || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("argument %d is not an integer", i+1)
	}
	return int(math.Floor(f + 0.5)), nil
}

func text(args []any, i int) (string, error) {
	s, ok := args[i].(string)
	if !ok {
		return "", fmt.Errorf("argument %d is not a string", i+1)
	}
	return s, nil
}

func arrayLength(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	items, err := array(args, 0)
	return float64(len(items)), err
}

func arrayGetItem(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	items, err := array(args, 0)
	if err != nil {
		return nil, err
	}
	i, err := integer(args, 1)
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= len(items) {
		return nil, fmt.Errorf("index %d is outside an array of %d", i, len(items))
	}
	return items[i], nil
}

func arrayContains(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	items, err := array(args, 0)
	if err != nil {
		return nil, err
	}
	return slices.ContainsFunc(items, func(item any) bool { return equal(item, args[1]) }), nil
}

func arrayPartition(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	items, err := array(args, 0)
	if err != nil {
		return nil, err
	}
	size, err := integer(args, 1)
	if err != nil {
		return nil, err
	}
	if size < 1 {
		return nil, fmt.Errorf("a chunk of %d is not possible", size)
	}
	parts := []any{}
	for chunk := range slices.Chunk(items, size) {
		parts = append(parts, chunk)
	}
	return parts, nil
}

func arrayRange(args []any) (any, error) {
	if err := arity(args, 3); err != nil {
		return nil, err
	}
	var n [3]int
	for i := range n {
		var err error
		if n[i], err = integer(args, i); err != nil {
			return nil, err
		}
	}
	first, last, by := n[0], n[1], n[2]
	if by == 0 {
		return nil, fmt.Errorf("a step of 0 never ends")
	}
	items := []any{}
	for i := first; by > 0 && i <= last || by < 0 && i >= last; i += by {
		if len(items) == 1000 {
			return nil, fmt.Errorf("more than 1,000 elements")
		}
		items = append(items, float64(i))
	}
	return items, nil
}

func stringToJSON(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	s, err := text(args, 0)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(s) == "" {
		return nil, nil // as recorded on AWS
	}
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, err
	}
	return v, nil
}

func jsonToString(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	b, err := json.Marshal(args[0])
	return string(b), err
}

func jsonMerge(args []any) (any, error) {
	if err := arity(args, 3); err != nil {
		return nil, err
	}
	a, okA := args[0].(map[string]any)
	b, okB := args[1].(map[string]any)
	if !okA || !okB {
		return nil, fmt.Errorf("the first two arguments must be objects")
	}
	if deep, ok := args[2].(bool); !ok || deep {
		return nil, fmt.Errorf("the third argument must be false: only shallow merging exists")
	}
	merged := make(map[string]any, len(a)+len(b))
	for k, v := range a {
		merged[k] = v
	}
	for k, v := range b {
		merged[k] = v
	}
	return merged, nil
}

func mathAdd(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	a, err := integer(args, 0)
	if err != nil {
		return nil, err
	}
	b, err := integer(args, 1)
	return float64(a + b), err
}

func stringSplit(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	s, err := text(args, 0)
	if err != nil {
		return nil, err
	}
	separators, err := text(args, 1)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		parts = append(parts, p)
	}
	return parts, nil
}

func base64Encode(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	s, err := text(args, 0)
	return base64.StdEncoding.EncodeToString([]byte(s)), err
}

func base64Decode(args []any) (any, error) {
	if err := arity(args, 1); err != nil {
		return nil, err
	}
	s, err := text(args, 0)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(s)
	return string(b), err
}

func hash(args []any) (any, error) {
	if err := arity(args, 2); err != nil {
		return nil, err
	}
	algorithm, err := text(args, 1)
	if err != nil {
		return nil, err
	}
	if algorithm != "SHA-256" {
		return nil, fmt.Errorf("algorithm %q is not supported here", algorithm)
	}
	s, ok := args[0].(string)
	if !ok {
		b, err := json.Marshal(args[0])
		if err != nil {
			return nil, err
		}
		s = string(b)
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:]), nil
}

func uuid(args []any) (any, error) {
	if err := arity(args, 0); err != nil {
		return nil, err
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}

// parseExpression reads a path or a call. Calls nest at most 10 deep, as on AWS.
func parseExpression(s string) (expression, error) {
	p := &expressionParser{rest: s}
	e, err := p.parse(0)
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", s, err)
	}
	if p.rest != "" {
		return nil, fmt.Errorf("expression %q: unexpected %q", s, p.rest)
	}
	return e, nil
}

type expressionParser struct{ rest string }

func (p *expressionParser) skip() { p.rest = strings.TrimLeft(p.rest, " ") }

func (p *expressionParser) parse(depth int) (expression, error) {
	p.skip()
	switch {
	case strings.HasPrefix(p.rest, "$"):
		return p.parsePath()
	case strings.HasPrefix(p.rest, "States."):
		return p.parseCall(depth)
	case depth == 0:
		return nil, fmt.Errorf("neither a path nor a call of States.…")
	case strings.HasPrefix(p.rest, "'"):
		return p.parseString()
	}
	return p.parseWord()
}

func (p *expressionParser) parsePath() (expression, error) {
	end, quoted := 0, false
	for ; end < len(p.rest); end++ {
		c := p.rest[end]
		if c == '\'' {
			quoted = !quoted
		}
		if !quoted && (c == ',' || c == ')' || c == ' ') {
			break
		}
	}
	found, err := parsePath(p.rest[:end])
	p.rest = p.rest[end:]
	return found, err
}

func (p *expressionParser) parseCall(depth int) (expression, error) {
	if depth >= 10 {
		return nil, fmt.Errorf("calls nest more than 10 deep")
	}
	name, rest, ok := strings.Cut(p.rest, "(")
	if !ok {
		return nil, fmt.Errorf("%q has no arguments", p.rest)
	}
	fn, ok := intrinsics[name]
	if !ok {
		return nil, fmt.Errorf("intrinsic function %q is not supported", name)
	}
	c := call{name: name, fn: fn}
	p.rest = rest
	p.skip()
	if after, ok := strings.CutPrefix(p.rest, ")"); ok {
		p.rest = after
		return c, nil
	}
	for {
		arg, err := p.parse(depth + 1)
		if err != nil {
			return nil, err
		}
		c.args = append(c.args, arg)
		p.skip()
		if after, ok := strings.CutPrefix(p.rest, ","); ok {
			p.rest = after
			continue
		}
		after, ok := strings.CutPrefix(p.rest, ")")
		if !ok {
			return nil, fmt.Errorf("%s does not end at %q", name, p.rest)
		}
		p.rest = after
		return c, nil
	}
}

func (p *expressionParser) parseString() (expression, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '\\':
			if i++; i < len(p.rest) {
				b.WriteByte(p.rest[i])
			}
		case '\'':
			p.rest = p.rest[i+1:]
			return constant{b.String()}, nil
		default:
			b.WriteByte(c)
		}
	}
	return nil, fmt.Errorf("string %s does not end", p.rest)
}

func (p *expressionParser) parseWord() (expression, error) {
	end := strings.IndexAny(p.rest, ",) ")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	switch word {
	case "true", "false":
		return constant{word == "true"}, nil
	case "null":
		return constant{nil}, nil
	}
	f, err := strconv.ParseFloat(word, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, fmt.Errorf("argument %q is neither a path, a call, a string, a number, true, false nor null", word)
	}
	return constant{f}, nil
}

// equal compares JSON values.
func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
