package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
)

// Policy is an identity-based policy.
type Policy struct {
	Statements []Statement
}

// Statement allows every one of its actions on every one of its resources.
type Statement struct {
	Sid       string
	Actions   []string
	Resources []string
}

// oneOrMany is a JSON string or a list of them.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

type statementJSON struct {
	Sid       string
	Effect    string
	Principal map[string]oneOrMany
	Action    oneOrMany
	Resource  oneOrMany
	Condition map[string]map[string]oneOrMany // by operator and key
}

func parseStatements(document []byte) ([]statementJSON, error) {
	var doc struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := exactjson.UnmarshalKnown(document, &doc); err != nil {
		return nil, err
	}
	if doc.Version != "2012-10-17" {
		return nil, fmt.Errorf("version %q is not supported: write 2012-10-17", doc.Version)
	}
	list := doc.Statement
	if !bytes.HasPrefix(bytes.TrimSpace(list), []byte("[")) {
		list = append(append([]byte("["), list...), ']')
	}
	var statements []statementJSON
	if err := exactjson.UnmarshalKnown(list, &statements); err != nil {
		return nil, fmt.Errorf("statement: %w", err)
	}
	if len(statements) == 0 {
		return nil, fmt.Errorf("no statement")
	}
	for i, s := range statements {
		if s.Effect != "Allow" {
			return nil, fmt.Errorf("statement %d: effect %q is not supported: only Allow is", i+1, s.Effect)
		}
		if len(s.Action) == 0 {
			return nil, fmt.Errorf("statement %d: no action", i+1)
		}
	}
	return statements, nil
}

// ParsePolicy reads an identity-based policy document.
func ParsePolicy(document []byte) (Policy, error) {
	statements, err := parseStatements(document)
	if err != nil {
		return Policy{}, fmt.Errorf("parse policy: %w", err)
	}
	var p Policy
	for i, s := range statements {
		if len(s.Principal) > 0 {
			return Policy{}, fmt.Errorf("parse policy: statement %d: an identity-based policy has no principal", i+1)
		}
		if s.Condition != nil {
			return Policy{}, fmt.Errorf("parse policy: statement %d: Condition is supported in trust policies only", i+1)
		}
		if len(s.Resource) == 0 {
			return Policy{}, fmt.Errorf("parse policy: statement %d: no resource", i+1)
		}
		for _, r := range s.Resource {
			if r == "" {
				return Policy{}, fmt.Errorf("parse policy: statement %d: a resource is empty", i+1)
			}
		}
		p.Statements = append(p.Statements, Statement{Sid: s.Sid, Actions: s.Action, Resources: s.Resource})
	}
	return p, nil
}

// Allows says whether a statement allows the action on the resource.
func (p Policy) Allows(action, resource string) bool {
	for _, s := range p.Statements {
		if anyMatches(s.Actions, strings.ToLower(action), strings.ToLower) && anyMatches(s.Resources, resource, nil) {
			return true
		}
	}
	return false
}

func anyMatches(patterns []string, s string, fold func(string) string) bool {
	for _, pattern := range patterns {
		if fold != nil { // actions are not case-sensitive, resources are
			pattern = fold(pattern)
		}
		if match(pattern, s) {
			return true
		}
	}
	return false
}

// match compares with the wildcards * (any characters) and ? (one). It goes back
// to the last star only, so that its time is bounded by the product of the lengths.
func match(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
