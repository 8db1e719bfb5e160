package lambda

import (
	"errors"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

func TestReferences(t *testing.T) {
	s := newService(t, &fakeLauncher{})
	create(t, s, func(c *FunctionConfig) { c.Publish = true })
	if _, err := s.CreateAlias("hello", "live", "1"); err != nil {
		t.Fatal(err)
	}
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:hello"
	for name, test := range map[string]struct {
		function, qualifier string
		arn, version        string // or
		code, message       string
	}{
		"name":                            {"hello", "", arn, "$LATEST", "", ""},
		"name and version":                {"hello", "1", arn + ":1", "1", "", ""},
		"name and alias":                  {"hello", "live", arn + ":live", "1", "", ""},
		"name and $LATEST":                {"hello", "$LATEST", arn + ":$LATEST", "$LATEST", "", ""},
		"qualified name":                  {"hello:live", "", arn + ":live", "1", "", ""},
		"qualified name, same qualifier":  {"hello:live", "live", arn + ":live", "1", "", ""},
		"function: and name":              {"function:hello", "", arn, "$LATEST", "", ""},
		"partial ARN":                     {"123456789012:function:hello", "", arn, "$LATEST", "", ""},
		"qualified partial ARN":           {"123456789012:function:hello:live", "", arn + ":live", "1", "", ""},
		"ARN":                             {arn, "", arn, "$LATEST", "", ""},
		"ARN and version":                 {arn, "1", arn + ":1", "1", "", ""},
		"qualified ARN":                   {arn + ":$LATEST", "", arn + ":$LATEST", "$LATEST", "", ""},
		"qualifier of another":            {"hello:1", "live", "", "", "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."},
		"no such function":                {"none", "", "", "", "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:123456789012:function:none"},
		"no such function, qualified":     {"none", "$LATEST", "", "", "ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-central-1:123456789012:function:none:$LATEST"},
		"no such version":                 {"hello", "1221", "", "", "ResourceNotFoundException", "Function not found: " + arn + ":1221"},
		"version with a leading zero":     {"hello", "01", "", "", "ResourceNotFoundException", "Function not found: " + arn + ":01"},
		"version zero":                    {"hello", "0", "", "", "ResourceNotFoundException", "Function not found: " + arn + ":0"},
		"no such alias":                   {"hello", "dead", "", "", "ResourceNotFoundException", "Function not found: " + arn + ":dead"},
		"another region":                  {"arn:aws:lambda:ap-southeast-1:123456789012:function:hello", "", "", "", "ResourceNotFoundException", "Functions from 'ap-southeast-1' are not reachable in this region ('eu-central-1')"},
		"another account":                 {"arn:aws:lambda:eu-central-1:210987654321:function:hello", "", "", "", "AccessDeniedException", ""},
		"not a name":                      {"invalid:function:name", "", "", "", "ValidationException", "1 validation error detected: Value 'invalid:function:name' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: " + functionNamePattern},
		"another service's ARN":           {"arn:aws:lambda:eu-central-1:123400000000@function:myfn", "", "", "", "ValidationException", "1 validation error detected: Value 'arn:aws:lambda:eu-central-1:123400000000@function:myfn' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: " + functionNamePattern},
		"empty":                           {"", "", "", "", "ValidationException", "1 validation error detected: Value '' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: " + functionNamePattern},
		"not a qualifier":                 {"hello", "a?b", "", "", "ValidationException", `1 validation error detected: Value 'a?b' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+`},
		"name that is too long":           {strings.Repeat("a", 65), "", "", "", "InvalidParameterValueException", "1 validation error detected: Value '" + strings.Repeat("a", 65) + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		"ARN that is too long":            {arn + strings.Repeat("a", 100), "", "", "", "ValidationException", "1 validation error detected: Value '" + arn + strings.Repeat("a", 100) + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140"},
		"a newline behind a valid prefix": {"hello\n", "", "", "", "ValidationException", "1 validation error detected: Value 'hello\n' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: " + functionNamePattern},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := s.GetFunction(test.function, test.qualifier)
			if test.code != "" {
				wantError(t, err, test.code, test.message)
				_, err := s.Invoke(t.Context(), InvokeInput{Function: test.function, Qualifier: test.qualifier})
				wantError(t, err, test.code, test.message)
				return
			}
			if err != nil || c.ARN != test.arn || c.Version != test.version {
				t.Errorf("ARN %s, version %s, %v; want %s, %s", c.ARN, c.Version, err, test.arn, test.version)
			}
		})
	}
}

// wantError checks an AWS error by its code and message; an empty message is not looked at.
func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *apierror.Error
	if !errors.As(err, &e) {
		t.Errorf("error = %v, want %s", err, code)
		return
	}
	if e.Code != code || message != "" && e.Message != message {
		t.Errorf("error = %s: %s\nwant    %s: %s", e.Code, e.Message, code, message)
	}
}

// What is read must name the same function when it is written as an ARN.
func FuzzReference(f *testing.F) {
	for _, seed := range [][2]string{
		{"hello", "live"}, {"arn:aws:lambda:eu-central-1:123456789012:function:hello:1", ""},
		{"123456789012:function:hello", "$LATEST"}, {"eu-central-1:123456789012:function:a:b", ""}, {"a.b", "$"}, {"function:function", ""},
	} {
		f.Add(seed[0], seed[1])
	}
	s := New(Options{Region: "eu-central-1", AccountID: "123456789012"})
	f.Fuzz(func(t *testing.T, function, qualifier string) {
		r, err := s.reference(function, qualifier)
		if err != nil {
			var e *apierror.Error
			if !errors.As(err, &e) || e.Status < 400 || e.Status > 499 {
				t.Errorf("reference(%q, %q): %v is no refusal of AWS", function, qualifier, err)
			}
			return
		}
		again, err := s.reference(s.arn(r), "")
		// A lone $ is a qualifier beside a name but not inside an ARN, as on AWS.
		if err != nil && !strings.Contains(qualifier, "$") || err == nil && again != r {
			t.Errorf("reference(%q, %q) = %+v, but its ARN %s is %+v, %v", function, qualifier, r, s.arn(r), again, err)
		}
	})
}
