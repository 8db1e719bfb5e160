package stack

import (
	"strings"
	"testing"

	property "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// secretWord is in every secret value of TestSecrets.
const secretWord = "hunter2"

// TestSecrets looks for the values of secret keys in everything that Pulumi keeps
// and shows.
func TestSecrets(t *testing.T) {
	values := map[string]string{
		"exclude":               nothingBenchmarked,
		stage.KeyParameterValue: secretWord,
		stage.KeyFunctions:      `[{"arn": "` + existingARN + `", "payload": {"password": "` + secretWord + `"}}]`,
	}
	for _, row := range []struct {
		name   string
		secret []string
		shown  []string // type and name of the resources that show a value
	}{
		{"nothing is secret", nil, []string{"dynamodb/TableItem existing-theirs-nodejs20-x86-64-256"}},
		{"all of it", []string{stage.KeyParameterValue, stage.KeyFunctions}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := stage.ParseConfig(values, row.secret...)
			if err != nil {
				t.Fatal(err)
			}
			resources, outputs := defineArtifacts(t, "dev", c, zips(c.All()))
			var shown []string
			for _, r := range resources {
				if shows(r.inputs) {
					shown = append(shown, short(r.typ)+" "+r.name)
				}
			}
			if strings.Join(shown, ", ") != strings.Join(row.shown, ", ") {
				t.Errorf("the values are shown by %q, want %q", shown, row.shown)
			}
			payload := value(t, outputs.Deployed).Functions[0].Payload
			if got := strings.Contains(string(payload), secretWord); got != (row.secret == nil) {
				t.Errorf("the output deployed has the payload %s", payload)
			}
			wantPayloads(t, outputs.Payloads, row.secret != nil)
		})
	}
}

// wantPayloads checks the output for secret payloads: empty, or secret and there.
func wantPayloads(t *testing.T, o pulumi.StringOutput, secret bool) {
	t.Helper()
	type known struct {
		text   string
		secret bool
	}
	got := make(chan known, 1)
	o.ApplyT(func(text string) string {
		got <- known{text, pulumi.IsSecret(o)}
		return text
	})
	if k := <-got; k.secret != secret || strings.Contains(k.text, secretWord) != secret {
		t.Errorf("the output payloads is %q, secret: %v", k.text, k.secret)
	}
}

// shows says whether a value has the word in it outside of secrets.
func shows(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(v, secretWord)
	case *property.Secret:
		return false
	case []any:
		for _, inner := range v {
			if shows(inner) {
				return true
			}
		}
	case map[string]any:
		for _, inner := range v {
			if shows(inner) {
				return true
			}
		}
	}
	return false
}

// TestSecretsOfTheEngine reads which keys are secret from the engine.
func TestSecretsOfTheEngine(t *testing.T) {
	var c stage.Config
	err := pulumi.RunErr(func(ctx *pulumi.Context) (err error) {
		c, err = readConfig(ctx)
		return err
	}, pulumi.WithMocks("lambda-benchmark", "dev", &recorder{}), func(i *pulumi.RunInfo) {
		i.Config = map[string]string{"lambda-benchmark:parameterValue": secretWord}
		i.ConfigSecretKeys = []string{"lambda-benchmark:parameterValue"}
	})
	if err != nil {
		t.Fatal(err)
	}
	if !c.IsSecret(stage.KeyParameterValue) || c.IsSecret(stage.KeyFunctions) {
		t.Error("the parameter's value alone is secret")
	}
}
