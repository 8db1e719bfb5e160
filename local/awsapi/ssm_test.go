package awsapi

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/local/ssm"
)

var parameters = []ssm.Parameter{
	{Name: "/dev/value", Value: "hello"},
	{Name: "plain", Type: "String", Value: "1"},
	{Name: "/dev/secret", Type: "SecureString", Value: "hidden"},
}

func newSSM() *ssm.Service {
	return ssm.New(ssm.Options{Region: region, AccountID: account, Parameters: parameters, Rate: 1e9})
}

func TestGetParameter(t *testing.T) {
	e := newEndpoint(t, func(o *Options) { o.SSM = newSSM() })
	client := sdk.NewFromConfig(e.config(operatorKey))
	const prefix = "arn:aws:ssm:eu-central-1:123456789012:parameter"
	for _, tt := range []struct {
		name, asked string
		decrypt     bool
		want        types.Parameter // Value empty: anything but the plain text
	}{
		{"path", "/dev/value", true, types.Parameter{Name: aws.String("/dev/value"), Type: "String", Value: aws.String("hello"), ARN: aws.String(prefix + "/dev/value")}},
		{"plain name", "plain", false, types.Parameter{Name: aws.String("plain"), Type: "String", Value: aws.String("1"), ARN: aws.String(prefix + "/plain")}},
		{"ARN of a path", prefix + "/dev/value", false, types.Parameter{Name: aws.String("/dev/value"), Type: "String", Value: aws.String("hello"), ARN: aws.String(prefix + "/dev/value")}},
		{"ARN of a plain name", prefix + "/plain", false, types.Parameter{Name: aws.String("plain"), Type: "String", Value: aws.String("1"), ARN: aws.String(prefix + "/plain")}},
		{"version", "/dev/value:1", false, types.Parameter{Name: aws.String("/dev/value"), Type: "String", Value: aws.String("hello"), ARN: aws.String(prefix + "/dev/value"), Selector: aws.String(":1")}},
		{"decrypted", "/dev/secret", true, types.Parameter{Name: aws.String("/dev/secret"), Type: "SecureString", Value: aws.String("hidden"), ARN: aws.String(prefix + "/dev/secret")}},
		{"encrypted", "/dev/secret", false, types.Parameter{Name: aws.String("/dev/secret"), Type: "SecureString", ARN: aws.String(prefix + "/dev/secret")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := client.GetParameter(t.Context(), &sdk.GetParameterInput{Name: &tt.asked, WithDecryption: &tt.decrypt})
			if err != nil {
				t.Fatal(err)
			}
			got := *out.Parameter
			if got.LastModifiedDate == nil || time.Since(*got.LastModifiedDate) > time.Minute || got.Version != 1 || aws.ToString(got.DataType) != "text" {
				t.Errorf("got %+v", got)
			}
			got.LastModifiedDate, got.Version, got.DataType = nil, 0, nil
			if tt.want.Value == nil {
				if v := aws.ToString(got.Value); v == "" || strings.Contains(v, "hidden") {
					t.Errorf("ciphertext %q", v)
				}
				got.Value = nil
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(types.Parameter{}), cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestGetParameters(t *testing.T) {
	e := newEndpoint(t, func(o *Options) { o.SSM = newSSM() })
	client := sdk.NewFromConfig(e.config(operatorKey))
	out, err := client.GetParameters(t.Context(), &sdk.GetParametersInput{Names: []string{"plain", "nope", "/dev/value"}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range out.Parameters {
		names = append(names, aws.ToString(p.Name)+"="+aws.ToString(p.Value))
	}
	if diff := cmp.Diff([]string{"plain=1", "/dev/value=hello"}, names); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"nope"}, out.InvalidParameters); diff != "" {
		t.Errorf("invalid parameters (-want +got):\n%s", diff)
	}
	_, err = client.GetParameters(t.Context(), &sdk.GetParametersInput{Names: []string{}})
	checkCode(t, err, "ValidationException")
}

func TestParameterErrors(t *testing.T) {
	e := newEndpoint(t, func(o *Options) {
		o.SSM = newSSM()
		o.Directory = readerDirectory(t, allow("ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/dev/v*"))
	})
	get := func(key, name string) error {
		_, err := sdk.NewFromConfig(e.config(key)).GetParameter(t.Context(), &sdk.GetParameterInput{Name: &name})
		return err
	}
	checkCode(t, get(operatorKey, "nope"), "ParameterNotFound")
	checkCode(t, get(operatorKey, "plain:2"), "ParameterVersionNotFound")
	if err := get(functionKey, "/dev/value"); err != nil {
		t.Errorf("what the policy allows: %v", err)
	}
	checkCode(t, get(functionKey, "/dev/vanished"), "ParameterNotFound")
	checkDenied(t, get(functionKey, "/dev/secret"), "ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/dev/secret")
	// Who may not read does not learn whether there is something to read.
	checkDenied(t, get(functionKey, "nope"), "ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/nope")
	_, err := sdk.NewFromConfig(e.config(functionKey)).GetParameters(t.Context(), &sdk.GetParametersInput{Names: []string{"/dev/value"}})
	checkDenied(t, err, "ssm:GetParameters", "arn:aws:ssm:eu-central-1:123456789012:parameter/dev/value")
}

// The exact bytes that the SDK for JavaScript was verified with.
func TestParameterOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Region: region, AccountID: account, Directory: operators(), SSM: newSSM()})
		w := call(s, "AmazonSSM.GetParameter", functionKey, `{"Name":"/dev/value","WithDecryption":true}`)
		const want = `{"Parameter":{"Name":"/dev/value","Type":"String","Value":"hello","Version":1,"LastModifiedDate":946684800,"ARN":"arn:aws:ssm:eu-central-1:123456789012:parameter/dev/value","DataType":"text"}}`
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("got %d %s, want %s", w.Code, w.Body, want)
		}
		if got := w.Header().Get("Content-Type"); got != "application/x-amz-json-1.1" {
			t.Errorf("content type %s", got)
		}
		if w.Header().Get("X-Amzn-Requestid") == "" {
			t.Error("no request id")
		}
		w = call(s, "AmazonSSM.GetParameter", functionKey, `{"Name":"nope"}`)
		if w.Code != 400 || w.Body.String() != `{"__type":"ParameterNotFound"}` {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	})
}
