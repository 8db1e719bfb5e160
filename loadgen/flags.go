package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// settings are the command line as it was given.
type settings struct {
	url, targets, only, stage string
	artillery                 string
	arguments                 []string // those that are no flags: URLs, or artillery's scenario files

	rate     string
	duration time.Duration
	phases   []pace.Phase
	arrivals string
	poisson  bool
	trace    string
	seed     uint64

	method, body       string
	headers            []string
	header             http.Header // parsed
	expectStatus       []int
	expectBodyContains string

	conns, maxConns   int
	timeout           time.Duration
	http2, insecure   bool
	dns, pace, engine string

	margin margin
	out    string
	format string
	failIf []threshold.Threshold
	strict bool
	given  map[string]bool // the flags that were set
}

// rateMax asks for a closed loop.
const rateMax = "max"

const loadTestHead = `Load-tests HTTP endpoints at a planned rate and reports latencies that a stall cannot hide.

  loadgen URL ... [flags]           load-test these URLs and print what was found
  loadgen -url URL [flags]          load-test the paths of -targets under a base URL
  loadgen compare DIR DIR           judge two run directories against each other, offline
  loadgen report DIR                print a run directory again
  loadgen -version                  print the version

loadgen compare -h and loadgen report -h show their flags.
`

const loadTestFoot = `
Ctrl-C waits for what is on its way and reports; once more leaves at once.

exit codes
  0  the load test ran
  1  a -fail-if condition is true, or with -strict not decided; or the run that it was to judge was
     interrupted
  2  the command line, or a file that it names, cannot be used; nothing was sent
  3  not valid: the generator's own lateness could explain what it measured, or its records are not complete
  4  no request was answered
Of several, 4 counts before 3 and 3 before 1; what was found is printed in each case.
"go run" makes 1 of every code: build first ("go build ./loadgen") where codes matter.
`

