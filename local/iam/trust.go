package iam

import (
	"fmt"
	"slices"
	"strings"
)

// Trust lets a service assume a role, if every condition holds.
type Trust struct {
	Service    string
	Conditions []Condition
}

// Condition holds if the value of its key is one of its values, as its operator
// compares them.
type Condition struct {
	Operator, Key string
	Values        []string
}

// The operators and keys that a trust policy may use.
const (
	stringEquals         = "StringEquals"
	stringEqualsIfExists = "StringEqualsIfExists"
	arnLike              = "ArnLike"

	sourceAccount = "aws:SourceAccount"
	sourceARN     = "aws:SourceArn"
)

// Source is the resource for which a service assumes a role.
type Source struct{ AccountID, ARN string }

// Trusts says whether a service may assume the role for a resource.
func (r Role) Trusts(service string, from Source) bool {
	return slices.ContainsFunc(r.Trust, func(t Trust) bool {
		return t.Service == service && !slices.ContainsFunc(t.Conditions, func(c Condition) bool { return !c.holds(from) })
	})
}

func (c Condition) holds(from Source) bool {
	value := from.AccountID
	if c.Key == sourceARN {
		value = from.ARN
	}
	if value == "" { // the key is absent from the request
		return c.Operator == stringEqualsIfExists
	}
	return slices.ContainsFunc(c.Values, func(want string) bool {
		if c.Operator == arnLike {
			return matchARN(want, value)
		}
		return want == value
	})
}

// matchARN compares the six parts of two ARNs, each with wildcards, so that a
// wildcard never reaches over a colon but in the last part.
func matchARN(pattern, arn string) bool {
	patterns, parts := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return false
	}
	for i, part := range parts {
		if !match(patterns[i], part) {
			return false
		}
	}
	return true
}

// ParseTrust reads a role's trust policy. What it does not know is an error.
func ParseTrust(document []byte) ([]Trust, error) {
	statements, err := parseStatements(document)
	if err != nil {
		return nil, fmt.Errorf("parse trust policy: %w", err)
	}
	var trust []Trust
	for i, s := range statements {
		if len(s.Action) != 1 || s.Action[0] != "sts:AssumeRole" || len(s.Resource) > 0 {
			return nil, fmt.Errorf("parse trust policy: statement %d: only sts:AssumeRole without a resource is supported", i+1)
		}
		if len(s.Principal) != 1 || len(s.Principal["Service"]) == 0 {
			return nil, fmt.Errorf("parse trust policy: statement %d: only services are supported as principals", i+1)
		}
		conditions, err := s.conditions()
		if err != nil {
			return nil, fmt.Errorf("parse trust policy: statement %d: %w", i+1, err)
		}
		for _, service := range s.Principal["Service"] {
			trust = append(trust, Trust{Service: service, Conditions: conditions})
		}
	}
	return trust, nil
}

func (s statementJSON) conditions() ([]Condition, error) {
	var conditions []Condition
	for operator, keys := range s.Condition {
		for key, values := range keys {
			equals := operator == stringEquals || operator == stringEqualsIfExists
			known := equals && (key == sourceAccount || key == sourceARN) || operator == arnLike && key == sourceARN
			if !known {
				return nil, fmt.Errorf("condition %s of %s is not supported: StringEquals and StringEqualsIfExists of aws:SourceAccount and aws:SourceArn, and ArnLike of aws:SourceArn are", operator, key)
			}
			if len(values) == 0 || slices.Contains(values, "") {
				return nil, fmt.Errorf("condition %s of %s: a value is missing", operator, key)
			}
			conditions = append(conditions, Condition{Operator: operator, Key: key, Values: values})
		}
	}
	slices.SortFunc(conditions, func(a, b Condition) int {
		return strings.Compare(a.Operator+" "+a.Key, b.Operator+" "+b.Key)
	})
	return conditions, nil
}
