package provision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const (
	first  = "arn:aws:lambda:eu-west-1:123456789012:function:esmodule"
	second = "arn:aws:lambda:eu-west-1:123456789012:function:commonjs"
)

var plan = Plan{Stage: "dev", Region: "eu-west-1", Aliases: []Alias{{first, "live"}, {second, "live"}}, Environments: 20}

// account is a Lambda API. Its environments are ready after a number of looks.
type account struct {
	provisioned map[string]int // looks until it is ready, by function
	looks       int
	failed      string            // the reason why environments cannot be made
	refuse      map[string]string // the function that a call is refused for, by the call
	calls       []string
}

func (a *account) call(name, function string) error {
	a.calls = append(a.calls, name+" "+function[strings.LastIndex(function, ":")+1:])
	if a.refuse[name] == function {
		return fmt.Errorf("%s is refused", name)
	}
	return nil
}

func (a *account) PutProvisionedConcurrencyConfig(_ context.Context, in *lambda.PutProvisionedConcurrencyConfigInput, _ ...func(*lambda.Options)) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
	if err := a.call("put", *in.FunctionName); err != nil {
		return nil, err
	}
	if *in.ProvisionedConcurrentExecutions != 20 || *in.Qualifier != "live" {
		return nil, errors.New("another alias, or another number")
	}
	a.provisioned[*in.FunctionName] = a.looks
	return &lambda.PutProvisionedConcurrencyConfigOutput{}, nil
}

func (a *account) GetProvisionedConcurrencyConfig(_ context.Context, in *lambda.GetProvisionedConcurrencyConfigInput, _ ...func(*lambda.Options)) (*lambda.GetProvisionedConcurrencyConfigOutput, error) {
	if err := a.call("get", *in.FunctionName); err != nil {
		return nil, err
	}
	left, ok := a.provisioned[*in.FunctionName]
	switch {
	case !ok:
		return nil, &types.ProvisionedConcurrencyConfigNotFoundException{}
	case a.failed != "":
		return &lambda.GetProvisionedConcurrencyConfigOutput{Status: types.ProvisionedConcurrencyStatusEnumFailed, StatusReason: &a.failed}, nil
	case left > 0:
		a.provisioned[*in.FunctionName]--
		return &lambda.GetProvisionedConcurrencyConfigOutput{Status: types.ProvisionedConcurrencyStatusEnumInProgress}, nil
	}
	return &lambda.GetProvisionedConcurrencyConfigOutput{Status: types.ProvisionedConcurrencyStatusEnumReady}, nil
}

func (a *account) DeleteProvisionedConcurrencyConfig(ctx context.Context, in *lambda.DeleteProvisionedConcurrencyConfigInput, _ ...func(*lambda.Options)) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error) {
	if err := a.call("delete", *in.FunctionName); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if _, ok := a.provisioned[*in.FunctionName]; !ok {
		return nil, &types.ResourceNotFoundException{}
	}
	delete(a.provisioned, *in.FunctionName)
	return &lambda.DeleteProvisionedConcurrencyConfigOutput{}, nil
}

func newAccount() *account { return &account{provisioned: map[string]int{}, looks: 2} }

func silent(string, ...any) {}

// left says whether a folder has a journal that names something to take away.
func left(t *testing.T, dir string) bool {
	t.Helper()
	data, err := os.ReadFile(journalPath(dir, plan))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return len(data) > 0
}

func TestStart(t *testing.T) {
	for _, row := range []struct {
		name string
		make func(*account)
		// within bounds the wait for the environments, as Ctrl-C does.
		within time.Duration
		// fails is a part of Start's error.
		fails string
		// kept are the aliases that still have provisioned concurrency after Start failed.
		kept int
	}{
		{"ready after a while", func(*account) {}, time.Hour, "", 0},
		{"the stage has its own", func(a *account) { a.provisioned[second] = 0 }, time.Hour, "commonjs:live has provisioned concurrency of its own", 1},
		{"AWS cannot say", func(a *account) { a.refuse = map[string]string{"get": first} }, time.Hour, "get is refused", 0},
		{"the second is refused", func(a *account) { a.refuse = map[string]string{"put": second} }, time.Hour, "give " + second + ":live provisioned concurrency 20: put is refused", 0},
		{"AWS has none left", func(a *account) { a.failed = "no capacity" }, time.Hour, "failed: no capacity", 0},
		{"never ready", func(a *account) { a.looks = 1 << 30 }, time.Hour, "not ready within 15m0s", 0},
		{"interrupted", func(a *account) { a.looks = 1 << 30 }, 5 * time.Second, "deadline exceeded", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount()
				row.make(a)
				ctx, cancel := context.WithTimeout(t.Context(), row.within)
				defer cancel()
				p, err := Start(ctx, a, dir, plan, silent)
				if row.fails != "" {
					if err == nil || !strings.Contains(err.Error(), row.fails) {
						t.Fatalf("error %v, want %q", err, row.fails)
					}
				} else {
					if err != nil {
						t.Fatal(err)
					}
					if len(a.provisioned) != 2 || !left(t, dir) {
						t.Errorf("%d aliases, journal %v", len(a.provisioned), left(t, dir))
					}
					cancel() // the end of a load test that was interrupted
					if err := p.End(ctx); err != nil {
						t.Error(err)
					}
				}
				if len(a.provisioned) != row.kept || left(t, dir) {
					t.Errorf("%d aliases are left, want %d; journal %v", len(a.provisioned), row.kept, left(t, dir))
				}
			})
		})
	}
}

