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
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/wire"
)

// manifest says what is run, where and with what. The load test is nil before it
// is begun; of one that has ended, the manifest keeps when that was. It holds no
// secret: see headerSettings.
func (lt *loadTest) manifest(l *results.Load) results.Manifest {
	m := results.Manifest{
		Tool: "loadgen", Version: hostinfo.Version(), Machine: hostinfo.Machine(), Started: time.Now(), Seed: lt.seed,
		Stage: lt.stage, Settings: lt.recorded(), Targets: lt.names(),
	}
	environments := false
	if l != nil {
		m.Started, m.Ended, m.Interrupted = l.Started, l.Ended, l.Interrupted
		environments = slices.ContainsFunc(l.Targets, func(t results.Target) bool { return t.Environments > 0 })
	}
	m.Platform, m.Region = platformOf(lt.url, environments)
	if lt.stack.Platform != "" {
		m.Platform, m.Region = lt.stack.Platform, lt.stack.Region
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
func (lt *loadTest) recorded() results.Settings {
	s := results.Settings{
		URL: wire.RedactURL(lt.url), Provisioned: lt.provision, Trace: lt.trace, Arrivals: string(lt.attack.Schedule.Process),
		Method: lt.method, Header: headerSettings(lt.header),
		ExpectStatus: lt.attack.Expect.Status, ExpectBodyContains: lt.expectBodyContains,
		TimeoutMs: lt.attack.Timeout.Seconds() * 1000, MaxConns: lt.attack.MaxConns, HTTP2: lt.http2, Insecure: lt.attack.Insecure,
		DNS: lt.dns, Pace: lt.pace, Engine: lt.engine, Margin: lt.margin.String(),
	}
	if lt.artillery != "" {
		s.Artillery = append([]string{lt.artillery}, lt.arguments...)
	}
	for _, phase := range lt.attack.Schedule.Phases {
		s.Phases = append(s.Phases, phase.String())
	}
	s.RateShared = lt.attack.Schedule.Shared
	if lt.attack.Closed != nil {
		s.Conns, s.DurationSeconds = lt.conns, lt.duration.Seconds()
	}
	if body := lt.attack.Targets[0].Body; len(body) > 0 {
		sum := sha256.Sum256(body)
		s.BodyBytes, s.BodySHA256 = len(body), hex.EncodeToString(sum[:])
	}
	for _, t := range lt.failIf {
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
