package lambda

import (
	"context"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
)

const (
	apiGateway = "apigateway.amazonaws.com"
	apiARN     = "arn:aws:execute-api:eu-central-1:123456789012:abcdef/dev/GET/esmodule"
	helloARN   = "arn:aws:lambda:eu-central-1:123456789012:function:hello"
)

func TestResourcePolicy(t *testing.T) {
	for name, test := range map[string]struct {
		permission Permission
		service    string
		sourceARN  string
		qualifier  string
		allowed    bool
	}{
		"as deployed":                 {Permission{Qualifier: "live", Principal: apiGateway, SourceARN: "arn:aws:execute-api:eu-central-1:123456789012:abcdef/*/*"}, apiGateway, apiARN, "live", true},
		"any source":                  {Permission{Qualifier: "live", Principal: apiGateway}, apiGateway, apiARN, "live", true},
		"anybody":                     {Permission{Qualifier: "live", Principal: "*"}, "events.amazonaws.com", "", "live", true},
		"every action":                {Permission{Qualifier: "live", Principal: apiGateway, Action: "lambda:*"}, apiGateway, apiARN, "live", true},
		"unqualified":                 {Permission{Principal: apiGateway}, apiGateway, apiARN, "", true},
		"unqualified, $LATEST":        {Permission{Principal: apiGateway}, apiGateway, apiARN, "$LATEST", true},
		"qualifier forgotten":         {Permission{Principal: apiGateway}, apiGateway, apiARN, "live", false},
		"of another qualifier":        {Permission{Qualifier: "1", Principal: apiGateway}, apiGateway, apiARN, "live", false},
		"of a qualifier, unqualified": {Permission{Qualifier: "live", Principal: apiGateway}, apiGateway, apiARN, "", false},
		"another service":             {Permission{Qualifier: "live", Principal: apiGateway}, "events.amazonaws.com", apiARN, "live", false},
		"another action":              {Permission{Qualifier: "live", Principal: apiGateway, Action: "lambda:GetFunction"}, apiGateway, apiARN, "live", false},
		"another API":                 {Permission{Qualifier: "live", Principal: apiGateway, SourceARN: "arn:aws:execute-api:eu-central-1:123456789012:zyxwvu/*/*"}, apiGateway, apiARN, "live", false},
		"another method":              {Permission{Qualifier: "live", Principal: apiGateway, SourceARN: "arn:aws:execute-api:eu-central-1:123456789012:abcdef/*/POST/*"}, apiGateway, apiARN, "live", false},
		"no source":                   {Permission{Qualifier: "live", Principal: apiGateway, SourceARN: "arn:aws:execute-api:*:*:abcdef/*"}, apiGateway, "", "live", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, &fakeLauncher{})
			create(t, s, func(c *FunctionConfig) { c.Publish = true })
			if _, err := s.CreateAlias("hello", "live", "1"); err != nil {
				t.Fatal(err)
			}
			in := InvokeInput{Function: "hello", Qualifier: test.qualifier, Caller: Caller{Service: test.service, SourceARN: test.sourceARN}}
			_, err := s.Invoke(t.Context(), in)
			wantError(t, err, "AccessDeniedException", "")

			p := test.permission
			p.StatementID, p.Function = "s1", helloARN
			if p.Action == "" {
				p.Action = "lambda:InvokeFunction"
			}
			if err := s.AddPermission(p); err != nil {
				t.Fatal(err)
			}
			_, err = s.Invoke(t.Context(), in)
			if test.allowed && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !test.allowed {
				wantError(t, err, "AccessDeniedException", "")
			}
		})
	}
}

func TestAddPermissionErrors(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	create(t, s, func(c *FunctionConfig) { c.Publish = true })
	good := Permission{StatementID: "s1", Function: "hello", Qualifier: "1", Principal: apiGateway, Action: "lambda:InvokeFunction"}
	if err := s.AddPermission(good); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change        func(*Permission)
		code, message string
	}{
		"again":            {func(p *Permission) {}, "ResourceConflictException", "The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement."},
		"statement id":     {func(p *Permission) { p.StatementID = "example.com" }, "ValidationException", "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"},
		"action":           {func(p *Permission) { p.Action = "s3:GetObject" }, "ValidationException", ""},
		"principal":        {func(p *Permission) { p.Principal = "invalid" }, "InvalidParameterValueException", "The provided principal was invalid. Please check the principal and try again."},
		"$LATEST":          {func(p *Permission) { p.Qualifier = "$LATEST" }, "InvalidParameterValueException", "We currently do not support adding policies for $LATEST."},
		"no such version":  {func(p *Permission) { p.Qualifier = "42" }, "ResourceNotFoundException", "Function not found: " + helloARN + ":42"},
		"no such alias":    {func(p *Permission) { p.Qualifier = "none" }, "ResourceNotFoundException", "Cannot find alias arn: " + helloARN + ":none"},
		"no such function": {func(p *Permission) { p.Function, p.Qualifier = "none", "" }, "ResourceNotFoundException", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := good
			test.change(&p)
			wantError(t, s.AddPermission(p), test.code, test.message)
		})
	}
	other := good
	other.Qualifier = ""
	if err := s.AddPermission(other); err != nil {
		t.Errorf("the same statement id of another qualifier: %v", err)
	}
}

