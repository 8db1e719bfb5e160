package iam

import (
	"strings"
	"testing"
)

func TestTrusts(t *testing.T) {
	const document = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}},
		{"Effect":"Allow","Action":["sts:AssumeRole"],"Principal":{"Service":["states.amazonaws.com"]},"Condition":{
			"StringEquals":{"aws:SourceAccount":"123456789012"},
			"ArnLike":{"aws:SourceArn":["arn:aws:states:us-east-1:123456789012:stateMachine:m","arn:aws:states:us-east-1:123456789012:stateMachine:m/*"]}}},
		{"Effect":"Allow","Action":["sts:AssumeRole"],"Principal":{"Service":["cloudformation.amazonaws.com"]},"Condition":{
			"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"},
			"ArnLike":{"aws:SourceArn":"arn:aws:cloudformation:us-east-1:123456789012:stack/s/*"}}}]}`
	trust, err := ParseTrust([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	role := Role{Trust: trust}
	const account, machine = "123456789012", "arn:aws:states:us-east-1:123456789012:stateMachine:m"
	const stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/s/1"
	for _, row := range []struct {
		name, service string
		from          Source
		want          bool
	}{
		{"no condition", "lambda.amazonaws.com", Source{}, true},
		{"the machine", "states.amazonaws.com", Source{account, machine}, true},
		{"the machine's map runs", "states.amazonaws.com", Source{account, machine + "/Functions"}, true},
		{"another machine", "states.amazonaws.com", Source{account, machine + "2"}, false},
		{"another account", "states.amazonaws.com", Source{"210987654321", machine}, false},
		{"no source", "states.amazonaws.com", Source{}, false},
		{"no account", "states.amazonaws.com", Source{ARN: machine}, false},
		{"an account that need not be there", "cloudformation.amazonaws.com", Source{ARN: stack}, true},
		{"and is", "cloudformation.amazonaws.com", Source{account, stack}, true},
		{"and is another", "cloudformation.amazonaws.com", Source{"210987654321", stack}, false},
		{"another service", "scheduler.amazonaws.com", Source{account, machine}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := role.Trusts(row.service, row.from); got != row.want {
				t.Errorf("Trusts is %v, want %v", got, row.want)
			}
		})
	}
}

func TestMatchARN(t *testing.T) {
	for _, row := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:scheduler:us-east-1:1:schedule-group/default", "arn:aws:scheduler:us-east-1:1:schedule-group/default", true},
		{"arn:aws:states:*:1:stateMachine:*", "arn:aws:states:us-east-1:1:stateMachine:m/Label:x", true},
		{"arn:*:stateMachine:m", "arn:aws:states:us-east-1:1:stateMachine:m", false},
		{"arn:aws:states:*:stateMachine:m", "arn:aws:states:us-east-1:1:stateMachine:m", false},
		{"*", "arn:aws:states:us-east-1:1:stateMachine:m", false},
	} {
		if got := matchARN(row.pattern, row.arn); got != row.want {
			t.Errorf("%s like %s is %v, want %v", row.arn, row.pattern, got, row.want)
		}
	}
}

func TestParseTrustRefuses(t *testing.T) {
	statement := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",` + rest + `}]}`
	}
	const service = `"Principal":{"Service":"states.amazonaws.com"},`
	for _, row := range []struct{ name, document, want string }{
		{"everybody", statement(`"Principal":{"AWS":"*"}`), "only services are supported as principals"},
		{"a resource", statement(service + `"Resource":"*"`), "without a resource"},
		{"another operator", statement(service + `"Condition":{"StringLike":{"aws:SourceAccount":"1"}}`), "condition StringLike of aws:SourceAccount is not supported"},
		{"another key", statement(service + `"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o"}}`), "condition StringEquals of aws:PrincipalOrgID is not supported"},
		{"an account that is like another", statement(service + `"Condition":{"ArnLike":{"aws:SourceAccount":"1"}}`), "condition ArnLike of aws:SourceAccount is not supported"},
		{"no value", statement(service + `"Condition":{"StringEquals":{"aws:SourceAccount":[]}}`), "a value is missing"},
		{"an empty value, as an output that was lost leaves behind", statement(service + `"Condition":{"ArnLike":{"aws:SourceArn":""}}`), "a value is missing"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := ParseTrust([]byte(row.document)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error is %v, want one with %q", err, row.want)
			}
		})
	}
}
