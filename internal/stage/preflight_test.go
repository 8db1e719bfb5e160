package stage

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// madeUp is an account with a limit, and with functions.
type madeUp struct {
	limit int
	there func(function string) bool
	// secrets by name.
	secrets map[string]string
	err     error
}

func (m madeUp) Concurrency(context.Context) (int, error) { return m.limit, m.err }

func (m madeUp) Exists(_ context.Context, function string) (bool, error) {
	return m.there != nil && m.there(function), m.err
}

func (m madeUp) Secret(_ context.Context, name string) (string, bool, error) {
	value, ok := m.secrets[name]
	return value, ok, m.err
}

func TestPreflight(t *testing.T) {
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	all := func(string) bool { return true }
	const quiet = "nodejs18.x,dotnet8" // those whose dates come first
	for _, row := range []struct {
		name, on string
		values   map[string]string
		account  madeUp
		warnings []string
		errs     []string
	}{
		{name: "a usual account", on: "2026-06-01", account: madeUp{limit: 1000}},
		{
			name: "soon", on: "2026-11-25", account: madeUp{limit: 1000},
			warnings: []string{
				"runtime dotnet8: from 2027-02-01 on AWS takes no new functions of it, and from 2027-03-03 on no changes (as of 2026-11-22)",
				"runtime nodejs18.x: from 2027-02-01 on AWS takes no new functions of it, and from 2027-03-03 on no changes (as of 2026-11-22)",
			},
		},
		{name: "not ours", on: "2026-11-25", values: map[string]string{"exclude": quiet}, account: madeUp{limit: 1000}},
		{
			name: "the day that it is blocked", on: "2027-02-01", values: map[string]string{"exclude": "dotnet8"}, account: madeUp{limit: 1000},
			errs: []string{
				"runtime nodejs18.x: AWS takes no new functions of it since 2027-02-01 (as of 2026-11-22), and lambda-benchmark-dev-hello-nodejs18-arm64-512, lambda-benchmark-dev-hello-nodejs18-x86-64-512 would be new: leave it out, or correct internal/lifecycle/runtimes.json if AWS has put the date off",
				"these commands make the stage fit, without asking AWS:", "  pulumi config set exclude dotnet8,nodejs18.x",
			},
		},
		{
			name: "blocked, and a part is there", on: "2027-02-01", values: map[string]string{"exclude": "dotnet8"},
			account: madeUp{limit: 1000, there: func(f string) bool { return strings.Contains(f, "arm64") }},
			errs: []string{
				"and lambda-benchmark-dev-hello-nodejs18-x86-64-512 would be new", "these commands", "pulumi config set exclude dotnet8,nodejs18.x",
			},
		},
		{
			name: "the default stage", on: "2027-02-01", account: madeUp{limit: 1000},
			errs: []string{"runtime dotnet8: AWS takes no new", "runtime nodejs18.x: AWS takes no new", "these commands", "  pulumi config set exclude dotnet8,nodejs18.x"},
		},
		{
			name: "other exclusions and inclusions are kept", on: "2027-02-01", values: map[string]string{"include": "current", "exclude": "java25,rust"}, account: madeUp{limit: 1000},
			errs: []string{"runtime dotnet8: AWS takes no new", "runtime nodejs18.x: AWS takes no new", "these commands", "  pulumi config set exclude java25,rust,dotnet8,nodejs18.x"},
		},
		{name: "blocked, and all is there", on: "2027-02-01", account: madeUp{limit: 1000, there: all}},
		{
			name: "changes are blocked", on: "2027-03-03", values: map[string]string{"exclude": "dotnet8", "scaleOut": "java"}, account: madeUp{limit: 1000, there: all},
			errs: []string{"runtime nodejs18.x: AWS changes no functions of it since 2027-03-03 (as of 2026-11-22), so cold starts cannot be forced: take them by scale-out", "these commands", "  pulumi config set scaleOut java,nodejs18.x"},
		},
		{
			name: "changes are blocked, and not wanted", on: "2027-03-04", values: map[string]string{"scaleOut": quiet}, account: madeUp{limit: 1000, there: all},
			warnings: []string{"runtime nodejs22.x: from 2027-06-01 on"},
		},

		{name: "as much as there is", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "450"}, account: madeUp{limit: 1000}},
		{
			name: "one too many", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "451"}, account: madeUp{limit: 1000},
			errs: []string{"provisioned and reserved concurrency: 451 for each of 2 functions is 902, and of the account's 1000 Lambda gives out 900 at most: ask AWS for more (Service Quotas, Lambda, Concurrent executions, L-B99A9384)", "these commands", "  pulumi config set provisionedConcurrency 450"},
		},
		{
			name: "a new account", on: "2026-06-01", account: madeUp{limit: 10},
			errs: []string{
				"of the account's 10 Lambda gives out 0 at most",
				"concurrency: 10 visits at once are 20 environments, and the account has 10 besides what the module functions keep",
				"these commands make the stage fit, without asking AWS:", "  pulumi config set provisionedConcurrency 0", "  pulumi config set mapConcurrency 5",
			},
		},
		{
			name: "a new account without provisioned concurrency", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "0"}, account: madeUp{limit: 10},
			errs: []string{"concurrency: 10 visits at once are 20 environments, and the account has 10 besides what the module functions keep", "these commands", "pulumi config set mapConcurrency 5"},
		},
		{name: "a new account that takes its time", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "0", "mapConcurrency": "5"}, account: madeUp{limit: 10}},
		{
			name: "an account that cannot run anything", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "0"}, account: madeUp{limit: 1},
			errs: []string{"concurrency: the account has 1, and a run needs 2: ask AWS"},
		},
		{
			name: "a new account and SnapStart", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "0", "include": "snapstart"}, account: madeUp{limit: 10},
			errs: []string{
				"concurrency: a visit of a function with SnapStart has 61 environments at once, and the account has 10 besides what the module functions keep: ask AWS",
				"these commands", "  pulumi config set exclude snapstart",
			},
		},
		{
			name: "few visits with SnapStart", on: "2026-06-01", values: map[string]string{"provisionedConcurrency": "0", "include": "snapstart"}, account: madeUp{limit: 200},
			errs: []string{"concurrency: 10 visits at once are 256 environments, and the account has 200 besides", "these commands", "  pulumi config set mapConcurrency 3"},
		},
		{
			name: "changes are blocked, and versions need one", on: "2027-03-03", values: map[string]string{"exclude": "nodejs18.x", "include": "snapstart", "scaleOut": "dotnet8"},
			account: madeUp{limit: 1000, there: all},
			errs: []string{
				"runtime dotnet8: AWS changes no functions of it since 2027-03-03 (as of 2026-11-22), so no version with SnapStart can be published: leave the runtime or snapstart out",
				"these commands", "  pulumi config set exclude nodejs18.x,dotnet8",
			},
		},
		{
			name: "an existing secret", on: "2026-06-01", values: map[string]string{"apiKeySecret": "theirs"},
			account: madeUp{limit: 1000, secrets: map[string]string{"theirs": "a key that is long enough"}},
		},
		{
			name: "an existing secret with a short key", on: "2026-06-01", values: map[string]string{"apiKeySecret": "theirs"},
			account: madeUp{limit: 1000, secrets: map[string]string{"theirs": "short"}},
			errs:    []string{"config apiKeySecret: secret theirs: it has 5 characters, and API Gateway takes keys of 20 to 128: store such a key in it"},
		},
		{
			name: "a secret that does not exist", on: "2026-06-01", values: map[string]string{"apiKeySecret": "theirs"}, account: madeUp{limit: 1000},
			errs: []string{"config apiKeySecret: there is no secret theirs: make it, or have the stack make one with `pulumi config rm apiKeySecret`"},
		},
		{
			name: "the account does not answer", on: "2027-02-01", values: map[string]string{"exclude": "dotnet8", "apiKeySecret": "theirs"}, account: madeUp{err: errors.New("AccessDenied")},
			warnings: []string{
				"runtime nodejs18.x: AWS takes no new functions of it since 2027-02-01, and whether lambda-benchmark-dev-hello-nodejs18-arm64-512 exists could not be asked: AccessDenied",
				"whether the account's concurrency is enough could not be asked: AccessDenied",
				"config apiKeySecret: secret theirs could not be read: AccessDenied",
			},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := ParseConfig(row.values)
			if err != nil {
				t.Fatal(err)
			}
			warnings, err := Preflight(t.Context(), c, Names{Project: "lambda-benchmark", Stage: "dev"}, row.account, day(row.on))
			var errs []string
			if err != nil {
				errs = strings.Split(err.Error(), "\n")
			}
			begins := cmp.Comparer(func(want, got string) bool { return strings.Contains(got, want) || strings.Contains(want, got) })
			if diff := cmp.Diff(row.warnings, warnings, begins); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.errs, errs, begins); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPreflightCommands runs the commands that preflight prints: with them it has
