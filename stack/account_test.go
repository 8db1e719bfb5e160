package stack

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// run calls f with a context whose configuration is that of a stage.
func run(t *testing.T, config map[string]string, f func(*pulumi.Context) error) error {
	t.Helper()
	return pulumi.RunErr(f, pulumi.WithMocks("lambda-benchmark", "dev", &recorder{}), func(i *pulumi.RunInfo) { i.Config = config })
}

// TestAccount asks an endpoint that answers as AWS does.
func TestAccount(t *testing.T) {
	aws := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		refuse := func(code string) {
			w.Header().Set("X-Amzn-Errortype", code)
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"__type": %q, "message": "no"}`, code)
		}
		if !strings.Contains(r.Header.Get("Authorization"), "/eu-central-1/") {
			refuse("WrongRegion")
			return
		}
		switch strings.TrimSuffix(r.URL.Path, "/") + r.Header.Get("X-Amz-Target") {
		case "/2016-08-19/account-settings":
			fmt.Fprint(w, `{"AccountLimit": {"ConcurrentExecutions": 50, "UnreservedConcurrentExecutions": 10}}`)
		case "/2015-03-31/functions/there":
			fmt.Fprint(w, `{"Configuration": {"FunctionName": "there"}}`)
		case "/2015-03-31/functions/absent":
			refuse("ResourceNotFoundException")
		case "secretsmanager.GetSecretValue":
			body := make([]byte, 100)
			n, _ := r.Body.Read(body)
			if strings.Contains(string(body[:n]), "absent") {
				refuse("ResourceNotFoundException")
				return
			}
			fmt.Fprint(w, `{"Name": "there", "SecretString": "the value"}`)
		default:
			refuse("AccessDeniedException")
		}
	}))
	defer aws.Close()
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.URL, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "us-east-1", "AWS_PROFILE": "", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none,
	} {
		t.Setenv(name, value)
	}
	var a *account
	err := run(t, map[string]string{"aws:region": "eu-central-1"}, func(ctx *pulumi.Context) (err error) {
		a, err = connect(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := a.Concurrency(t.Context()); n != 50 || err != nil {
		t.Errorf("concurrency is %d, %v, want the limit and not what is left of it", n, err)
	}
	for function, want := range map[string]bool{"there": true, "absent": false} {
		if got, err := a.Exists(t.Context(), function); got != want || err != nil {
			t.Errorf("%s exists: %v, %v", function, got, err)
		}
	}
	if _, err := a.Exists(t.Context(), "forbidden"); err == nil {
		t.Error("what may not be asked is taken for an answer")
	}
	if value, ok, err := a.Secret(t.Context(), "there"); value != "the value" || !ok || err != nil {
		t.Errorf("secret is %q, %v, %v", value, ok, err)
	}
	if _, ok, err := a.Secret(t.Context(), "absent"); ok || err != nil {
		t.Errorf("a secret that is not there: %v, %v", ok, err)
	}
}

// TestAccountOfProviderOnly asks no account where the answer could be another account's.
func TestAccountOfProviderOnly(t *testing.T) {
	for _, key := range providerOnly {
		err := run(t, map[string]string{"aws:" + key: "x"}, func(ctx *pulumi.Context) error {
			_, err := connect(ctx)
			return err
		})
		if want := "aws:" + key + " leads into an account that only Pulumi's provider can reach"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one that says %q", err, want)
		}
	}
}
