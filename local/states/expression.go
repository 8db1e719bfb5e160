package states

import (
	"encoding/json"
	"fmt"
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

// literal is a string in apostrophes. parts are what is between its {}, those
// whose braces are escaped left out.
type literal struct{ parts []string }

func (l literal) eval(scope) (any, error) { return strings.Join(l.parts, "{}"), nil }

// call is the call of an intrinsic function.
type call struct {
	name string
	fn   intrinsic
	args []expression
}

func (c call) eval(s scope) (any, error) {
	args, err := evalAll(c.args, s)
	if err != nil {
		return nil, err
	}
	v, err := c.fn(args)
	if err != nil {
		return nil, failf(ErrIntrinsicFailure, "%s: %v", c.name, err)
	}
	return v, nil
}

func evalAll(expressions []expression, s scope) ([]any, error) {
	values := make([]any, len(expressions))
	for i, e := range expressions {
		var err error
		if values[i], err = e.eval(s); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// formatCall is the call of States.Format. It is not a [call], because the braces
// of a template that is a literal may be escaped, which its value does not tell.
type formatCall struct {
	template expression
	args     []expression
}

const formatName = "States.Format"

func (c formatCall) eval(s scope) (any, error) {
	parts, err := c.parts(s)
	if err != nil {
		return nil, err
	}
	args, err := evalAll(c.args, s)
	if err != nil {
		return nil, err
	}
	text, err := format(parts, args)
	if err != nil {
		return nil, failf(ErrIntrinsicFailure, "%s: %v", formatName, err)
	}
	return text, nil
}

func (c formatCall) parts(s scope) ([]string, error) {
	if l, ok := c.template.(literal); ok {
		return l.parts, nil
	}
	v, err := c.template.eval(s)
	if err != nil {
		return nil, err
	}
	template, ok := v.(string)
	if !ok {
		return nil, failf(ErrIntrinsicFailure, "%s: the template is %s, not a string", formatName, quoted(v))
	}
	return strings.Split(template, "{}"), nil
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
	if !ok && name != formatName {
		return nil, fmt.Errorf("intrinsic function %q is not supported", name)
	}
	p.rest = rest
	args, err := p.parseArguments(depth)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if name != formatName {
		return call{name: name, fn: fn, args: args}, nil
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("%s takes a template", name)
	}
	return formatCall{template: args[0], args: args[1:]}, nil
}

// parseArguments reads what is behind an opening parenthesis, and the closing one.
func (p *expressionParser) parseArguments(depth int) ([]expression, error) {
	p.skip()
	if after, ok := strings.CutPrefix(p.rest, ")"); ok {
		p.rest = after
		return nil, nil
	}
	var args []expression
	for {
		arg, err := p.parse(depth + 1)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		p.skip()
		if after, ok := strings.CutPrefix(p.rest, ","); ok {
			p.rest = after
			continue
		}
		after, ok := strings.CutPrefix(p.rest, ")")
		if !ok {
			return nil, fmt.Errorf("the arguments do not end at %q", p.rest)
		}
		p.rest = after
		return args, nil
	}
}

// escaped are the characters that a literal may have behind a backslash.
const escaped = `'{}\`

// parseString reads a literal. {} in it is a gap for States.Format, unless one of
// the braces is escaped.
func (p *expressionParser) parseString() (expression, error) {
	var parts []string
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c == '\\':
			if i++; i == len(p.rest) || strings.IndexByte(escaped, p.rest[i]) < 0 {
				return nil, fmt.Errorf("a backslash in string %s is before none of %s", p.rest, escaped)
			}
			b.WriteByte(p.rest[i])
		case c == '\'':
			p.rest = p.rest[i+1:]
			return literal{append(parts, b.String())}, nil
		case strings.HasPrefix(p.rest[i:], "{}"):
			parts = append(parts, b.String())
			b.Reset()
			i++
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
	var n json.Number
	if strings.HasPrefix(word, `"`) || json.Unmarshal([]byte(word), &n) != nil {
		return nil, fmt.Errorf("argument %q is neither a path, a call, a string, a number, true, false nor null", word)
	}
	return constant{n}, nil
}