// What cannot be taken away stays in the journal, and is taken away by the next start
// or by a restore.
func TestLeftBehind(t *testing.T) {
	for _, row := range []struct {
		name  string
		again func(*account, string) error
	}{
		{"restored", func(a *account, dir string) error {
			var done []string
			err := RestoreAll(context.Background(), dir, func(_ context.Context, p Plan) (Client, error) {
				if p.Region != plan.Region || p.Stage != plan.Stage {
					return nil, fmt.Errorf("plan %+v", p)
				}
				return a, nil
			}, func(p Plan) { done = append(done, p.Stage) })
			if err == nil && !slices.Equal(done, []string{"dev"}) {
				err = fmt.Errorf("done: %v", done)
			}
			return err
		}},
		{"started again", func(a *account, dir string) error {
			p, err := Start(context.Background(), a, dir, plan, silent)
			if err != nil {
				return err
			}
			return p.End(context.Background())
		}},
		{"the stage is gone", func(a *account, dir string) error {
			clear(a.provisioned)
			return RestoreAll(context.Background(), dir, func(context.Context, Plan) (Client, error) { return a, nil }, func(Plan) {})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			a := newAccount()
			a.looks = 0
			p, err := Start(t.Context(), a, dir, plan, silent)
			if err != nil {
				t.Fatal(err)
			}
			a.refuse = map[string]string{"delete": first}
			if err := p.End(t.Context()); err == nil || !strings.Contains(err.Error(), "esmodule:live, which costs money until then") {
				t.Fatalf("error %v", err)
			}
			if len(a.provisioned) != 1 || !left(t, dir) {
				t.Fatalf("%d aliases, journal %v: the other one is taken away all the same, and the journal kept", len(a.provisioned), left(t, dir))
			}
			a.refuse = nil
			if err := row.again(a, dir); err != nil {
				t.Fatal(err)
			}
			if len(a.provisioned) != 0 || left(t, dir) {
				t.Errorf("%d aliases, journal %v", len(a.provisioned), left(t, dir))
			}
		})
	}
}

// The journal is on the disk before anything is changed.
func TestJournalComesFirst(t *testing.T) {
	dir := t.TempDir()
	a := newAccount()
	path := journalPath(dir, plan)
	if err := os.MkdirAll(path, 0o700); err != nil { // a folder in its place
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), a, dir, plan, silent); err == nil {
		t.Error("no error without a journal")
	}
	if len(a.calls) > 0 {
		t.Errorf("calls without a journal: %v", a.calls)
	}
}

// Two load tests do not take provisioned concurrency away from each other.
func TestInUse(t *testing.T) {
	dir := t.TempDir()
	a := newAccount()
	a.looks = 0
	p, err := Start(t.Context(), a, dir, plan, silent)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), a, dir, plan, silent); !errors.As(err, new(*inUseError)) {
		t.Errorf("error %v, want that it is in use", err)
	}
	err = RestoreAll(t.Context(), dir, func(context.Context, Plan) (Client, error) { return a, nil }, func(Plan) { t.Error("it was restored") })
	if !errors.As(err, new(*inUseError)) || len(a.provisioned) != 2 {
		t.Errorf("error %v, %d aliases", err, len(a.provisioned))
	}
	if err := p.End(t.Context()); err != nil {
		t.Error(err)
	}
}

// A journal that cannot be read is named, and kept.
func TestBrokenJournal(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := RestoreAll(t.Context(), dir, func(context.Context, Plan) (Client, error) { return nil, errors.New("no account") }, func(Plan) {})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names %s", err, path)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "{" {
		t.Errorf("the journal is %q, %v", data, err)
	}
}
