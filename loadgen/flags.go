package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// settings are the command line as it was given.
type settings struct {
	url, targets, only, stage string
	artillery                 string
	ab                        string   // two URLs
	runs                      int      // of each of them
	arguments                 []string // those that are no flags: URLs, or artillery's scenario files
	// provision is the provisioned concurrency that the stage's functions get for the
	// length of the load test; restore takes away what killed load tests left behind.
	provision int
	restore   bool

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

	margin   commandline.Margin
	baseline string
	out      string
	format   string
	failIf   []threshold.Threshold
	strict   bool
	given    map[string]bool // the flags that were set
}

// rateMax asks for a closed loop.
const rateMax = "max"

const loadTestHead = `Load-tests HTTP endpoints at a planned rate and reports latencies that a stall cannot hide.

  loadgen URL ... [flags]           load-test these URLs and print what was found
  loadgen -url URL [flags]          load-test the paths of -targets under a base URL
  loadgen -ab URL,URL [flags]       load-test two URLs in turns, several times each, and judge them
  loadgen -version                  print the version

"go run ./report" prints run directories again, and judges them against each other.
`

const loadTestFoot = `
Ctrl-C waits for what is on its way and reports; once more leaves at once.

exit codes
  0  the load test ran
  1  a -fail-if condition is true, or with -strict not decided; or the run that it was to judge was
     interrupted; or something is slower than -baseline, beyond -margin
  2  the command line, or a file that it names, cannot be used, or -provision failed; nothing was sent
  3  not valid: the generator's own lateness could explain what it measured, or its records are not complete;
     or -baseline is not valid, or nothing of it can be compared
  4  no request was answered
  5  provisioned concurrency could not be taken away, and costs money: loadgen -restore tries again
-ab ends with 0, 2, 3 where records are not complete, or 4; runs that are not valid are doubts in what it prints.
Of several, 5 counts before 4, 4 before 3 and 3 before 1; what was found is printed in each case.
"go run" makes 1 of every code: build first ("go build ./loadgen") where codes matter.
`