// nothing more to say.
func TestPreflightCommands(t *testing.T) {
	all := func(string) bool { return true }
	for _, row := range []struct {
		name, on string
		values   map[string]string
		account  madeUp
	}{
		{"a new account", "2026-06-01", nil, madeUp{limit: 10}},
		{"a new account with everything in it", "2026-06-01", map[string]string{"memoryMB": "[128, 512, 1769]", "mapConcurrency": "50"}, madeUp{limit: 10}},
		{"a small account", "2026-06-01", map[string]string{"provisionedConcurrency": "450", "mapConcurrency": "100"}, madeUp{limit: 200}},
		{"reserved more than there is", "2026-06-01", map[string]string{"moduleReservedConcurrency": "600"}, madeUp{limit: 1000}},
		{"reserved in a new account", "2026-06-01", map[string]string{"moduleReservedConcurrency": "50"}, madeUp{limit: 10}},
		{"runtimes that are blocked", "2027-02-01", map[string]string{"exclude": "java"}, madeUp{limit: 1000}},
		{"all of it", "2027-03-03", map[string]string{"scaleOut": "java"}, madeUp{limit: 10, there: all}},
	} {
		t.Run(row.name, func(t *testing.T) {
			values := maps.Clone(row.values)
			if values == nil {
				values = map[string]string{}
			}
			check := func() error {
				c, err := ParseConfig(values)
				if err != nil {
					t.Fatal(err)
				}
				day, err := time.Parse(time.DateOnly, row.on)
				if err != nil {
					t.Fatal(err)
				}
				_, err = Preflight(t.Context(), c, Names{Project: "lambda-benchmark", Stage: "dev"}, row.account, day)
				return err
			}
			err := check()
			if err == nil {
				t.Fatal("there is nothing to mend")
			}
			for line := range strings.Lines(err.Error()) {
				if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "pulumi config set "); ok {
					key, value, _ := strings.Cut(rest, " ")
					values[key] = value
				}
			}
			if err := check(); err != nil {
				t.Errorf("with its own commands (%v) it still refuses: %v", values, err)
			}
		})
	}
}
