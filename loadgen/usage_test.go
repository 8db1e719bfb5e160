package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
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
	inUse := t.TempDir()
	if err := os.CopyFS(filepath.Join(inUse, "a1"), os.DirFS(run)); err != nil {
		t.Fatal(err)
	}
	placeholder := write("config.yaml", "config: {target: Put the URL here, phases: [{duration: 1, arrivalRate: 1}]}\nscenarios: [{flow: [{get: /a}]}]")
	template := write("template.yaml", "config: {target: '{{ $env.URL }}'}\nscenarios: [{flow: [{get: /a}]}]")
	for _, row := range []struct {
		name   string
		args   []string
		stderr string
	}{
		{"nothing", nil, "where to?"},
		{"an unknown flag", []string{"-foo"}, "-foo"},
		{"strict about nothing", []string{"-url", url, "-strict"}, "-strict is about the conditions of -fail-if"},
		{"no URL", []string{"-url", "example.com"}, "want http://host"},
		{"a URL that cannot be parsed", []string{"-url", "http://me:secret@h:port/?secret"}, `"http://…@h:port/?…" is not a URL`},
		{"a base URL with a query", []string{"-url", "http://h/?secret"}, "has neither query nor fragment"},
		{"a path that makes another port", []string{"-url", "http://127.0.0.1:1818", "-targets", "1/x"}, `target "1/x": appended to http://127.0.0.1:1818 it would be another host or port`},
		{"a path that makes another host", []string{"-url", "http://h", "-targets", ".example/x"}, "another host or port"},
		{"a path that makes user info of the host", []string{"-url", "http://h", "-targets", "@other/x"}, "another host or port"},
		{"a path that makes no port", []string{"-url", "http://h:80", "-targets", "/a,x/b"}, "another host or port"},
		{"two targets of one name", []string{"http://h/a", "http://i/a"}, `two targets are called "a"`},
		{"a bad URL as an argument", []string{"http://h/a", "ftp://h?secret"}, `argument 2: "ftp://h?…": want http://host`},
		{"provisioned concurrency of no stage", []string{"-url", url, "-provision", "20"}, "-provision needs -stage"},
		{"fewer environments than none", []string{"-url", url, "-provision", "-1"}, "-provision -1: want a number of environments"},
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
		{"unknown times of look-ups", []string{"-url", url, "-dns", "never"}, "want upfront, connection"},
		{"an unknown pace", []string{"-url", url, "-pace", "slow"}, "want precise, eco"},
		{"an unknown engine", []string{"-url", url, "-engine", "steam"}, "want epoll, portable"},
		{"an unknown format", []string{"-url", url, "-format", "xml"}, "want text, html, json, csv, junit, hgrm"},
		{"a bad threshold", []string{"-url", url, "-fail-if", "p99>300"}, "no unit of time"},
		{"a threshold on nobody", []string{"-url", url, "-fail-if", "lost.p99>300ms"}, `no target "lost" among esmodule, commonjs`},
		{"a bad margin", []string{"-url", url, "-margin", "5"}, "want a time such as 5ms"},
		{"a bad header", []string{"-url", url, "-header", "secret"}, "want 'name: value'"},
		{"a header that breaks out", []string{"-url", url, "-header", "a: secret\r\nc: d"}, "has a line break"},
		{"no body", []string{"-url", url, "-body", "@nowhere"}, "-body"},
		{"a bad status", []string{"-url", url, "-expect-status", "2xx"}, "not a status code"},
		{"only nobody", []string{"-url", url, "-only", "lost"}, `no target "lost"`},
		{"a target twice", []string{"-url", url, "-targets", "/a,/a"}, `two targets are called "a"`},
		{"an argument beside a URL", []string{"-url", url, "more"}, `argument "more": the URLs of the targets are arguments, or`},
		{"an argument that is no URL", []string{"more"}, `argument 1: "more": want http://host`},
		{"HTTP/2 with epoll", []string{"-url", url, "-http2", "-engine", "epoll"}, "HTTP/2"},
		{"runs of nothing", []string{"-url", url, "-runs", "3"}, "-runs needs -ab"},
		{"one URL in turns", []string{"-ab", "http://h/a"}, "want two URLs with a comma between them, not 1"},
		{"three URLs in turns", []string{"-ab", "http://h/a,http://h/b,http://h/c"}, "not 3"},
		{"turns of a URL that is none", []string{"-ab", "http://h/a,https://?secret"}, `"https://?…": want http://host`},
		{"turns and a base URL", []string{"-ab", "http://h/a,http://h/b", "-url", url}, "-ab and -url exclude each other"},
		{"turns and a condition", []string{"-ab", "http://h/a,http://h/b", "-fail-if", "errors>0"}, "-ab and -fail-if exclude each other"},
		{"turns and an argument", []string{"-ab", "http://h/a,http://h/b", "http://h/secret"}, "-ab takes both URLs itself"},
		{"no turn", []string{"-ab", "http://h/a,http://h/b", "-runs", "0"}, "want 1 or more of each"},
		{"turns as a page", []string{"-ab", "http://h/a,http://h/b", "-format", "html"}, "-ab is printed as text or json"},
		{"turns in a directory in use", []string{"-ab", "http://h/a,http://h/b", "-out", inUse}, "a1: it holds a run already"},
		{"a directory in use", []string{"-url", url, "-out", run}, "it holds a run already"},
		{"no artillery file", []string{"-artillery", "nowhere.yaml"}, "nowhere.yaml"},
		{"a template for a target", []string{"-artillery", template}, "is a template: give -url"},
		{"a length without a rate", []string{"-artillery", template, "-url", url, "-duration", "5s"}, "-duration without -rate"},
		{"a placeholder for a target", []string{"-artillery", placeholder}, `"Put the URL here": want http://host or https://host; -url overrides it`},
		{"a command that moved", []string{"report", run}, "report is a command of its own now: go run ./report DIR"},
		{"another that moved", []string{"compare", run, run}, "compare is a command of its own now: go run ./report compare DIR DIR"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			if code != commandline.Usage || !strings.Contains(stderr, row.stderr) || stdout != "" {
				t.Errorf("exit code %d, want %d with %q; stderr:\n%s\nstdout:\n%s", code, commandline.Usage, row.stderr, stderr, stdout)
			}
			if strings.Contains(stderr, "secret") {
				t.Error("the message repeats what may be a secret")
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, row := range []struct {
		name  string
		args  []string
		lines []string // that the help has
		not   string   // that it has not
	}{
		{"of a load test", []string{"-h"}, []string{"  -url URL             base URL, such as", "  -rate N              N requests per second", "(default 10)", "  -arrivals PROCESS    PROCESS", "  4  no request was answered"}, "loadgen compare"},
		{"by name", []string{"help"}, []string{"  -url URL"}, "loadgen compare"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			for _, line := range row.lines {
				if !strings.Contains(stdout, line) {
					t.Errorf("the help lacks %q", line)
				}
			}
			if code != commandline.OK || stderr != "" || strings.Contains(stdout, row.not) {
				t.Errorf("exit code %d, stderr %q, help:\n%s", code, stderr, stdout)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	if code, stdout, stderr := command(t, "-version"); code != commandline.OK || !strings.HasPrefix(stdout, "loadgen ") || stderr != "" {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}
