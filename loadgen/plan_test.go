package main

import (
	"net/http"
	"net/url"
	"reflect"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

func TestMargin(t *testing.T) {
	for _, row := range []struct {
		text      string
		ms, share float64
		ok        bool
	}{
		{"5ms", 5, 0, true}, {"1.5s", 1500, 0, true}, {"0", 0, 0, true}, {"5%", 0, 0.05, true}, {"0.5 %", 0, 0.005, true},
		{"5", 0, 0, false}, {"%", 0, 0, false}, {"-5ms", 0, 0, false}, {"-5%", 0, 0, false}, {"NaN%", 0, 0, false}, {"", 0, 0, false},
	} {
		t.Run(row.text, func(t *testing.T) {
			var m margin
			err := m.Set(row.text)
			if (err == nil) != row.ok {
				t.Fatalf("the error is %v", err)
			}
			if o := m.options(3); row.ok && (o.MarginAbs != row.ms || o.MarginRel != row.share || o.Seed != 3 || m.String() != row.text) {
				t.Errorf("the options are %+v", o)
			}
		})
	}
}

func TestTargetsAreJoinedByConcatenation(t *testing.T) {
	for _, row := range []struct{ name, base, path, url, target string }{
		{"a stage stays", "https://h/dev", "/esmodule", "https://h/dev/esmodule", "esmodule"},
		{"one slash", "https://h/dev/", "/esmodule", "https://h/dev/esmodule", "esmodule"},
		{"no slash", "https://h/dev", "?x=1", "https://h/dev?x=1", "h"},
		{"a query", "https://h", "/a/b?x=1", "https://h/a/b?x=1", "a/b"},
		{"the root", "https://h:8443", "/", "https://h:8443/", "h:8443"},
		{"nothing", "https://h/x", "", "https://h/x", "h"},
		{"a whole URL", "https://h/dev", "http://other/a", "http://other/a", "a"},
	} {
		t.Run(row.name, func(t *testing.T) {
			joined := join(row.base, row.path)
			u, err := url.Parse(joined)
			if err != nil {
				t.Fatal(err)
			}
			if name := targetName(row.path, u); joined != row.url || name != row.target {
				t.Errorf("got %s called %s, want %s called %s", joined, name, row.url, row.target)
			}
		})
	}
}

func TestPlatformOf(t *testing.T) {
	environments := []results.Target{{Environments: 3}}
	for _, row := range []struct {
		name, url        string
		targets          []results.Target
		platform, region string
	}{
		{"API Gateway", "https://abc123.execute-api.eu-central-1.amazonaws.com/dev", nil, "aws", "eu-central-1"},
		{"a function URL", "https://abc.lambda-url.us-east-1.on.aws/", nil, "aws", "us-east-1"},
		{"this machine's platform", "http://127.0.0.1:3000/dev", environments, "local", ""},
		{"by name", "http://localhost:3000/dev", environments, "local", ""},
		{"another server here", "http://127.0.0.1:80", []results.Target{{}}, "", ""},
		{"a domain of one's own", "https://api.example.com", environments, "", ""},
		{"a domain that looks like AWS", "https://x.amazonaws.example.com", nil, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if platform, region := platformOf(row.url, row.targets); platform != row.platform || region != row.region {
				t.Errorf("got %q, %q, want %q, %q", platform, region, row.platform, row.region)
			}
		})
	}
}

func TestHeaderOptionsHoldNoSecret(t *testing.T) {
	got := headerOptions(http.Header{"X-Api-Key": {"s"}, "Authorization": {"s"}, "Cookie": {"s"}, "X-Anything": {"s"}, "Accept": {"a", "b"}})
	want := map[string]string{"X-Api-Key": "(not recorded)", "Authorization": "(not recorded)", "Cookie": "(not recorded)", "X-Anything": "(not recorded)", "Accept": "a, b"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSchedules reads command lines as far as the plan.
func TestSchedules(t *testing.T) {
	for _, row := range []struct {
		name     string
		args     []string
		phases   string
		process  string
		expected float64
		duration time.Duration
	}{
		{"the default is the origin's profile", nil, "1m0s@10 ", "constant", 1200, time.Minute},
		{"rate and duration", []string{"-rate", "2.5", "-duration", "4s"}, "4s@2.5 ", "constant", 20, 4 * time.Second},
		{"phases", []string{"-phase", "60s@10", "-phase", "30s@10..100"}, "1m0s@10 30s@10..100 ", "constant", 2 * (600 + 1650), 90 * time.Second},
		{"poisson", []string{"-poisson"}, "1m0s@10 ", "poisson", 1200, time.Minute},
		{"poisson by its name", []string{"-arrivals", "poisson", "-only", "esmodule"}, "1m0s@10 ", "poisson", 600, time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, err := parseSettings(append(row.args, "-url", "http://h/dev"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := newPlan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			got, phases := p.attack.Schedule, ""
			for _, phase := range got.Phases {
				phases += phase.String() + " "
			}
			if phases != row.phases || string(got.Process) != row.process || got.Expected() != row.expected || got.Duration() != row.duration {
				t.Errorf("the schedule is %s %s, %v requests in %v", phases, got.Process, got.Expected(), got.Duration())
			}
		})
	}
}