func TestArnLike(t *testing.T) {
	for _, test := range []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:s3:::bucket", "arn:aws:s3:::bucket", true},
		{"arn:aws:s3:::b*", "arn:aws:s3:::bucket", true},
		{"arn:aws:s3:::b?cket", "arn:aws:s3:::bucket", true},
		{"arn:aws:s3:::b?cket", "arn:aws:s3:::bcket", false},
		{"arn:aws:*:::bucket", "arn:aws:s3:::bucket", true},
		{"arn:*", "arn:aws:s3:::bucket", false},
		{"arn:*:bucket", "arn:aws:s3:::bucket", false},
		{"arn:aws:states:*:*:stateMachine:a", "arn:aws:states:eu-central-1:1:stateMachine:a", true},
		{"arn:aws:states:*:*:*", "arn:aws:states:eu-central-1:1:stateMachine:a", true},
		{"arn:aws:s3:::*a*b", "arn:aws:s3:::xaxbxab", true},
		{"arn:aws:s3:::*a*b", "arn:aws:s3:::xaxbxa", false},
		{"arn:aws:s3:::***", "arn:aws:s3:::", true},
		{"arn:aws:s3:::a", "arn:aws:s3:::", false},
		{"arn:aws:s3:::", "arn:aws:s3:::a", false},
		{"x", "x", true},
	} {
		if got := arnLike(test.pattern, test.arn); got != test.want {
			t.Errorf("arnLike(%s, %s) = %v, want %v", test.pattern, test.arn, got, test.want)
		}
	}
}

// directory returns one with the role of testConfig, allowed what is given, and
// a role for the state machine that may invoke hello's alias live.
func directory(t *testing.T, statements ...iam.Statement) *iam.Directory {
	t.Helper()
	return iam.NewDirectory(
		iam.Role{Name: "hello", ARN: "arn:aws:iam::123456789012:role/hello", Trust: []iam.Trust{{Service: "lambda.amazonaws.com"}},
			Policies: []iam.Policy{{Statements: statements}}},
		iam.Role{Name: "workflow", ARN: "arn:aws:iam::123456789012:role/workflow", Trust: []iam.Trust{{Service: "states.amazonaws.com"}},
			Policies: []iam.Policy{{Statements: []iam.Statement{{Actions: []string{"lambda:InvokeFunction"}, Resources: []string{helloARN + ":live"}}}}}},
	)
}

func TestRoles(t *testing.T) {
	d := directory(t, iam.Statement{Actions: []string{"lambda:InvokeFunction"}, Resources: []string{helloARN + ":1"}})
	l := &fakeLauncher{}
	s := newService(t, l, func(o *Options) { o.Directory = d })
	create(t, s, func(c *FunctionConfig) { c.Publish = true })
	if _, err := s.CreateAlias("hello", "live", "1"); err != nil {
		t.Fatal(err)
	}
	d.AdmitOperator(iam.Credentials{AccessKeyID: "AKIAOPERATOR"})
	invoke(t, s, InvokeInput{}) // by this process itself
	key := l.environments()[0].config.Credentials.AccessKeyID
	workflow := "arn:aws:iam::123456789012:role/workflow"
	for name, test := range map[string]struct {
		caller    Caller
		qualifier string
		denied    string // the principal, or empty
	}{
		"function, allowed":       {Caller{AccessKeyID: key}, "1", ""},
		"function, not qualified": {Caller{AccessKeyID: key}, "", "arn:aws:iam::123456789012:role/hello"},
		"function, other alias":   {Caller{AccessKeyID: key}, "live", "arn:aws:iam::123456789012:role/hello"},
		"operator's key":          {Caller{AccessKeyID: "AKIAOPERATOR"}, "", ""},
		"an unknown key":          {Caller{AccessKeyID: "AKIAOTHER"}, "", "AKIAOTHER"},
		"workflow, allowed":       {Caller{RoleARN: workflow}, "live", ""},
		"workflow as a service":   {Caller{RoleARN: workflow, Service: "states.amazonaws.com"}, "live", ""},
		"workflow, not qualified": {Caller{RoleARN: workflow}, "", workflow},
		"unknown role":            {Caller{RoleARN: "arn:aws:iam::123456789012:role/none"}, "live", "arn:aws:iam::123456789012:role/none"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Invoke(t.Context(), InvokeInput{Function: "hello", Qualifier: test.qualifier, Caller: test.caller})
			if test.denied == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			arn := helloARN
			if test.qualifier != "" {
				arn += ":" + test.qualifier
			}
			wantError(t, err, "AccessDeniedException", "User: "+test.denied+" is not authorized to perform: lambda:InvokeFunction on resource: "+arn+
				" because no identity-based policy allows the lambda:InvokeFunction action")
		})
	}
	wantError(t, s.Authorize(Caller{AccessKeyID: key}, "lambda:UpdateFunctionConfiguration", "hello", ""), "AccessDeniedException", "")
	if err := s.Authorize(Caller{}, "lambda:UpdateFunctionConfiguration", "hello", ""); err != nil {
		t.Error(err)
	}
}

func TestRoleThatLambdaCannotAssume(t *testing.T) {
	s := newService(t, &fakeLauncher{}, func(o *Options) { o.Directory = directory(t) })
	c := testConfig(t, "hello")
	c.RoleARN = "arn:aws:iam::123456789012:role/workflow"
	_, _, err := s.CreateFunction(context.Background(), c)
	wantError(t, err, "InvalidParameterValueException", "")
	if err == nil || !strings.Contains(err.Error(), "it does not trust lambda.amazonaws.com") {
		t.Errorf("error = %v, want why", err)
	}
}

func TestCredentialsAreUnique(t *testing.T) {
	a, b := newCredentials(), newCredentials()
	if a == b || len(a.AccessKeyID) != 20 || len(a.SecretAccessKey) != 40 || !strings.HasPrefix(a.AccessKeyID, "ASIA") {
		t.Errorf("credentials %+v and %+v", a, b)
	}
}
