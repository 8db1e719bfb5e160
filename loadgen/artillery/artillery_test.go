package artillery_test

import (
	"fmt"
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
	got, err := artillery.ReadFiles(artillery.Given{}, path("config.yaml"), path("scenarios/esmodule.yaml"), path("scenarios/commonjs.yaml"))
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
		Differences: []string{newConnections, redirects},
	}
	want.Phases[0].From, want.Phases[0].To = 20, 20 // two files at 10/s each
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What artillery does otherwise.
const (
	newConnections = "connections are used again: artillery makes one for each virtual user, as -header 'Connection: close' does"
	redirects      = "redirects are answers and are not followed: artillery follows them unless followRedirect is false"
	expectation    = "expect is checked: artillery checks it only with config.plugins.expect"
)

const scenario = "scenarios: [{flow: [{get: {url: /a}}]}]\n"

func TestParse(t *testing.T) {
	get := func(scenario, url string) artillery.Request {
		return artillery.Request{Scenario: scenario, Method: "GET", URL: url, Header: http.Header{}}
	}
	for _, row := range []struct {
		name, text string
		want       artillery.Test // but for what all have: see below
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
			Target: "https://example.com/dev",
			Phases: []pace.Phase{
				{Duration: 30 * time.Second, From: 10, To: 100}, {Duration: 2 * time.Minute, From: 0.5, To: 0.5},
				{Duration: 5 * time.Second}, {Duration: time.Minute, From: 7, To: 7},
			},
			Requests: []artillery.Request{get("", "/a")},
		}},
		{"scenarios share the rate", `
config: {phases: [{duration: 10, arrivalRate: 10, mode: poisson}]}
scenarios:
  - {name: a, weight: 2, flow: [{get: /a}, {think: 1}]}
  - {name: b, weight: 2, flow: [{log: hello}, {get: {url: /b}}]}
`, artillery.Test{
			Process: pace.Poisson, Phases: []pace.Phase{{Duration: 10 * time.Second, From: 10, To: 10}},
			Requests: []artillery.Request{get("a", "/a"), get("b", "/b")},
			Ignored:  []string{"x.yaml line 4: think: arrivals follow from the phases alone", "x.yaml line 5: log: arrivals follow from the phases alone"},
		}},
		{"requests in full", `
config:
  http: {timeout: 3, pool: 5, extendedMetrics: true}
  tls: {rejectUnauthorized: false}
  plugins: {expect: {}}
  defaults: {headers: {x-api-key: k, accept: text/plain}}
scenarios:
  - flow:
      - post:
          url: /a
          headers: {Accept: "*/*"}
          json: {b: [1, two]}
          expect: [{statusCode: [200, 201]}]
          followRedirect: false
`, artillery.Test{
			Timeout: 3 * time.Second, MaxConns: 5, Insecure: true,
			Requests: []artillery.Request{{
				Method: "POST", URL: "/a", Body: []byte(`{"b":[1,"two"]}`), ExpectStatus: []int{200, 201},
				Header: http.Header{"X-Api-Key": {"k"}, "Accept": {"*/*"}, "Content-Type": {"application/json"}},
			}},
			Ignored:     []string{"x.yaml line 3: config.http.extendedMetrics", "x.yaml line 5: config.plugins.expect"},
			Differences: []string{newConnections},
		}},
		{"an expectation without its plugin", "scenarios: [{flow: [{get: {url: /a, expect: {statusCode: 200}}}]}]", artillery.Test{
			Requests:    []artillery.Request{{Method: "GET", URL: "/a", Header: http.Header{}, ExpectStatus: []int{200}}},
			Differences: []string{newConnections, expectation, redirects},
		}},
		{"an anchor", "x-a: &a {get: /a}\nscenarios: [{flow: [*a]}]\n", artillery.Test{
			Requests: []artillery.Request{get("", "/a")}, Ignored: []string{"x.yaml line 1: x-a"},
		}},
		{"merge keys", `
load: &load
  phases: [{duration: 1, arrivalRate: 3}]
  defaults: {headers: {x-api-key: secret}}
config:
  target: http://h
  <<: *load
scenarios:
  - <<: [{name: a, flow: [{get: /b}]}, {name: b}]
    flow: [{get: {<<: {url: /c}, url: /a}}]
`, artillery.Test{
			Target: "http://h", Phases: pace.At(3, time.Second),
			Requests: []artillery.Request{{Scenario: "a", Method: "GET", URL: "/a", Header: http.Header{"X-Api-Key": {"secret"}}}},
			Ignored:  []string{"x.yaml line 2: load"},
		}},
		{"headers of both blocks of defaults", `
config:
  http: {defaults: {headers: {authorization: of-http, a: of-http}}}
  defaults: {headers: {x-api-key: of-defaults, a: of-defaults}}
` + scenario, artillery.Test{Requests: []artillery.Request{{Method: "GET", URL: "/a", Header: http.Header{
			"Authorization": {"of-http"}, "A": {"of-http"}, "X-Api-Key": {"of-defaults"},
		}}}}},
		{"headers of both blocks of defaults, in the other order", `
config:
  defaults: {headers: {a: of-defaults}}
  http: {defaults: {headers: {a: of-http}}}
` + scenario, artillery.Test{Requests: []artillery.Request{{Method: "GET", URL: "/a", Header: http.Header{"A": {"of-http"}}}}}},
		{"without phases it is one user", scenario, artillery.Test{Requests: []artillery.Request{get("", "/a")}}},
		{"a target for later", `config: {target: "{{ $env.URL }}"}` + "\n" + scenario, artillery.Test{Target: "{{ $env.URL }}", Requests: []artillery.Request{get("", "/a")}}},
		{"settings that change nothing", "config: {variables: {a: 1}, processor: ./p.js, plugins: {metrics-by-endpoint: {}}}\n" + scenario, artillery.Test{
			Requests: []artillery.Request{get("", "/a")},
			Ignored:  []string{"x.yaml line 1: config.variables", "x.yaml line 1: config.processor", "x.yaml line 1: config.plugins.metrics-by-endpoint"},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := artillery.Parse(artillery.Given{}, artillery.File{Name: "x.yaml", Data: []byte(row.text)})
			if err != nil {
				t.Fatal(err)
			}
			if row.want.Process == "" {
				row.want.Process = pace.Constant
			}
			if row.want.Phases == nil {
				row.want.Phases = pace.At(1, time.Second)
			}
			if row.want.Differences == nil {
				row.want.Differences = []string{newConnections, redirects}
			}
			if diff := cmp.Diff(&row.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What the caller has decided is not judged.
func TestGiven(t *testing.T) {
	file := artillery.File{Name: "x.yaml", Data: []byte("config: {phases: [{duration: 1, arrivalRate: '{{ rate }}'}], http: {timeout: '{{ timeout }}'}}\n" + scenario)}
	if _, err := artillery.Parse(artillery.Given{}, file); err == nil || !strings.Contains(err.Error(), "arrivalRate") || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("got %v, want both refused", err)
	}
	got, err := artillery.Parse(artillery.Given{Phases: true, Timeout: true}, file)
	if err != nil || len(got.Phases) != 0 || got.Timeout != 0 {
		t.Errorf("got %+v and %v, want neither phases nor a timeout", got, err)
	}
}

// Bodies are what JSON.stringify makes of the values that js-yaml 3 reads. The wanted texts are what
// Node.js 20.20.2 with js-yaml 3.14.1 printed.
func TestJSONBodies(t *testing.T) {
	for _, row := range []struct{ name, yaml, want string }{
		{"markup", `"<b>bread & butter</b>"`, `"<b>bread & butter</b>"`},
		{"line separators", `"\u2028\u2029"`, "\"\u2028\u2029\""},
		{"control characters", `"\a\b\f\n\r\t\e \" \\ \x7f"`, `"\u0007\b\f\n\r\t\u001b \" \\ ` + "\x7f\""},
		{"letters", `é😀`, `"é😀"`},
		{"a date", `2024-02-29`, `"2024-02-29T00:00:00.000Z"`},
		{"a time with a zone", `2001-12-14t21:59:43.1234-05:30`, `"2001-12-15T03:29:43.123Z"`},
		{"a time with spaces", `2001-12-14 21:59:43.1 +5`, `"2001-12-14T16:59:43.100Z"`},
		{"a time without a zone", `2001-2-3 4:05:06`, `"2001-02-03T04:05:06.000Z"`},
		{"a quoted date", `"2024-02-29"`, `"2024-02-29"`},
		{"a large number", `1e21`, `1e+21`},
		{"just below", `1e20`, `100000000000000000000`},
		{"a small number", `1e-7`, `1e-7`},
		{"a fraction of nothing", `20.0`, `20`},
		{"negative zero", `-0`, `0`},
		{"beyond 53 bits", `9007199254740993`, `9007199254740992`},
		{"underscores", `1_000`, `1000`},
		{"hexadecimal", `0xff`, `255`},
		{"binary", `-0b101`, `-5`},
		{"a leading dot", `.5`, `0.5`},
		{"infinite", `[.inf, -.Inf, .nan, 1e999]`, `[null,null,null,null]`},
		{"YAML 1.1's words", `[yes, no, on, off, y]`, `["yes","no","on","off","y"]`},
		{"truth", `[true, True, FALSE, tRUE]`, `[true,true,false,"tRUE"]`},
		{"nothing", `[~, null, Null, ""]`, `[null,null,null,""]`},
		{"an empty value", `{a: , b: }`, `{"a":null,"b":null}`},
		{"a tag", `!!str 12`, `"12"`},
		{"the order of keys", `{z: 1, a: 2, "10": 3, "9": 4, "01": 5}`, `{"9":4,"10":3,"z":1,"a":2,"01":5}`},
		{"keys that are no texts", `{1.0: a, null: b, true: c, yes: d}`, `{"1":"a","null":"b","true":"c","yes":"d"}`},
		{"merged", `{a: 1, <<: {a: 2, b: 3}, c: 4}`, `{"a":1,"b":3,"c":4}`},
		{"merged before", `{<<: {a: 2, b: 3}, a: 1}`, `{"a":1,"b":3}`},
		{"a quoted merge key", `{"<<": {a: 1}}`, `{"<<":{"a":1}}`},
		{"nested", `{a: [{b: []}, {}]}`, `{"a":[{"b":[]},{}]}`},
		{"a text over lines", "|\n            a\n            b\n", `"a\nb\n"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			file := artillery.File{Name: "x.yaml", Data: []byte("scenarios:\n  - flow:\n      - post:\n          url: /a\n          json: " + row.yaml + "\n")}
			got, err := artillery.Parse(artillery.Given{}, file)
			if err != nil {
				t.Fatal(err)
			}
			if body := string(got.Requests[0].Body); body != row.want {
				t.Errorf("got %s, want %s", body, row.want)
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
		{"a client certificate", "config: {plugins: {http-ssl-auth: {}}}\n" + scenario, "line 1: the plugin http-ssl-auth"},
		{"a client certificate's settings", "config: {http-ssl-auth: {pfx: ./client.pfx}}\n" + scenario, "line 1: config.http-ssl-auth"},
		{"a default status", "config: {plugins: {expect: {expectDefault200: true}}}\n" + scenario, "expectDefault200"},
		{"cookies of every request", "config: {defaults: {cookie: {a: b}}}\n" + scenario, "config.defaults.cookie"},
		{"an unknown HTTP setting", "config: {http: {proxy: x}}\n" + scenario, "config.http.proxy"},
		{"a key twice", "scenarios:\n  - flow: [{get: /first}]\n    flow: [{get: /second}]\n", `line 3: the key "flow" is in line 2 already`},
		{"scenarios twice", scenario + scenario, `line 2: the key "scenarios" is in line 1 already`},
		{"a key of a body twice", "scenarios: [{flow: [{post: {url: /a, json: {a: 1, a: 2}}}]}]", `the key "a"`},
		{"a second document", scenario + "---\n" + scenario, "a second document"},
		{"a merge of nothing", "scenarios: [{<<: 1, flow: [{get: /a}]}]", "<< of something"},
		{"a number that readers disagree on", "scenarios: [{flow: [{post: {url: /a, json: {a: 010}}}]}]", "quote it"},
		{"a number of base 60", "scenarios: [{flow: [{post: {url: /a, json: {a: 1:30}}}]}]", "quote it"},
		{"a binary value", "scenarios: [{flow: [{post: {url: /a, json: {a: !!binary aGVsbG8=}}}]}]", "the tag !!binary"},
		{"two bodies", "scenarios: [{flow: [{post: {url: /a, json: {}, body: x}}]}]", "both body and json"},
		{"two kinds of arrivals", "config: {phases: [{duration: 1, arrivalRate: 1, arrivalCount: 5}]}\n" + scenario, "a phase: want"},
		{"no arrivals", "config: {phases: [{duration: 1}]}\n" + scenario, "a phase: want"},
		{"half a user", "config: {phases: [{duration: 1, arrivalCount: 0.5}]}\n" + scenario, "not a whole number"},
		{"neither true nor false", "config: {tls: {rejectUnauthorized: no}}\n" + scenario, "neither true nor false"},
		{"a header twice", "scenarios: [{flow: [{get: {url: /a, headers: {a: b, A: c}}}]}]", "the header A twice"},
		{"no scenario", "config: {target: x}", "no scenario in the files"},
		{"nothing", "", "the file is empty"},
		{"no mapping", "- a", "want config: and scenarios:"},
		{"no YAML", "a: [", "did not find expected node content"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := artillery.Parse(artillery.Given{}, artillery.File{Name: "x.yaml", Data: []byte(row.text)}); err == nil || !strings.Contains(err.Error(), row.want) {
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
		{"each at the whole rate", []artillery.File{config, one, one}, 8, ""},
		{"two in one file", []artillery.File{config, two}, 4, ""},
		{"a scenario's own phases", []artillery.File{config, own}, 9, ""},
		{"different numbers", []artillery.File{config, one, two}, 0, "different numbers of scenarios"},
		{"a config among several", []artillery.File{config, one, own}, 0, "own.yaml line 1: config"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := artillery.Parse(artillery.Given{}, row.files...)
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

// Aliases cannot make more work of a small file than it is worth.
func TestAliasesAreBounded(t *testing.T) {
	grow := func(item string, times int, join string) string { return strings.Repeat(item+join, times-1) + item }
	for _, row := range []struct{ name, text string }{
		{"scenarios, steps and headers", "h: &h {" + func() (s string) {
			for i := range 300 {
				s += fmt.Sprintf("h%d: v, ", i)
			}
			return s
		}() + "}\nr: &r {get: {url: /a, headers: *h}}\nf: &f [" + grow("*r", 300, ", ") + "]\nscenarios: [" + grow("{flow: *f}", 300, ", ") + "]\n"},
		{"a body", "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n" +
			"d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n" +
			"f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\ng: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\n" +
			"scenarios: [{flow: [{post: {url: /a, json: [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]}}]}]\n"},
		{"merge keys", "a: &a {x: 1}\nb: &b {<<: [" + grow("*a", 500, ", ") + "]}\nscenarios: [{<<: [" + grow("*b", 500, ", ") + "], flow: [{get: /a}]}]\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := artillery.Parse(artillery.Given{}, artillery.File{Name: "x.yaml", Data: []byte(row.text)})
			if err == nil || !strings.Contains(err.Error(), "its aliases make more than 100000 values of it") {
				t.Errorf("got %.300v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		scenario, "config: {target: x, phases: [{duration: 1, arrivalRate: 1, rampTo: 5}, {pause: 1s}]}\n" + scenario,
		"scenarios: [{flow: [{post: {url: /a, json: {b: &x [1]}, headers: {a: b}, expect: [{statusCode: 200}]}}]}]",
		"a: &a [*a]\nscenarios: *a", "a: &a {<<: *a}\nscenarios: [*a]", "scenarios: [{flow: [{post: {url: /a, json: {<<: {a: 2024-02-29}, b: [1e21, 0x1, .inf]}}}]}]", "config: {http: {timeout: 1}, tls: {rejectUnauthorized: no}, defaults: {headers: {a: b}}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := artillery.Parse(artillery.Given{}, artillery.File{Name: "x.yaml", Data: []byte(text)})
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