// flags declares the flags of a load test.
func (s *settings) flags() *commandline.Flags {
	f := commandline.New("loadgen", loadTestHead, loadTestFoot)
	f.Section("where to")
	f.Text(&s.url, "url", "", "base `URL`, such as https://….execute-api.eu-central-1.amazonaws.com/dev; USER:PASSWORD@ in it becomes an Authorization header")
	f.Text(&s.targets, "targets", "/esmodule,/commonjs", "`PATHS` under it, comma-separated; appended as they are")
	f.Text(&s.only, "only", "", "only the targets of these `NAMES`; a target's name is its path without the leading slash")
	f.Text(&s.stage, "stage", "", "take the URL from \"pulumi stack output --json --stack `STAGE`\", and put the load test into the stage's table, where its reports find it")
	f.Count(&s.provision, "provision", 0, "give the functions of -stage provisioned concurrency `N` for the length of the load test: it is waited for, and taken away whatever happens")
	f.Toggle(&s.restore, "restore", "take away the provisioned concurrency that load tests which were killed have left behind, and do nothing else")
	f.Text(&s.artillery, "artillery", "", "run artillery's `FILE`, and the scenario files that follow as arguments: target, phases, one request a scenario; -url overrides the target")

	f.Section("two URLs in turns")
	f.Text(&s.ab, "ab", "", "load-test the two URLs of `A,B` in turns, as often as -runs says, and judge A against B by what differs from run to run; a run directory each: a1, b1, b2, a2, a3, ... in -out")
	f.Count(&s.runs, "runs", 5, "`N` load tests of each URL; a verdict takes 4 or more")

	f.Section("when")
	f.Text(&s.rate, "rate", "10", "`N` requests per second to each target, whatever the responses do;\nmax: a closed loop of -conns connections, for capacity: its latencies hide stalls")
	f.Length(&s.duration, "duration", time.Minute, "length `D` of the test")
	f.Parsed("phase", "a phase of the test as `D@N`, such as 60s@10, or a ramp: 30s@10..100; may be repeated", func(text string) error {
		p, err := pace.ParsePhase(text)
		s.phases = append(s.phases, p)
		return err
	})
	f.Word(&s.arrivals, "arrivals", string(pace.Constant), "`PROCESS` of the arrivals; constant: evenly spaced; poisson: at random", string(pace.Constant), string(pace.Poisson))
	f.Toggle(&s.poisson, "poisson", "short for -arrivals poisson")
	f.Text(&s.trace, "trace", "", "`FILE` of arrival times: a number of seconds a line, ascending")
	f.Seed(&s.seed, "seed", 0, "`N` fixes every order that is drawn at random; without it a new one is drawn, and written into the manifest")

	f.Section("what")
	f.Text(&s.method, "method", "", "`METHOD` of the requests; without it GET, or POST where there is a body")
	f.Parsed("header", "a header of every request as `'NAME: V'`; may be repeated", func(text string) error {
		// addHeader reports its errors later: the flag package would repeat the text, which may be a secret.
		s.headers = append(s.headers, text)
		return nil
	})
	f.Text(&s.body, "body", "", "a body as `TEXT`; @FILE reads it from a file")
	f.Parsed("expect-status", "the status `CODES` that are answers, comma-separated (default: all below 400)", func(text string) (err error) {
		s.expectStatus, err = parseStatuses(text)
		return err
	})
	f.Text(&s.expectBodyContains, "expect-body-contains", "", "`TEXT` that a body must contain to be an answer")

	f.Section("how")
	f.Count(&s.conns, "conns", 64, "`N` connections of -rate max")
	f.Length(&s.timeout, "timeout", 10*time.Second, "`D` from the planned start to the last byte")
	f.Count(&s.maxConns, "max-conns", 4096, "at most `N` connections")
	f.Toggle(&s.http2, "http2", "HTTP/2, which takes the portable engine")
	f.Word(&s.dns, "dns", string(engine.Upfront), "`WHEN` names are looked up; upfront: once before the run; connection: for every new connection", string(engine.Upfront), string(engine.PerConnection))
	f.Toggle(&s.insecure, "insecure", "accept any certificate")
	f.Word(&s.pace, "pace", string(engine.Precise), "`HOW` a request's moment is waited for; precise: spin through the last microseconds; eco: only sleep", string(engine.Precise), string(engine.Eco))
	f.Word(&s.engine, "engine", "", "`NAME` of the engine: epoll (Linux) or portable; without it the best one here", engine.Epoll, engine.Portable)

	f.Section("what comes of it")
	f.Value(&s.margin, "margin", commandline.MarginUsage)
	f.Text(&s.baseline, "baseline", "", baseline.Usage)
	f.Text(&s.out, "out", "", "write a run directory `DIR`: manifest.json, summary.json, report.html, one .hlog a target;\nof -ab the directory of the run directories (default: a new one, called ab- and the time)")
	f.Word(&s.format, "format", string(report.FormatText), "`F` of what is printed: "+strings.Join(report.Formats(), ", "), report.Formats()...)
	f.Parsed("fail-if", "exit with 1 if this `CONDITION` is true; may be repeated: 'p99>300ms', 'esmodule.p99>commonjs.p99', 'esmodule.first.p50>20ms', 'errors>0.1%'\n"+
		"figures: p50 ... p99.9, mean, min, max (of latency; or of service., firstByte., connect.), errors and dropped (a number, or a share of what was sent or planned)\n"+
		"first. and later. are an environment's first request and those after it, first.provisioned. and the like those of one kind\n"+
		threshold.Meaning, func(text string) error {
		t, err := threshold.Parse(text)
		s.failIf = append(s.failIf, t)
		return err
	})
	f.Toggle(&s.strict, "strict", "exit with 1 as well if a -fail-if condition is not decided")
	return f
}

// parseSettings reads the command line of a load test.
func parseSettings(args []string, stdout io.Writer) (*settings, error) {
	s := &settings{header: http.Header{}}
	var err error
	if s.arguments, s.given, err = s.flags().Parse(args, stdout); err != nil {
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