// flags declares the flags of a load test.
func (s *settings) flags() *flagSet {
	f := newFlagSet("loadgen", loadTestHead, loadTestFoot)
	f.section("where to")
	f.text(&s.url, "url", "", "base `URL`, such as https://….execute-api.eu-central-1.amazonaws.com/dev; USER:PASSWORD@ in it becomes an Authorization header")
	f.text(&s.targets, "targets", "/esmodule,/commonjs", "`PATHS` under it, comma-separated; appended as they are")
	f.text(&s.only, "only", "", "only the targets of these `NAMES`; a target's name is its path without the leading slash")
	f.text(&s.stage, "stage", "", "take the URL from \"pulumi stack output --json --stack `STAGE`\"")
	f.text(&s.artillery, "artillery", "", "run artillery's `FILE`, and the scenario files that follow as arguments: target, phases, one request a scenario; -url overrides the target")

	f.section("when")
	f.text(&s.rate, "rate", "10", "`N` requests per second to each target, whatever the responses do;\nmax: a closed loop of -conns connections, for capacity: its latencies hide stalls")
	f.length(&s.duration, "duration", time.Minute, "length `D` of the test")
	f.parsed("phase", "a phase of the test as `D@N`, such as 60s@10, or a ramp: 30s@10..100; may be repeated", func(text string) error {
		p, err := pace.ParsePhase(text)
		s.phases = append(s.phases, p)
		return err
	})
	f.word(&s.arrivals, "arrivals", string(pace.Constant), "`PROCESS` of the arrivals; constant: evenly spaced; poisson: at random", string(pace.Constant), string(pace.Poisson))
	f.toggle(&s.poisson, "poisson", "short for -arrivals poisson")
	f.text(&s.trace, "trace", "", "`FILE` of arrival times: a number of seconds a line, ascending")
	f.seed(&s.seed, "seed", 0, "`N` fixes every order that is drawn at random; without it a new one is drawn, and written into the manifest")

	f.section("what")
	f.text(&s.method, "method", "", "`METHOD` of the requests; without it GET, or POST where there is a body")
	f.parsed("header", "a header of every request as `'NAME: V'`; may be repeated", func(text string) error {
		// addHeader reports its errors later: the flag package would repeat the text, which may be a secret.
		s.headers = append(s.headers, text)
		return nil
	})
	f.text(&s.body, "body", "", "a body as `TEXT`; @FILE reads it from a file")
	f.parsed("expect-status", "the status `CODES` that are answers, comma-separated (default: all below 400)", func(text string) (err error) {
		s.expectStatus, err = parseStatuses(text)
		return err
	})
	f.text(&s.expectBodyContains, "expect-body-contains", "", "`TEXT` that a body must contain to be an answer")

	f.section("how")
	f.count(&s.conns, "conns", 64, "`N` connections of -rate max")
	f.length(&s.timeout, "timeout", 10*time.Second, "`D` from the planned start to the last byte")
	f.count(&s.maxConns, "max-conns", 4096, "at most `N` connections")
	f.toggle(&s.http2, "http2", "HTTP/2, which takes the portable engine")
	f.word(&s.dns, "dns", string(engine.Upfront), "`WHEN` names are looked up; upfront: once before the run; connection: for every new connection", string(engine.Upfront), string(engine.PerConnection))
	f.toggle(&s.insecure, "insecure", "accept any certificate")
	f.word(&s.pace, "pace", string(engine.Precise), "`HOW` a request's moment is waited for; precise: spin through the last microseconds; eco: only sleep", string(engine.Precise), string(engine.Eco))
	f.word(&s.engine, "engine", "", "`NAME` of the engine: epoll (Linux) or portable; without it the best one here", engine.Epoll, engine.Portable)

	f.section("what comes of it")
	f.value(&s.margin, "margin", marginUsage)
	f.text(&s.out, "out", "", "write a run directory `DIR`: manifest.json, summary.json, report.html, one .hlog a target")
	f.word(&s.format, "format", formatText, "`F` of what is printed: "+strings.Join(formats, ", "), formats...)
	f.parsed("fail-if", "exit with 1 if this `CONDITION` is true; may be repeated: 'p99>300ms', 'esmodule.p99>commonjs.p99', 'errors>0.1%'\n"+
		"figures: p50 ... p99.9, mean, min, max (of latency; or of service., firstByte., connect.), errors and dropped (a number, or a share of what was sent or planned)\n"+
		"a percentile is true of a limit if its whole 95 % interval is, and of another target's if the difference is judged so; in between the condition is not decided", func(text string) error {
		t, err := threshold.Parse(text)
		s.failIf = append(s.failIf, t)
		return err
	})
	f.toggle(&s.strict, "strict", "exit with 1 as well if a -fail-if condition is not decided")
	return f
}

const marginUsage = "a difference `M` that does not matter, such as 5ms or 5%"

// parseSettings reads the command line of a load test.
func parseSettings(args []string, stdout io.Writer) (*settings, error) {
	s := &settings{header: http.Header{}}
	var err error
	if s.arguments, s.given, err = s.flags().parse(args, stdout); err != nil {
		return nil, err
	}
	for _, text := range s.headers {
		if err := s.addHeader(text); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *settings) addHeader(text string) error {
	name, value, ok := strings.Cut(text, ":")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return errors.New("-header: want 'name: value'")
	}
	s.header.Add(name, strings.TrimSpace(value))
	return nil
}

// parseStatuses reads codes such as 200,201.
func parseStatuses(text string) ([]int, error) {
	var codes []int
	for _, field := range strings.Split(text, ",") {
		code, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || code < 100 || code > 999 {
			return nil, fmt.Errorf("%q is not a status code", field)
		}
		codes = append(codes, code)
	}
	return codes, nil
}

// margin is a difference that does not matter: a time, or a share of the second side.
type margin struct {
	text  string
	ms    float64
	share float64
}

// String is what was given.
func (m *margin) String() string { return m.text }

// Set reads 5ms or 5%.
func (m *margin) Set(text string) error {
	*m = margin{text: text}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(v >= 0) || v > 1000 {
			return fmt.Errorf("%q is not a share such as 5%%", text)
		}
		m.share = v / 100
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("want a time such as 5ms, or a share such as 5%%")
	}
	m.ms = float64(d) / float64(time.Millisecond)
	return nil
}

// options are those of a verdict with this margin.
func (m *margin) options() verdict.Options {
	return verdict.Options{MarginAbs: m.ms, MarginRel: m.share}
}
