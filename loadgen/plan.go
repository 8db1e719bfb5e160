package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/artillery"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/engine"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/pace"
)

// plan is a load test made ready.
type plan struct {
	*settings
	attack attack.Options
	// stack is what -stage found; its platform is empty without.
	stack deployed.Stack
	// test is what -artillery found, or nil.
	test *artillery.Test
}

// newPlan turns settings into a plan, or says what cannot be used of them.
func newPlan(ctx context.Context, s *settings) (*plan, error) {
	p := &plan{settings: s}
	if s.seed == 0 {
		s.seed = rand.Uint64N(1 << 53) // JSON numbers are exact up to here
	}
	for _, step := range []func() error{
		s.check,
		func() error { return p.findBase(ctx) },
		p.setTargets,
		p.setSchedule,
		p.checkThresholds,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	o := &p.attack
	o.Timeout, o.MaxConns = s.timeout, s.maxConns
	o.Expect.BodyContains = s.expectBodyContains
	o.Engine, o.HTTP2, o.Insecure = s.engine, s.http2, s.insecure
	o.Pace, o.DNS = engine.Pace(s.pace), engine.DNS(s.dns)
	if s.given["expect-status"] {
		o.Expect.Status = s.expectStatus
	}
	if t := p.test; t != nil {
		o.Insecure = o.Insecure || t.Insecure
		if t.Timeout > 0 && !s.given["timeout"] {
			o.Timeout = t.Timeout
		}
	}
	return p, nil
}

// check refuses flags that contradict each other, and words that mean nothing.
func (s *settings) check() error {
	for _, pair := range [][2]string{
		{"url", "stage"}, {"targets", "artillery"}, {"method", "artillery"}, {"body", "artillery"},
		{"phase", "rate"}, {"phase", "duration"},
		{"trace", "rate"}, {"trace", "duration"}, {"trace", "phase"}, {"trace", "arrivals"}, {"trace", "poisson"},
	} {
		if s.given[pair[0]] && s.given[pair[1]] {
			return fmt.Errorf("-%s and -%s exclude each other", pair[0], pair[1])
		}
	}
	if s.poisson {
		if s.given["arrivals"] && s.arrivals != string(pace.Poisson) {
			return fmt.Errorf("-poisson and -arrivals %s exclude each other", s.arrivals)
		}
		s.arrivals = string(pace.Poisson)
	}
	for _, flag := range []struct {
		name, value string
		words       []string
	}{
		{"arrivals", s.arrivals, []string{string(pace.Constant), string(pace.Poisson)}},
		{"dns", s.dns, []string{string(engine.Upfront), string(engine.PerConnection)}},
		{"pace", s.pace, []string{string(engine.Precise), string(engine.Eco)}},
		{"engine", s.engine, []string{"", engine.Epoll, engine.Portable}},
		{"format", s.format, formats},
	} {
		if !slices.Contains(flag.words, flag.value) {
			return fmt.Errorf("-%s %q: want %s", flag.name, flag.value, strings.Join(slices.DeleteFunc(flag.words, func(w string) bool { return w == "" }), ", "))
		}
	}
	switch {
	case s.artillery == "" && len(s.scenarios) > 0:
		return fmt.Errorf("%q is not understood: only -artillery takes files without a flag", s.scenarios[0])
	case s.given["conns"] && s.rate != rateMax:
		return errors.New("-conns needs -rate max: at a planned rate there are as many connections as it takes, up to -max-conns")
	case s.rate == rateMax && (s.poisson || s.given["arrivals"]):
		return errors.New("-rate max has no arrivals to space")
	case s.conns < 1 || s.maxConns < 1:
		return errors.New("-conns and -max-conns count connections, from 1")
	case s.timeout <= 0:
		return fmt.Errorf("-timeout %v: want more than nothing", s.timeout)
	case s.duration <= 0:
		return fmt.Errorf("-duration %v: want more than nothing", s.duration)
	}
	return nil
}

// findBase finds out what the targets' paths are appended to.
func (p *plan) findBase(ctx context.Context) (err error) {
	if p.artillery != "" {
		if p.test, err = artillery.ReadFiles(append([]string{p.artillery}, p.scenarios...)...); err != nil {
			return err
		}
	}
	switch {
	case p.stage != "":
		if p.url, p.stack, err = stackOutputs(ctx, p.stage); err != nil {
			return fmt.Errorf("-stage %s: %w", p.stage, err)
		}
	case p.url == "" && p.test != nil:
		if _, err := baseURL(p.test.Target); err != nil {
			return fmt.Errorf("config.target of %s: %w; -url overrides it", p.artillery, err)
		}
		p.url = p.test.Target
	case p.url == "":
		return errors.New("where to? give -url, -stage or -artillery")
	}
	if _, err = baseURL(p.url); err != nil {
		return fmt.Errorf("-url: %w", err)
	}
	return nil
}

// baseURL checks a URL to which paths are appended.
func baseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is not a URL", text)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%q: want http://host or https://host", text)
	case u.User != nil:
		return nil, errors.New("a URL with a password is not sent; use -header 'authorization: Basic ...'")
	}
	return u, nil
}

