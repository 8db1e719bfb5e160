package sandbox

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
)

func initStart(c Config) lambdalog.Record {
	r := lambdalog.Record{Kind: lambdalog.InitStart, Extra: map[string]string{}}
	if c.RuntimeVersion != "" {
		r.Extra[lambdalog.RuntimeVersion] = c.RuntimeVersion
		r.Extra[lambdalog.RuntimeVersionARN] = fmt.Sprintf("arn:aws:lambda:%s::runtime:%x", c.Region, sha256.Sum256([]byte(c.RuntimeVersion)))
	}
	return r
}

// initReport is written of init phases that fail, only.
func initReport(d time.Duration, phase string, f *failure) lambdalog.Record {
	r := lambdalog.Record{Kind: lambdalog.InitReport, InitDuration: &d, Phase: phase}
	f.mark(&r)
	return r
}

func startRecord(requestID, version string) lambdalog.Record {
	return lambdalog.Record{Kind: lambdalog.Start, RequestID: requestID, Extra: map[string]string{lambdalog.Version: version}}
}

func endRecord(requestID string) lambdalog.Record {
	return lambdalog.Record{Kind: lambdalog.End, RequestID: requestID}
}

// report is the REPORT of an invocation; f is nil unless the platform, and not
// only the function's own code, calls it failed.
func report(c Config, i Invocation, o Outcome, f *failure) lambdalog.Record {
	r := lambdalog.Record{
		Kind: lambdalog.Report, RequestID: i.RequestID, Duration: &o.Duration, BilledDuration: &o.Billed,
		MemorySizeMB: &c.MemoryMB, MaxMemoryUsedMB: o.MaxMemoryUsedMB, InitDuration: o.Init, Extra: xray(i.TraceID),
	}
	f.mark(&r)
	return r
}

// mark adds what the text lines say of a failure: a timeout has no error type there.
func (f *failure) mark(r *lambdalog.Record) {
	if f == nil {
		return
	}
	r.Status = f.status
	if f.status != statusTimeout {
		r.ErrorType = f.errorType
	}
}

// xray returns the fields of the X-Ray line, which sampled invocations have:
// a header such as Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1.
func xray(header string) map[string]string {
	fields := map[string]string{}
	for field := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	if fields["Root"] == "" || fields["Sampled"] != "1" {
		return nil
	}
	extra := map[string]string{lambdalog.XRayTraceID: fields["Root"], lambdalog.XRaySampled: "true"}
	if fields["Parent"] != "" {
		extra[lambdalog.XRaySegmentID] = fields["Parent"]
	}
	return extra
}

// billed is what Lambda charges for: whole milliseconds, the init phase of an
// on-demand environment included.
func billed(duration time.Duration, init *time.Duration) time.Duration {
	if init != nil {
		duration += *init
	}
	return (duration + time.Millisecond - 1).Truncate(time.Millisecond)
}
