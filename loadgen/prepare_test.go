package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

func TestTargetsAreJoinedByConcatenation(t *testing.T) {
	for _, row := range []struct {
		name        string
		args        []string
		url, target string
	}{
		{"a stage stays", []string{"-url", "https://h/dev", "-targets", "/esmodule"}, "https://h/dev/esmodule", "esmodule"},
		{"one slash", []string{"-url", "https://h/dev/", "-targets", "/esmodule"}, "https://h/dev/esmodule", "esmodule"},
		{"no slash", []string{"-url", "https://h/dev", "-targets", "?x=1"}, "https://h/dev?x=1", "h"},
		{"a query", []string{"-url", "https://h", "-targets", "/a/b?x=1"}, "https://h/a/b?x=1", "a/b"},
		{"the root", []string{"-url", "https://h:8443", "-targets", "/"}, "https://h:8443/", "h:8443"},
		{"nothing", []string{"-url", "https://h/x", "-targets", ""}, "https://h/x", "h"},
		{"a whole URL", []string{"-url", "https://h/dev", "-targets", "http://other/a"}, "http://other/a", "a"},
		{"a bare URL", []string{"http://h/a/b?x=1"}, "http://h/a/b?x=1", "a/b"},
		{"a bare URL without a path", []string{"-rate", "5", "http://h:81"}, "http://h:81", "h:81"},
	} {
		t.Run(row.name, func(t *testing.T) {
			lt := prepared(t, row.args...)
			if got := lt.attack.Targets; len(got) != 1 || got[0].URL != row.url || got[0].Name != row.target {
				t.Errorf("got %+v, want %s called %s", got, row.url, row.target)
			}
		})
	}
}

// prepared is the load test of a command line.
func prepared(t *testing.T, args ...string) *loadTest {
	t.Helper()
	s, err := parseSettings(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	lt, err := prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return lt
}

// User info of a URL is sent as a header, and is shown nowhere.
func TestCredentials(t *testing.T) {
	const basic = "Basic bWU6czNjcmV0" // me:s3cret
	file := filepath.Join(t.TempDir(), "x.yaml")
	if err := os.WriteFile(file, []byte("config: {target: 'http://me:s3cret@h'}\nscenarios: [{flow: [{get: /a}]}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"of the base", []string{"-url", "http://me:s3cret@h", "-targets", "/a"}, basic},
		{"of an argument", []string{"http://me:s3cret@h/a"}, basic},
		{"of a target", []string{"-url", "http://h", "-targets", "http://me:s3cret@i/a"}, basic},
		{"of artillery's target", []string{"-artillery", file}, basic},
		{"not beside a header", []string{"http://me:s3cret@h/a", "-header", "authorization: mine"}, "mine"},
		{"not of the base to another host", []string{"-url", "http://me:s3cret@h", "-targets", "http://i/a"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			lt := prepared(t, row.args...)
			target := lt.attack.Targets[0]
			if got := target.Header.Get("Authorization"); got != row.want || strings.Contains(target.URL+lt.url, "s3cret") {
				t.Errorf("got %q to %s of %s, want %q", got, target.URL, lt.url, row.want)
			}
		})
	}
}

func TestArtillerySchedules(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte("config: {target: 'http://h'"+text+"}\nscenarios: [{flow: [{get: /a}]}, {flow: [{get: /b}]}]"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	count := write(", phases: [{duration: 1, arrivalCount: 5}], http: {pool: 7}")
	for _, row := range []struct {
		name     string
		args     []string
		expected float64
		maxConns int
	}{
		{"a count is what arrives, of all scenarios", []string{"-artillery", count}, 5, 7},
		{"one scenario keeps its rate", []string{"-artillery", count, "-only", "a"}, 2, 7},
		{"without phases it is one user", []string{"-artillery", write("")}, 1, 4096},
		{"a rate is one of each target", []string{"-artillery", count, "-rate", "5", "-duration", "1s", "-max-conns", "9"}, 10, 9},
		{"templates of what is overridden", []string{"-artillery", write(", phases: [{duration: '{{ d }}', arrivalRate: 1}]"), "-phase", "1s@5"}, 10, 4096},
	} {
		t.Run(row.name, func(t *testing.T) {
			lt := prepared(t, row.args...)
			if got := lt.attack.Schedule.Expected(); got != row.expected || lt.attack.MaxConns != row.maxConns {
				t.Errorf("%v requests over %d connections, want %v over %d", got, lt.attack.MaxConns, row.expected, row.maxConns)
			}
		})
	}
}

func TestPlatformOf(t *testing.T) {
	for _, row := range []struct {
		name, url    string
		environments bool
		platform     deployed.Platform
		region       string
	}{
		{"API Gateway", "https://abc123.execute-api.eu-central-1.amazonaws.com/dev", false, "aws", "eu-central-1"},
		{"a function URL", "https://abc.lambda-url.us-east-1.on.aws/", false, "aws", "us-east-1"},
		{"this machine's platform", "http://127.0.0.1:3000/dev", true, "local", ""},
		{"by name", "http://localhost:3000/dev", true, "local", ""},
		{"another server here", "http://127.0.0.1:80", false, "", ""},
		{"a domain of one's own", "https://api.example.com", true, "", ""},
		{"a domain that looks like AWS", "https://x.amazonaws.example.com", false, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if platform, region := platformOf(row.url, row.environments); platform != row.platform || region != row.region {
				t.Errorf("got %q, %q, want %q, %q", platform, region, row.platform, row.region)
			}
		})
	}
}

func TestHeaderSettingsHoldNoSecret(t *testing.T) {
	got := headerSettings(http.Header{"X-Api-Key": {"s"}, "Authorization": {"s"}, "Cookie": {"s"}, "X-Anything": {"s"}, "Accept": {"a", "b"}})
	want := map[string]string{"X-Api-Key": "(not recorded)", "Authorization": "(not recorded)", "Cookie": "(not recorded)", "X-Anything": "(not recorded)", "Accept": "a, b"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestSchedules reads schedules from command lines.
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
			lt := prepared(t, append(row.args, "-url", "http://h/dev")...)
			got, phases := lt.attack.Schedule, ""
			for _, phase := range got.Phases {
				phases += phase.String() + " "
			}
			if phases != row.phases || string(got.Process) != row.process || got.Expected() != row.expected || got.Duration() != row.duration {
				t.Errorf("the schedule is %s %s, %v requests in %v", phases, got.Process, got.Expected(), got.Duration())
			}
		})
	}
}