// setTargets makes the requests.
func (p *plan) setTargets() error {
	var requests []artillery.Request
	if p.test != nil {
		requests = p.test.Requests
	} else {
		body, err := readBody(p.body)
		if err != nil {
			return err
		}
		method := p.method
		if method == "" && len(body) > 0 {
			method = http.MethodPost
		}
		for _, path := range strings.Split(p.targets, ",") {
			requests = append(requests, artillery.Request{Method: method, URL: strings.TrimSpace(path), Body: body})
		}
	}
	for i, r := range requests {
		if i > 0 && !slices.Equal(r.ExpectStatus, requests[0].ExpectStatus) {
			return errors.New("artillery: scenarios that expect different status codes; run them one by one")
		}
		p.attack.Expect.Status = r.ExpectStatus
		t := attack.Target{URL: join(p.url, r.URL), Method: r.Method, Header: http.Header{}, Body: r.Body}
		for _, h := range []http.Header{r.Header, p.header} { // the command line comes last
			for name, values := range h {
				t.Header[http.CanonicalHeaderKey(name)] = values
			}
		}
		u, err := baseURL(t.URL)
		if err != nil {
			return fmt.Errorf("target %q: %w", r.URL, err)
		}
		t.Name = targetName(r.URL, u)
		for slices.ContainsFunc(p.attack.Targets, func(o attack.Target) bool { return o.Name == t.Name }) {
			if p.test == nil {
				return fmt.Errorf("-targets names %q twice", t.Name)
			}
			t.Name += "'" // artillery's scenarios may share a path
		}
		p.attack.Targets = append(p.attack.Targets, t)
	}
	return p.keepOnly()
}

// keepOnly leaves the targets that -only names.
func (p *plan) keepOnly() error {
	if p.only == "" {
		return nil
	}
	var kept []attack.Target
	for _, name := range strings.Split(p.only, ",") {
		name = strings.TrimPrefix(strings.TrimSpace(name), "/")
		i := slices.IndexFunc(p.attack.Targets, func(t attack.Target) bool { return t.Name == name })
		if i < 0 {
			return fmt.Errorf("-only: there is no target %q among %s", name, strings.Join(p.names(), ", "))
		}
		kept = append(kept, p.attack.Targets[i])
	}
	p.attack.Targets = kept
	return nil
}

// names are those of the targets.
func (p *plan) names() []string {
	var names []string
	for _, t := range p.attack.Targets {
		names = append(names, t.Name)
	}
	return names
}

// join appends a path to a base URL as it is, so that a stage in the base stays.
// A slash at the end of one and the beginning of the other is one slash.
func join(base, path string) string {
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		return path
	}
	if strings.HasPrefix(path, "/") {
		base = strings.TrimSuffix(base, "/")
	}
	return base + path
}

// targetName is the path without its leading slash and its query.
func targetName(path string, u *url.URL) string {
	if strings.HasPrefix(path, "http://") || strings.HasPrefix(path, "https://") {
		path = u.Path
	}
	path, _, _ = strings.Cut(path, "?")
	if name := strings.Trim(path, "/"); name != "" {
		return name
	}
	return u.Host
}

// readBody reads a body as it is given, or from the file behind an @.
func readBody(text string) ([]byte, error) {
	name, ok := strings.CutPrefix(text, "@")
	if !ok {
		return []byte(text), nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("-body: %w", err)
	}
	return data, nil
}

// setSchedule says when requests are sent.
func (p *plan) setSchedule() error {
	o := &p.attack
	o.Schedule = pace.Schedule{Seed: p.seed, Process: pace.Process(p.arrivals), Targets: len(o.Targets)}
	switch {
	case p.rate == rateMax:
		o.Closed = &attack.Closed{Conns: p.conns, Duration: p.duration}
		o.Schedule.Process = ""
		return nil
	case p.trace != "":
		o.Schedule.Process = ""
		if err := p.readTrace(); err != nil {
			return err
		}
	case len(p.phases) > 0:
		o.Schedule.Phases = p.phases
	case p.test != nil && len(p.test.Phases) > 0 && !p.given["rate"] && !p.given["duration"]:
		o.Schedule.Phases = p.test.Phases
		if p.test.Process != "" && !p.given["arrivals"] && !p.poisson {
			o.Schedule.Process = p.test.Process
		}
	default:
		rate, err := strconv.ParseFloat(p.rate, 64)
		if err != nil || !(rate > 0) || rate > 1e9 {
			return fmt.Errorf("-rate %q: want requests per second, or %s", p.rate, rateMax)
		}
		o.Schedule.Phases = pace.At(rate, p.duration)
	}
	return o.Schedule.Validate()
}

func (p *plan) readTrace() error {
	f, err := os.Open(p.trace)
	if err != nil {
		return fmt.Errorf("-trace: %w", err)
	}
	defer f.Close()
	if p.attack.Schedule.Trace, err = pace.ReadTrace(f); err != nil {
		return fmt.Errorf("-trace %s: %w", p.trace, err)
	}
	return nil
}

// checkThresholds refuses conditions about targets that are not there.
func (p *plan) checkThresholds() error {
	for _, t := range p.failIf {
		for _, name := range t.Targets() {
			if !slices.Contains(p.names(), name) {
				return fmt.Errorf("-fail-if %s: there is no target %q among %s", t, name, strings.Join(p.names(), ", "))
			}
		}
	}
	return nil
}
