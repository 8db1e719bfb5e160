package stack

import (
	"strings"
	"testing"

	property "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// TestExistingKey uses the key of somebody else's secret.
func TestExistingKey(t *testing.T) {
	for _, row := range []struct{ name, value, err string }{
		{name: "long enough", value: strings.Repeat("k", 20)},
		{name: "as long as it may be", value: strings.Repeat("k", 128)},
		{name: "too short", value: strings.Repeat("k", 19), err: "config apiKeySecret: secret theirs: it has 19 characters, and API Gateway takes keys of 20 to 128"},
		{name: "too long", value: strings.Repeat("k", 129), err: "it has 129 characters"},
		{name: "empty, or binary", value: "", err: "it has 0 characters"},
		{name: "a document", value: `{"apiKey": "kkkkkkkkkkkkkkkkkkkk"}`, err: "it holds JSON"},
		{name: "with a line's end", value: strings.Repeat("k", 40) + "\n", err: "white space"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := stage.ParseConfig(map[string]string{"apiKeySecret": "theirs"})
			if err != nil {
				t.Fatal(err)
			}
			r := recorder{secrets: map[string]string{"theirs": row.value}}
			err = pulumi.RunErr(func(ctx *pulumi.Context) error {
				_, err := Define(ctx, c, zips(c.All()))
				return err
			}, pulumi.WithMocks("lambda-benchmark", "dev", &r))
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Fatalf("error is %v, want one that says %q", err, row.err)
				}
				if row.value != "" && strings.Contains(err.Error(), row.value) {
					t.Errorf("the error tells the key: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, resource := range r.sorted() {
				if short(resource.typ) != "apigateway/ApiKey" {
					continue
				}
				secret, ok := resource.inputs["value"].(*property.Secret)
				if !ok || secret.Element.StringValue() != row.value {
					t.Errorf("the key is %v, want the secret's, marked as secret", resource.inputs["value"])
				}
			}
		})
	}
}
