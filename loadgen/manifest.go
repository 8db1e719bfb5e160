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

// manifest says what is run, where and with what; of a run that has ended it
// keeps when that was. It holds no secret: see headerOptions.
func (p *plan) manifest(l results.Load) results.Manifest {
	m := l.Manifest
	m.Tool, m.Version, m.Machine, m.Seed = "loadgen", hostinfo.Version(), hostinfo.Machine(), p.seed
	m.Stage, m.Options = p.stage, p.options()
	if m.Started.IsZero() {
		m.Started = time.Now()
	}
	m.Platform, m.Region = platformOf(p.url, l.Targets)
	if p.stack.Platform != "" {
		m.Platform, m.Region = string(p.stack.Platform), p.stack.Region
	}
	return m
}

// platformOf is where the numbers come from, as far as the URL and the answers
// tell: AWS has its own names, and an execution environment on this machine's
// loopback is the local platform's. Anything else is somebody's server.
func platformOf(base string, targets []results.Target) (platform, region string) {
	u, err := url.Parse(base)
	if err != nil {
		return "", ""
	}
	host := strings.ToLower(u.Hostname())
	labels := strings.Split(host, ".")
	aws := strings.HasSuffix(host, ".amazonaws.com") || strings.HasSuffix(host, ".amazonaws.com.cn")
	if i := slices.Index(labels, "amazonaws"); aws && i >= 1 {
		return string(deployed.AWS), labels[i-1]
	}
	if i := slices.Index(labels, "lambda-url"); i >= 0 && i+1 < len(labels) && strings.HasSuffix(host, ".on.aws") {
		return string(deployed.AWS), labels[i+1]
	}
	address := net.ParseIP(host)
	if host != "localhost" && (address == nil || !address.IsLoopback()) {
		return "", ""
	}
	for _, t := range targets {
		if t.Environments > 0 {
			return string(deployed.Local), ""
		}
	}
	return "", ""
}

// options are the settings as the manifest keeps them: what would be needed to
// run the same again, but for secrets.
func (p *plan) options() map[string]any {
	o := map[string]any{
		"url": p.url, "targets": p.names(), "timeoutMs": p.attack.Timeout.Seconds() * 1000,
		"maxConns": p.maxConns, "dns": p.dns, "pace": p.pace,
	}
	set := func(name string, value any, given bool) {
		if given {
			o[name] = value
		}
	}
	schedule := p.attack.Schedule
	set("rate", rateMax, p.attack.Closed != nil)
	set("conns", p.conns, p.attack.Closed != nil)
	set("durationSeconds", p.duration.Seconds(), p.attack.Closed != nil)
	set("trace", p.trace, p.trace != "")
	set("arrivals", string(schedule.Process), schedule.Process != "")
	var phases []string
	for _, phase := range schedule.Phases {
		phases = append(phases, phase.String())
	}
	set("phases", phases, len(phases) > 0)
	set("artillery", append([]string{p.artillery}, p.arguments...), p.artillery != "")

	set("method", p.method, p.method != "")
	set("header", headerOptions(p.header), len(p.header) > 0)
	if body := p.attack.Targets[0].Body; len(body) > 0 {
		sum := sha256.Sum256(body)
		o["bodyBytes"], o["bodySHA256"] = len(body), hex.EncodeToString(sum[:])
	}
	set("expectStatus", p.attack.Expect.Status, len(p.attack.Expect.Status) > 0)
	set("expectBodyContains", p.expectBodyContains, p.expectBodyContains != "")

	set("http2", true, p.http2)
	set("insecure", true, p.attack.Insecure)
	set("engine", p.engine, p.engine != "")
	set("margin", p.margin.text, p.margin.text != "")
	var conditions []string
	for _, t := range p.failIf {
		conditions = append(conditions, t.String())
	}
	set("failIf", conditions, len(conditions) > 0)
	return o
}

// openHeaders may be written down. Any other may be a key or a token by a name
// that nobody foresaw, so of those only the name is kept.
var openHeaders = []string{"Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Encoding", "Content-Type", "Host", "User-Agent"}

func headerOptions(h http.Header) map[string]string {
	options := map[string]string{}
	for name, values := range h {
		options[name] = "(not recorded)"
		if slices.Contains(openHeaders, http.CanonicalHeaderKey(name)) {
			options[name] = strings.Join(values, ", ")
		}
	}
	return options
}
