package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
)

// findings are what a load test found, and what is missing from its records.
type findings struct {
	result     *attack.Result
	load       results.Load
	incomplete []error
}

// judge compares the targets, and holds the figures against the thresholds.
func (p *plan) judge(r *attack.Result, err error) *findings {
	f := &findings{result: r, load: r.Load()}
	if err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	f.load.Comparison = r.Compare(p.margin.options(p.seed))
	var targets []threshold.Target
	for i := range r.Targets {
		t := &r.Targets[i]
		targets = append(targets, threshold.Target{
			Name: t.Name, Planned: t.Planned, Sent: t.Sent, Dropped: t.Dropped, Answered: t.Answered,
			Latency: t.Latency, Service: t.Service, FirstByte: t.FirstByte, Connect: t.Connect,
		})
	}
	for _, t := range p.failIf {
		f.load.Thresholds = append(f.load.Thresholds, t.Judge(targets))
	}
	f.load.Manifest = p.manifest(f.load)
	return f
}

// unverified is in the text of every tls.CertificateVerificationError. Other
// certificates, such as one that the server asks for, are no matter of -insecure.
const unverified = "failed to verify certificate"

// exit is the code, with its reason on stderr where nobody would look for it elsewhere.
func (f *findings) exit(stderr io.Writer) int {
	code := exitOK
	say := func(c int, format string, args ...any) {
		fmt.Fprintf(stderr, "loadgen: "+format+"\n", args...)
		code = max(code, c)
	}
	for _, t := range f.load.Thresholds {
		if t.Breached {
			say(exitThreshold, "%s: %s", t.Condition, report.ThresholdReason(t))
		}
	}
	if f.load.Manifest.Interrupted && len(f.load.Thresholds) > 0 {
		say(exitThreshold, "the run was interrupted: a part of it cannot pass -fail-if")
	}
	for _, err := range f.incomplete {
		say(exitInvalid, "%v", err)
	}
	if !f.load.Generator.Valid {
		say(exitInvalid, "not valid: %s", strings.Join(f.load.Generator.Reasons, "; "))
	}
	var answered int64
	advice := ""
	for _, t := range f.load.Targets {
		answered += t.Answered
		if strings.Contains(t.Examples["tls"], unverified) {
			advice = "; -insecure accepts any certificate"
		}
	}
	if answered == 0 {
		say(exitSilence, "no request was answered%s", advice)
	}
	return code
}
