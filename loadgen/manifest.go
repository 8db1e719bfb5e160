package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/hostinfo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// manifest says what is run, where and with what. The load test is nil before it
// is begun; of one that has ended, the manifest keeps when that was. It holds no
// secret: see headerSettings.
func (p *plan) manifest(l *results.Load) results.Manifest {
	m := results.Manifest{
		Tool: "loadgen", Version: hostinfo.Version(), Machine: hostinfo.Machine(), Started: time.Now(), Seed: p.seed,
		Stage: p.stage, Settings: p.recorded(), Targets: p.names(),
	}
	environments := false
	if l != nil {
		m.Started, m.Ended, m.Interrupted = l.Started, l.Ended, l.Interrupted
		environments = slices.ContainsFunc(l.Targets, func(t results.Target) bool { return t.Environments > 0 })
	}
	m.Platform, m.Region = platformOf(p.url, environments)
	if p.stack.Platform != "" {
		m.Platform, m.Region = p.stack.Platform, p.stack.Region
	}
	return m
}

// platformOf is where the numbers come from, as far as the URL and the answers
// tell: AWS has its own names, and an execution environment on this machine's
// loopback is the local platform's. Anything else is no platform of ours.
func platformOf(base string, environments bool) (platform deployed.Platform, region string) {
	u, err := url.Parse(base)
	if err != nil {
		return "", ""
	}
	host := strings.ToLower(u.Hostname())
	labels := strings.Split(host, ".")
	aws := strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
	if i := slices.Index(labels, "amazonaws"); aws && i >= 1 {
		return deployed.AWS, labels[i-1]
	}
	if i := slices.Index(labels, "lambda-url"); i >= 0 && i+1 < len(labels) && strings.HasSuffix(host, ".on.aws") {
		return deployed.AWS, labels[i+1]
	}
	address := net.ParseIP(host)
	if host != "localhost" && (address == nil || !address.IsLoopback()) {
		return "", ""
	}
	if environments {
		return deployed.Local, ""
	}
	return "", ""
}

// recorded are the settings as the manifest keeps them: what would be needed to
// run the same again, but for secrets.
func (p *plan) recorded() results.Settings {
	s := results.Settings{
		URL: p.url, Trace: p.trace, Arrivals: string(p.attack.Schedule.Process),
		Method: p.method, Header: headerSettings(p.header),
		ExpectStatus: p.attack.Expect.Status, ExpectBodyContains: p.expectBodyContains,
		TimeoutMs: p.attack.Timeout.Seconds() * 1000, MaxConns: p.attack.MaxConns, HTTP2: p.http2, Insecure: p.attack.Insecure,
		DNS: p.dns, Pace: p.pace, Engine: p.engine, Margin: p.margin.text,
	}
	if p.artillery != "" {
		s.Artillery = append([]string{p.artillery}, p.arguments...)
	}
	for _, phase := range p.attack.Schedule.Phases {
		s.Phases = append(s.Phases, phase.String())
	}
	s.RateShared = p.attack.Schedule.Shared
	if p.attack.Closed != nil {
		s.Conns, s.DurationSeconds = p.conns, p.duration.Seconds()
	}
	if body := p.attack.Targets[0].Body; len(body) > 0 {
		sum := sha256.Sum256(body)
		s.BodyBytes, s.BodySHA256 = len(body), hex.EncodeToString(sum[:])
	}
	for _, t := range p.failIf {
		s.FailIf = append(s.FailIf, t.String())
	}
	return s
}

// openHeaders may be written down. Any other may hold a key or a token, so of those
// only the name is kept.
var openHeaders = []string{"Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Encoding", "Content-Type", "Host", "User-Agent"}

func headerSettings(h http.Header) map[string]string {
	settings := map[string]string{}
	for name, values := range h {
		settings[name] = "(not recorded)"
		if slices.Contains(openHeaders, http.CanonicalHeaderKey(name)) {
			settings[name] = strings.Join(values, ", ")
		}
	}
	return settings
}
