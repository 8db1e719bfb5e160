package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// settings are the command line as it was given.
type settings struct {
	url, targets, only, stage string
	artillery                 string
	scenarios                 []string // the arguments that are no flags

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
	given  map[string]bool // the flags that were set
}

// rateMax asks for a closed loop.
const rateMax = "max"

// flagSet declares the flags.
func (s *settings) flagSet() *flag.FlagSet {
	f := flag.NewFlagSet("loadgen", flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors and help are printed by run
	f.StringVar(&s.url, "url", "", "")
	f.StringVar(&s.targets, "targets", "/esmodule,/commonjs", "")
	f.StringVar(&s.only, "only", "", "")
	f.StringVar(&s.stage, "stage", "", "")
	f.StringVar(&s.artillery, "artillery", "", "")

	f.StringVar(&s.rate, "rate", "10", "")
	f.DurationVar(&s.duration, "duration", time.Minute, "")
	f.Func("phase", "", func(text string) error {
		p, err := pace.ParsePhase(text)
		s.phases = append(s.phases, p)
		return err
	})
	f.StringVar(&s.arrivals, "arrivals", string(pace.Constant), "")
	f.BoolVar(&s.poisson, "poisson", false, "")
	f.StringVar(&s.trace, "trace", "", "")
	f.Uint64Var(&s.seed, "seed", 0, "")

	f.StringVar(&s.method, "method", "", "")
	f.Func("header", "", func(text string) error {
		// Its errors are told later: the flag package would repeat the text, which may be a secret.
		s.headers = append(s.headers, text)
		return nil
	})
	f.StringVar(&s.body, "body", "", "")
	f.Func("expect-status", "", func(text string) (err error) {
		s.expectStatus, err = parseStatuses(text)
		return err
	})
	f.StringVar(&s.expectBodyContains, "expect-body-contains", "", "")

	f.IntVar(&s.conns, "conns", 64, "")
	f.DurationVar(&s.timeout, "timeout", 10*time.Second, "")
	f.IntVar(&s.maxConns, "max-conns", 4096, "")
	f.BoolVar(&s.http2, "http2", false, "")
	f.StringVar(&s.dns, "dns", "upfront", "")
	f.BoolVar(&s.insecure, "insecure", false, "")
	f.StringVar(&s.pace, "pace", "precise", "")
	f.StringVar(&s.engine, "engine", "", "")

	f.Var(&s.margin, "margin", "")
	f.StringVar(&s.out, "out", "", "")
	f.StringVar(&s.format, "format", formatText, "")
	f.Func("fail-if", "", func(text string) error {
		t, err := threshold.Parse(text)
		s.failIf = append(s.failIf, t)
		return err
	})
	return f
}

// parseSettings reads the command line of a load test.
func parseSettings(args []string) (*settings, error) {
	s := &settings{header: http.Header{}}
	flags := s.flagSet()
	var err error
	if s.scenarios, s.given, err = parse(flags, args); err != nil {
		return nil, err
	}
	for _, text := range s.headers {
		if err := s.addHeader(text); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// parse reads flags and arguments in any order, as artillery's users write them.
func parse(flags *flag.FlagSet, args []string) (arguments []string, given map[string]bool, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, nil, err
		}
		if args = flags.Args(); len(args) == 0 {
			break
		}
		arguments, args = append(arguments, args[0]), args[1:]
	}
	given = map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return arguments, given, nil
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
func (m *margin) options(seed uint64) verdict.Options {
	return verdict.Options{MarginAbs: m.ms, MarginRel: m.share, Seed: seed}
}
