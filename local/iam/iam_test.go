package iam

import (
	"errors"
	"strings"
	"testing"
)

func TestPolicyAllows(t *testing.T) {
	for _, test := range []struct {
		name, document, action, resource string
		want                             bool
	}{
		{"the very thing", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"arn:p"}]}`, "ssm:GetParameter", "arn:p", true},
		{"another resource", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"arn:p"}]}`, "ssm:GetParameter", "arn:q", false},
		{"another action", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["ssm:GetParameter"],"Resource":["*"]}}`, "ssm:PutParameter", "arn:p", false},
		{"actions in any case", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"SSM:getparameter","Resource":"*"}]}`, "ssm:GetParameter", "x", true},
		{"resources in their own case", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:P"}]}`, "a:B", "arn:p", false},
		{"wildcards", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*Events","Resource":"arn:*:log-group:/aws/lambda/x-?:*"}]}`, "logs:FilterLogEvents", "arn:aws:log-group:/aws/lambda/x-1:log-stream:a", true},
		{"a second statement", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:A","Resource":"1"},{"Effect":"Allow","Action":"b:B","Resource":"2"}]}`, "b:B", "1", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := ParsePolicy([]byte(test.document))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Allows(test.action, test.resource); got != test.want {
				t.Errorf("Allows(%s, %s) = %v, want %v", test.action, test.resource, got, test.want)
			}
		})
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	for _, test := range []struct{ name, document, want string }{
		{"a condition", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:A","Resource":"*","Condition":{}}]}`, "Condition"},
		{"a denial", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"a:A","Resource":"*"}]}`, `effect "Deny"`},
		{"an exception", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"a:A","Resource":"*"}]}`, "NotAction"},
		{"no resource", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:A"}]}`, "no resource"},
		{"an empty resource, as an output that was lost leaves behind", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:A","Resource":[""]}]}`, "empty"},
		{"an old version", `{"Version":"2008-10-17","Statement":[]}`, "2008-10-17"},
		{"no statement", `{"Version":"2012-10-17","Statement":[]}`, "no statement"},
		{"not JSON", `Version: 2012`, "invalid character"},
		{"a second document", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"a:A","Resource":"*"}]}{}`, "unexpected '{' after the JSON value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := ParsePolicy([]byte(test.document)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestDirectory(t *testing.T) {
	policy, err := ParsePolicy([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"arn:p"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	trust, err := ParseTrust([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d := NewDirectory(Role{ARN: "arn:role", Trust: trust, Policies: []Policy{policy}})
	key := Credentials{AccessKeyID: "KEY", SecretAccessKey: "secret", SessionToken: "token"}
	if err := d.Assume("arn:role", "states.amazonaws.com", Credentials{AccessKeyID: "KEY"}); err == nil {
		t.Error("a service that the role does not trust assumed it")
	}
	if err := d.Assume("arn:none", "lambda.amazonaws.com", key); err == nil {
		t.Error("a role that does not exist was assumed")
	}
	if err := d.Assume("arn:role", "lambda.amazonaws.com", key); err != nil {
		t.Fatal(err)
	}
	if err := d.Authorize("KEY", "ssm:GetParameter", "arn:p"); err != nil {
		t.Errorf("allowed call: %v", err)
	}
	err = d.Authorize("KEY", "ssm:GetParameter", "arn:other")
	if denied, ok := errors.AsType[*DeniedError](err); !ok || denied.Action != "ssm:GetParameter" || denied.Resource != "arn:other" {
		t.Errorf("error is %v, want a DeniedError that names action and resource", err)
	}
	if got, ok := d.Credentials("KEY"); !ok || got != key {
		t.Errorf("credentials are %v, %v", got, ok)
	}
	if err := d.Authorize("OPERATOR", "anything:AtAll", "*"); err == nil {
		t.Error("an access key that belongs to nobody was allowed something")
	}
	d.AdmitOperator(Credentials{AccessKeyID: "OPERATOR"})
	if err := d.Authorize("OPERATOR", "anything:AtAll", "*"); err != nil {
		t.Errorf("the operator: %v", err)
	}
	if err := d.AuthorizeRole("arn:none", "ssm:GetParameter", "arn:p"); err == nil {
		t.Error("a role that does not exist was allowed something")
	}
}

// FuzzMatch checks the matcher against its definition, written naively.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**", "")
	f.Add("a*a*a*b", "aaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 10 || len(s) > 12 {
			return
		}
		if got, want := match(pattern, s), naive(pattern, s); got != want {
			t.Errorf("match(%q, %q) = %v, want %v", pattern, s, got, want)
		}
	})
}

func naive(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return naive(pattern[1:], s) || s != "" && naive(pattern, s[1:])
	}
	return s != "" && (pattern[0] == '?' || pattern[0] == s[0]) && naive(pattern[1:], s[1:])
}
