package artillery_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/loadgen/artillery"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

func TestFilesOfTheOrigin(t *testing.T) {
	path := func(name string) string { return filepath.Join("testdata", "origin", filepath.FromSlash(name)) }
	got, err := artillery.ReadFiles(path("config.yaml"), path("scenarios/esmodule.yaml"), path("scenarios/commonjs.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := &artillery.Test{
		Target:  "The URL of your API goes here",
		Phases:  []pace.Phase{{Duration: time.Minute, From: 10, To: 10}},
		Process: pace.Constant,
		Requests: []artillery.Request{
			{Scenario: "load on the esmodule function", Method: "GET", URL: "/esmodule", Header: http.Header{}},
			{Scenario: "load on the commonjs function", Method: "GET", URL: "/commonjs", Header: http.Header{}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

const scenario = "scenarios: [{flow: [{get: {url: /a}}]}]\n"

func TestParse(t *testing.T) {
	for _, row := range []struct {
		name, text string
		want       artillery.Test
	}{
		{"phases of every kind", `
config:
  target: https://example.com/dev
  phases:
    - {duration: 30, arrivalRate: 10, rampTo: 100}
    - {duration: 2m, arrivalCount: 60}
    - {pause: "5 seconds"}
    - {duration: "1 min", arrivalRate: "7", name: last}
` + scenario, artillery.Test{
			Target: "https://example.com/dev", Process: pace.Constant,
			Phases: []pace.Phase{
				{Duration: 30 * time.Second, From: 10, To: 100}, {Duration: 2 * time.Minute, From: 0.5, To: 0.5},
				{Duration: 5 * time.Second}, {Duration: time.Minute, From: 7, To: 7},
			},
			Requests: []artillery.Request{{Method: "GET", URL: "/a", Header: http.Header{}}},
		}},
		{"scenarios share the rate", `
config: {phases: [{duration: 10, arrivalRate: 10, mode: poisson}]}
scenarios:
  - {name: a, weight: 2, flow: [{get: /a}, {think: 1}]}
  - {name: b, weight: 2, flow: [{log: hello}, {get: {url: /b}}]}
`, artillery.Test{
			Process: pace.Poisson, Phases: []pace.Phase{{Duration: 10 * time.Second, From: 5, To: 5}},
			Requests: []artillery.Request{{Scenario: "a", Method: "GET", URL: "/a", Header: http.Header{}}, {Scenario: "b", Method: "GET", URL: "/b", Header: http.Header{}}},
			Ignored:  []string{"x.yaml line 4: think: arrivals follow from the phases alone", "x.yaml line 5: log: arrivals follow from the phases alone"},
		}},
		{"requests in full", `
config:
  http: {timeout: 3, pool: 5}
  tls: {rejectUnauthorized: false}
  defaults: {headers: {x-api-key: k, accept: text/plain}}
scenarios:
  - flow:
      - post:
          url: /a
          headers: {Accept: "*/*"}
          json: {b: [1, two]}
          expect: [{statusCode: [200, 201]}]
`, artillery.Test{
			Timeout: 3 * time.Second, Insecure: true,
			Requests: []artillery.Request{{
				Method: "POST", URL: "/a", Body: []byte(`{"b":[1,"two"]}`), ExpectStatus: []int{200, 201},
				Header: http.Header{"X-Api-Key": {"k"}, "Accept": {"*/*"}, "Content-Type": {"application/json"}},
			}},
			Ignored: []string{"x.yaml line 3: config.http.pool"},
		}},
		{"an anchor", "x-a: &a {get: /a}\nscenarios: [{flow: [*a]}]\n", artillery.Test{
			Requests: []artillery.Request{{Method: "GET", URL: "/a", Header: http.Header{}}}, Ignored: []string{"x.yaml line 1: x-a"},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := artillery.Parse(artillery.File{Name: "x.yaml", Data: []byte(row.text)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseNamesWhatItCannotDo(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"a second request", "scenarios: [{flow: [{get: /a}, {post: /b}]}]", "line 1: a second request in a flow (post)"},
		{"a loop", "scenarios: [{flow: [{loop: []}]}]", "loop in a flow"},
		{"a template", `scenarios: [{flow: [{get: "/{{ id }}"}]}]`, "a template in url"},
		{"a hook", "scenarios: [{beforeRequest: f, flow: [{get: /a}]}]", "beforeRequest of a scenario"},
		{"a capture", "scenarios: [{flow: [{get: {url: /a, capture: []}}]}]", "capture of a request"},
		{"an engine", "scenarios: [{engine: ws, flow: [{get: /a}]}]", "engine ws"},
		{"weights", "scenarios: [{weight: 1, flow: [{get: /a}]}, {weight: 2, flow: [{get: /b}]}]", "different weights"},
		{"a phase's limit", "config: {phases: [{duration: 1, arrivalRate: 1, maxVusers: 3}]}\n" + scenario, "line 1: maxVusers of a phase"},
		{"a phase without an end", "config: {phases: [{arrivalRate: 1}]}\n" + scenario, "a phase without a duration"},
		{"mixed modes", "config: {phases: [{duration: 1, arrivalRate: 1}, {duration: 1, arrivalRate: 1, mode: poisson}]}\n" + scenario, "different modes"},
		{"a rate in words", "config: {phases: [{duration: 1, arrivalRate: many}]}\n" + scenario, `arrivalRate "many" is not a number`},
		{"steps before", "before: {flow: []}\n" + scenario, "line 1: before"},
		{"an expectation", "scenarios: [{flow: [{get: {url: /a, expect: {hasHeader: x}}}]}]", "hasHeader in expect"},
		{"no scenario", "config: {target: x}", "no scenario in the files"},
		{"nothing", "", "the file is empty"},
		{"no mapping", "- a", "want config: and scenarios:"},
		{"no YAML", "a: [", "did not find expected node content"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := artillery.Parse(artillery.File{Name: "x.yaml", Data: []byte(row.text)}); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}

func TestSeveralScenarioFiles(t *testing.T) {
	config := artillery.File{Name: "config.yaml", Data: []byte("config: {phases: [{duration: 1, arrivalRate: 4}]}")}
	one := artillery.File{Name: "one.yaml", Data: []byte(scenario)}
	two := artillery.File{Name: "two.yaml", Data: []byte("scenarios: [{flow: [{get: /b}]}, {flow: [{get: /c}]}]")}
	own := artillery.File{Name: "own.yaml", Data: []byte("config: {target: http://b, phases: [{duration: 1, arrivalRate: 9}]}\n" + scenario)}
	for _, row := range []struct {
		name  string
		files []artillery.File
		rate  float64
		err   string
	}{
		{"each at the whole rate", []artillery.File{config, one, one}, 4, ""},
		{"two in one file", []artillery.File{config, two}, 2, ""},
		{"a scenario's own phases", []artillery.File{config, own}, 9, ""},
		{"different numbers", []artillery.File{config, one, two}, 0, "different numbers of scenarios"},
		{"a config among several", []artillery.File{config, one, own}, 0, "own.yaml line 1: config"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := artillery.Parse(row.files...)
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Errorf("got %v, want %q", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Phases) != 1 || got.Phases[0].From != row.rate {
				t.Errorf("the phases are %v, want one at %v", got.Phases, row.rate)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		scenario, "config: {target: x, phases: [{duration: 1, arrivalRate: 1, rampTo: 5}, {pause: 1s}]}\n" + scenario,
		"scenarios: [{flow: [{post: {url: /a, json: {b: &x [1]}, headers: {a: b}, expect: [{statusCode: 200}]}}]}]",
		"a: &a [*a]\nscenarios: *a", "config: {http: {timeout: 1}, tls: {rejectUnauthorized: no}, defaults: {headers: {a: b}}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := artillery.Parse(artillery.File{Name: "x.yaml", Data: []byte(text)})
		if err != nil {
			return
		}
		if len(got.Requests) == 0 {
			t.Fatal("a test without a request")
		}
		for _, r := range got.Requests {
			if r.URL == "" || r.Method == "" {
				t.Errorf("the request %+v", r)
			}
		}
		for _, p := range got.Phases {
			if p.Duration <= 0 || !(p.From >= 0) || !(p.To >= 0) {
				t.Errorf("the phase %+v", p)
			}
		}
	})
}
