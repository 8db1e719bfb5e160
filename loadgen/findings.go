package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
)

// findings are a load test that has ended, and what is missing from its records.
type findings struct {
	run        results.Run
	incomplete []error
	// strict says that a condition which is not decided fails the load test too.
	strict bool
}

// judge compares the targets, and holds the figures against the thresholds. err is
// what went wrong in the load test beside its record.
func (lt *loadTest) judge(l *results.Load, err error) *findings {
	l.Judge(lt.margin.Options())
	f := &findings{strict: lt.strict, run: results.Run{Manifest: lt.manifest(l), Summary: results.Summary{Load: l}}}
	f.run.CheckAA(lt.margin.Options())
	f.run.Thresholds = threshold.Judge(&f.run, lt.failIf, lt.margin.Options())
	if err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	return f
}

// unverified is in the text of every tls.CertificateVerificationError. Other
// certificates, such as one that the server asks for, are no matter of -insecure.
const unverified = "failed to verify certificate"

// exit is the code, and says on stderr why it is not 0.
func (f *findings) exit(stderr io.Writer) int {
	code := commandline.OK
	say := func(c int, format string, args ...any) {
		fmt.Fprintln(stderr, console.Clean("loadgen: "+fmt.Sprintf(format, args...)))
		code = max(code, c)
	}
	load := f.run.Load
	for _, t := range f.run.Failures(f.strict) {
		say(commandline.Failed, "%s", report.Failure(t))
	}
	if load.Interrupted && len(f.run.Thresholds) > 0 {
		say(commandline.Failed, "the run was interrupted: a part of it cannot pass -fail-if")
	}
	for _, err := range f.incomplete {
		say(commandline.NotValid, "%v", err)
	}
	if !load.Generator.Valid {
		say(commandline.NotValid, "not valid: %s", strings.Join(report.NotValidReasons(*load), "; "))
	}
	var answered int64
	advice := ""
	for _, t := range load.Targets {
		answered += t.Answered
		if strings.Contains(t.Examples["tls"], unverified) {
			advice = "; -insecure accepts any certificate"
		}
	}
	if found404 := onlyNotFound(load.Targets); found404 != "" && found404 != f.run.Manifest.Settings.URL {
		advice = fmt.Sprintf("; every response was 404: the paths of -targets are appended to -url, so %s was asked for; give a URL as an argument to load-test it as it is", found404)
	}
	if answered == 0 {
		say(commandline.Nothing, "no request was answered%s", advice)
	}
	return code
}

// onlyNotFound is the first target's URL if every response of all targets was a 404, else empty.
func onlyNotFound(targets []results.Target) string {
	for _, t := range targets {
		if len(t.Status) != 1 || t.Status[http.StatusNotFound] == 0 {
			return ""
		}
	}
	return targets[0].URL
}
