package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
)

// lambdaAPI answers the calls about provisioned concurrency, and refuses deletions for a while.
type lambdaAPI struct {
	mu          sync.Mutex
	provisioned map[string]int
	stuck       bool
	requested   []string
}

func (a *lambdaAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	function := r.PathValue("function") + ":" + r.URL.Query().Get("Qualifier")
	refuse := func(status int, code string) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(status)
		fmt.Fprint(w, `{"message":"so it is"}`)
	}
	n, ok := a.provisioned[function]
	switch r.Method {
	case http.MethodPut:
		var in struct{ ProvisionedConcurrentExecutions int }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			refuse(http.StatusBadRequest, "InvalidRequestContentException")
			return
		}
		a.provisioned[function] = in.ProvisionedConcurrentExecutions
		a.requested = append(a.requested, fmt.Sprint(function, " ", in.ProvisionedConcurrentExecutions))
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, `{"Status":"IN_PROGRESS"}`)
	case http.MethodGet:
		if !ok {
			refuse(http.StatusNotFound, "ProvisionedConcurrencyConfigNotFoundException")
			return
		}
		fmt.Fprintf(w, `{"Status":"READY","AllocatedProvisionedConcurrentExecutions":%d}`, n)
	case http.MethodDelete:
		if a.stuck {
			refuse(http.StatusForbidden, "AccessDeniedException")
			return
		}
		delete(a.provisioned, function)
		w.WriteHeader(http.StatusNoContent)
	}
}

// A load test with -provision finds the environments ready and leaves none; what it
// cannot take away has an exit code of its own, and -restore takes it away.
func TestProvision(t *testing.T) {
	bin := pulumiDir(t)
	api := &lambdaAPI{provisioned: map[string]int{}}
	mux := http.NewServeMux()
	mux.Handle("/2019-09-30/functions/{function}/provisioned-concurrency", api)
	lambda := httptest.NewServer(mux)
	t.Cleanup(lambda.Close)

	function := func(name string) string {
		return fmt.Sprintf(`{"variant":{"function":%[1]q,"language":"nodejs","runtime":"nodejs22.x","architecture":"arm64","memoryMB":512},"arn":"arn:aws:lambda:eu-west-1:123456789012:function:%[1]s","qualifier":"live","logGroup":"/x","owned":true}`, name)
	}
	stack := func(functions ...string) string {
		return fmt.Sprintf(`{"deployed":{"platform":"local","region":"eu-west-1","stage":"dev","apiUrl":%q,"endpointUrl":%q,"functions":[%s]}}`,
			modules(t, 0), lambda.URL, strings.Join(functions, ","))
	}
	t.Setenv("PATH", bin)
	t.Setenv("HOME", t.TempDir()) // the journal's
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	args := with(short, "-stage", "dev", "-format", "json", "-provision", "3")

	t.Setenv(fakePulumi, stack(function("hello")))
	if code, _, stderr := command(t, args...); code != commandline.Usage || !strings.Contains(stderr, "stage dev has no module functions with an alias") {
		t.Fatalf("exit code %d without module functions:\n%s", code, stderr)
	}

	t.Setenv(fakePulumi, stack(function("esmodule"), function("commonjs")))
	code, stdout, stderr := command(t, args...)
	if code != commandline.OK && code != commandline.NotValid {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	if m := conserved(t, stdout).Manifest; m.Settings.Provisioned != 3 {
		t.Errorf("the manifest has provisioned concurrency %d", m.Settings.Provisioned)
	}
	want := []string{"arn:aws:lambda:eu-west-1:123456789012:function:esmodule:live 3", "arn:aws:lambda:eu-west-1:123456789012:function:commonjs:live 3"}
	if !slices.Equal(api.requested, want) || len(api.provisioned) != 0 {
		t.Errorf("requested %q, left %v", api.requested, api.provisioned)
	}

	api.stuck = true
	if code, _, stderr := command(t, args...); code != exitRestore || !strings.Contains(stderr, "which costs money until then") || !strings.Contains(stderr, "loadgen -restore tries again") {
		t.Fatalf("exit code %d where it cannot be taken away:\n%s", code, stderr)
	}
	if code, _, stderr := command(t, "-restore"); code != exitRestore || len(api.provisioned) != 2 {
		t.Fatalf("exit code %d, left %v:\n%s", code, api.provisioned, stderr)
	}
	api.stuck = false
	if code, _, stderr := command(t, "-restore"); code != commandline.OK || !strings.Contains(stderr, "stage dev: its provisioned concurrency is taken away") || len(api.provisioned) != 0 {
		t.Fatalf("exit code %d, left %v:\n%s", code, api.provisioned, stderr)
	}
	if code, _, stderr := command(t, "-restore"); code != commandline.OK || !strings.Contains(stderr, "no load test has left") {
		t.Errorf("exit code %d with nothing to do:\n%s", code, stderr)
	}
}
