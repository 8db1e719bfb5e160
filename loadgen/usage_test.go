package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

func TestUsageErrors(t *testing.T) {
	url := "http://127.0.0.1:1/dev"
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := t.TempDir()
	if err := os.WriteFile(filepath.Join(run, results.ManifestFile), []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	placeholder := write("config.yaml", "config: {target: Put the URL here, phases: [{duration: 1, arrivalRate: 1}]}\nscenarios: [{flow: [{get: /a}]}]")
	for _, row := range []struct {
		name   string
		args   []string
		stderr string
	}{
		{"nothing", nil, "where to?"},
		{"an unknown flag", []string{"-foo"}, "-foo"},
		{"no URL", []string{"-url", "example.com"}, "want http://host"},
		{"a password in the URL", []string{"-url", "http://me:pw@h/"}, "use -header"},
		{"no rate", []string{"-url", url, "-rate", "many"}, "requests per second, or max"},
		{"no time", []string{"-url", url, "-duration", "0s"}, "-duration"},
		{"less than one request", []string{"-url", url, "-rate", "0.1", "-duration", "1s"}, "less than one arrival"},
		{"a bad phase", []string{"-url", url, "-phase", "60s"}, "want duration@rate"},
		{"phases and a rate", []string{"-url", url, "-phase", "60s@1", "-rate", "5"}, "-phase and -rate exclude each other"},
		{"connections of an open loop", []string{"-url", url, "-conns", "5"}, "-conns needs -rate max"},
		{"no trace", []string{"-url", url, "-trace", "nowhere"}, "-trace"},
		{"a bad trace", []string{"-url", url, "-trace", write("trace", "0\nx\n")}, "line 2"},
		{"poisson and constant", []string{"-url", url, "-poisson", "-arrivals", "constant"}, "exclude each other"},
		{"an unknown process", []string{"-url", url, "-arrivals", "often"}, "want constant, poisson"},
		{"an unknown engine", []string{"-url", url, "-engine", "steam"}, "want epoll, portable"},
		{"an unknown format", []string{"-url", url, "-format", "xml"}, "want text, json, hgrm, html"},
		{"a bad threshold", []string{"-url", url, "-fail-if", "p99>300"}, "no unit of time"},
		{"a threshold on nobody", []string{"-url", url, "-fail-if", "lost.p99>300ms"}, `no target "lost" among esmodule, commonjs`},
		{"a bad margin", []string{"-url", url, "-margin", "5"}, "want a time such as 5ms"},
		{"a bad header", []string{"-url", url, "-header", "secret"}, "want 'name: value'"},
		{"a header that breaks out", []string{"-url", url, "-header", "a: secret\r\nc: d"}, "has a line break"},
		{"no body", []string{"-url", url, "-body", "@nowhere"}, "-body"},
		{"a bad status", []string{"-url", url, "-expect-status", "2xx"}, "not a status code"},
		{"only nobody", []string{"-url", url, "-only", "lost"}, `no target "lost"`},
		{"a target twice", []string{"-url", url, "-targets", "/a,/a"}, "twice"},
		{"an argument too many", []string{"-url", url, "more"}, `"more" is not understood`},
		{"HTTP/2 with epoll", []string{"-url", url, "-http2", "-engine", "epoll"}, "HTTP/2"},
		{"a directory in use", []string{"-url", url, "-out", run}, "it holds a run already"},
		{"no artillery file", []string{"-artillery", "nowhere.yaml"}, "nowhere.yaml"},
		{"a placeholder for a target", []string{"-artillery", placeholder}, `"Put the URL here": want http://host or https://host; -url overrides it`},
		{"report without a directory", []string{"report"}, "want one run directory"},
		{"report of nothing", []string{"report", t.TempDir()}, "it holds no run"},
		{"compare with one directory", []string{"compare", run}, "want two run directories"},
		{"compare with nothing", []string{"compare", run, t.TempDir()}, "it holds no run"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			if code != exitUsage || !strings.Contains(stderr, row.stderr) || stdout != "" {
				t.Errorf("exit code %d, want %d with %q; stderr:\n%s\nstdout:\n%s", code, exitUsage, row.stderr, stderr, stdout)
			}
			if strings.Contains(stderr, "secret") {
				t.Error("the message repeats what may be a secret")
			}
		})
	}
}

func TestHelpNamesEveryFlag(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"help"}, {"compare", "-h"}} {
		code, stdout, _ := command(t, args...)
		if code != exitOK || stdout != usage {
			t.Errorf("%v: exit code %d, and not the help", args, code)
		}
	}
	new(settings).flagSet().VisitAll(func(f *flag.Flag) {
		if !strings.Contains(usage, "  -"+f.Name+" ") && !strings.Contains(usage, "  -"+f.Name+"\n") {
			t.Errorf("the help lacks -%s", f.Name)
		}
	})
}
