package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// asMain makes the test binary the command itself, and fakePulumi makes it a pulumi.
const (
	asMain     = "LOADGEN_TEST_MAIN"
	fakePulumi = "LOADGEN_TEST_PULUMI"
)

func TestMain(m *testing.M) {
	if output, ok := os.LookupEnv(fakePulumi); ok && strings.HasPrefix(filepath.Base(os.Args[0]), "pulumi") {
		if want := "stack output --json --stack dev"; strings.Join(os.Args[1:], " ") != want {
			fmt.Fprintf(os.Stderr, "no stack named %v\n", os.Args[1:])
			os.Exit(255)
		}
		fmt.Print(output)
		os.Exit(0)
	}
	if os.Getenv(asMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

// pulumiDir is a folder for PATH, in which the test binary is the pulumi of fakePulumi.
func pulumiDir(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, name := t.TempDir(), "pulumi"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
		t.Skipf("no links here: %v", err)
	}
	return dir
}

// modules is an API with two functions whose answers say who they are.
func modules(t *testing.T, delay time.Duration) string {
	t.Helper()
	var n atomic.Int64
	mux := http.NewServeMux()
	for _, path := range []string{"/dev/esmodule", "/dev/commonjs"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(delay)
			k := n.Add(1)
			w.Header().Set("x-environment-id", fmt.Sprint(r.URL.Path, k%10))
			w.Header().Set("x-invocation", fmt.Sprint((k-1)/10+1))
			w.Header().Set("x-initialization-type", "provisioned-concurrency")
			fmt.Fprint(w, "the parameter")
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/dev"
}

// refusing is a URL where nobody listens.
func refusing(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// encrypted is a server whose certificate is its own, and which may ask for the client's.
func encrypted(t *testing.T, ask tls.ClientAuthType) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{ClientAuth: ask}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// short is a load that is over soon.
var short = []string{"-rate", "100", "-duration", "200ms"}

func with(flags []string, more ...string) []string {
	return append(append([]string{}, flags...), more...)
}

func TestExitCodes(t *testing.T) {
	for _, row := range []struct {
		name   string
		url    string
		flags  []string
		code   int
		stderr string
	}{
		{"it ran", modules(t, 0), with(short, "-fail-if", "errors>0"), commandline.OK, ""},
		{"a threshold", modules(t, 0), with(short, "-fail-if", "max>1ns"), commandline.Failed, "max>1ns: max of esmodule is"},
		{"not decided", modules(t, 0), with(short, "-fail-if", "p50>1ns"), commandline.OK, "not decided"},
		{"not decided, strictly", modules(t, 0), with(short, "-fail-if", "p50>1ns", "-strict"), commandline.Failed, "p50>1ns: not decided, p50 of esmodule is"},
		{"not valid", modules(t, 20*time.Millisecond), []string{"-rate", "100", "-duration", "300ms", "-max-conns", "1"}, commandline.NotValid, "not valid:"},
		{"not valid before a threshold", modules(t, 20*time.Millisecond), []string{"-rate", "100", "-duration", "300ms", "-max-conns", "1", "-fail-if", "max>1ns"}, commandline.NotValid, "max>1ns:"},
		{"nothing answered", refusing(t), short, commandline.Nothing, "no request was answered"},
		{"a base URL that is none", modules(t, 0) + "/esmodule", short, commandline.Nothing, "/dev/esmodule/esmodule was asked for; give a URL as an argument"},
		{"nothing answered before a threshold", refusing(t), with(short, "-fail-if", "errors>0%"), commandline.Nothing, "errors>0%: errors of esmodule: 100 %"},
		{"nobody trusts the certificate", encrypted(t, tls.NoClientCert), short, commandline.Nothing, "no request was answered; -insecure accepts any certificate"},
		{"the server wants a certificate", encrypted(t, tls.RequireAnyClientCert), with(short, "-insecure"), commandline.Nothing, "no request was answered\n"},
		{"no answer is as expected", modules(t, 0), with(short, "-expect-status", "418"), commandline.Nothing, "no request was answered"},
		{"no body is as expected", modules(t, 0), with(short, "-expect-body-contains", "another"), commandline.Nothing, "no request was answered"},
		{"status and body as expected", modules(t, 0), with(short, "-expect-status", "200", "-expect-body-contains", "parameter", "-fail-if", "errors>0"), commandline.OK, ""},
		{"a closed loop", modules(t, 0), []string{"-rate", "max", "-conns", "2", "-duration", "100ms", "-only", "commonjs"}, commandline.OK, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := command(t, with(row.flags, "-url", row.url, "-format", "json")...)
			// A machine that is busy with something else makes any run invalid, rightly.
			if code == commandline.NotValid && row.code < commandline.NotValid && strings.Contains(stderr, "not valid:") {
				t.Skipf("this machine was too busy: %s", stderr)
			}
			if code != row.code || !strings.Contains(stderr, row.stderr) {
				t.Errorf("exit code %d, want %d with %q; stderr:\n%s", code, row.code, row.stderr, stderr)
			}
			conserved(t, stdout)
		})
	}
}

// conserved reads a load test's JSON and checks its books.
func conserved(t *testing.T, text string) results.Run {
	t.Helper()
	var r results.Run
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if r.Load == nil || len(r.Load.Targets) == 0 {
		t.Fatal("there is no target")
	}
	for _, target := range r.Load.Targets {
		var failed int64
		for _, n := range target.Failed {
			failed += n
		}
		if target.Planned != target.Sent+target.Dropped || target.Sent != target.Answered+failed || target.Planned == 0 {
			t.Errorf("%s: %d planned, %d sent, %d dropped, %d answered, %d failed", target.Name, target.Planned, target.Sent, target.Dropped, target.Answered, failed)
		}
	}
	return r
}

func TestNameThatDoesNotResolve(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the resolver")
	}
	code, stdout, stderr := command(t, "-url", "http://no-such-host.invalid/dev", "-rate", "10", "-duration", "200ms", "-format", "json")
	if code != commandline.Nothing {
		t.Fatalf("exit code %d, want %d:\n%s", code, commandline.Nothing, stderr)
	}
	for _, target := range conserved(t, stdout).Load.Targets {
		if target.Failed["dns"] != target.Sent {
			t.Errorf("%s failed by %v, want dns", target.Name, target.Failed)
		}
	}
}

func TestFormats(t *testing.T) {
	url := modules(t, 0)
	for _, row := range []struct {
		format report.Format
		want   []string
	}{
		{report.FormatText, []string{"load test of esmodule and commonjs", "esmodule", "first, provisioned", "platform local", "generator:"}},
		{report.FormatJSON, []string{`"comparison": {`, `"verdict"`, `"tool": "loadgen"`}},
		{report.FormatHGRM, []string{"#[Target: esmodule]", "#[Target: commonjs]", "TotalCount", "#[Mean"}},
		{report.FormatHTML, []string{"<!doctype html>", "latency by percentile", "latency over time"}},
	} {
		t.Run(string(row.format), func(t *testing.T) {
			_, stdout, stderr := command(t, with(short, "-url", url, "-format", string(row.format))...)
			for _, want := range row.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("the output lacks %q:\n%.3000s\n%s", want, stdout, stderr)
				}
			}
		})
	}
}

// A URL as an argument is the target. A redirect is an answer, and named as what it is.
func TestURLAsArgument(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("/landed", http.StatusFound))
	defer s.Close()
	code, stdout, stderr := command(t, with(short, s.URL+"/redirect?x=1")...)
	if code != commandline.OK && code != commandline.NotValid || !strings.Contains(stdout, "redirect: redirects are not followed; status codes: 302 x 20") {
		t.Errorf("exit code %d:\n%s\n%s", code, stdout, stderr)
	}
}

func TestRunDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	body := filepath.Join(t.TempDir(), "body.json")
	if err := os.WriteFile(body, []byte("body-of-mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	url := strings.Replace(modules(t, 0), "://", "://me:s3cret-0@", 1)
	_, stdout, stderr := command(t, with(short, "-url", url, "-targets", "/esmodule?token=s3cret-4,/commonjs", "-out", dir, "-seed", "7",
		"-header", "x-api-key: s3cret-1", "-header", "Authorization: Bearer s3cret-2", "-header", "x-mine: s3cret-3", "-header", "accept: text/plain", "-body", "@"+body)...)
	for _, name := range []string{results.ManifestFile, results.SummaryFile, results.ReportFile, "esmodule.hlog", "commonjs.hlog"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	everything := stdout + stderr
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		everything += string(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"s3cret", "body-of-mine"} {
		if strings.Contains(everything, secret) {
			t.Errorf("%q was written down", secret)
		}
	}
	if !strings.Contains(everything, `"Accept": "text/plain"`) || !strings.Contains(everything, `"X-Api-Key": "(not recorded)"`) {
		t.Error("the manifest does not say which headers were sent")
	}

	run, err := results.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	l := run.Load
	if run.Manifest.Seed != 7 || run.Manifest.Platform != "local" || l.Comparison == nil || l.Targets[0].Name != "esmodule" {
		t.Errorf("the run is %+v", run)
	}
	f, err := os.Open(filepath.Join(dir, "esmodule.hlog"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := latency.New()
	for row, err := range latency.ReadLog(f) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Tag == "" {
			h.Merge(row.Histogram)
		}
	}
	if h.N() != l.Targets[0].Answered {
		t.Errorf("the log holds %d latencies, want %d", h.N(), l.Targets[0].Answered)
	}
}

// A run is judged against an earlier one that is unlike it by far, with a margin.
func TestBaseline(t *testing.T) {
	// Each run has environments of its own.
	against := func(delay time.Duration, flags ...string) []string {
		return append(with(short, "-only", "esmodule", "-url", modules(t, delay)), flags...)
	}
	dir := filepath.Join(t.TempDir(), "earlier")
	command(t, against(0, "-out", dir)...)
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(t.TempDir(), "summary"))
	for _, row := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"slower beyond the margin", against(60*time.Millisecond, "-baseline", dir, "-margin", "20ms"), commandline.Failed, "this run is slower than earlier"},
		{"without a margin", against(60*time.Millisecond, "-baseline", dir), commandline.OK, "a word takes 4 alternating runs of each"},
		{"no baseline", against(60*time.Millisecond, "-baseline", t.TempDir()), commandline.Usage, "-baseline: read run directory"},
	} {
		t.Run(row.name, func(t *testing.T) {
			code, stdout, stderr := command(t, row.args...)
			// A machine that is busy makes a run invalid, and what was found is printed all the same.
			if text := strings.Join(strings.Fields(stdout+stderr), " "); code != row.code && code != commandline.NotValid || !strings.Contains(text, row.want) {
				t.Errorf("exit code %d, want %d and %q:\n%s\n%s", code, row.code, row.want, stdout, stderr)
			}
		})
	}
	if summary, err := os.ReadFile(os.Getenv("GITHUB_STEP_SUMMARY")); err != nil || strings.Count(string(summary), "against earlier, of") != 2 {
		t.Errorf("the summary is %v:\n%s", err, summary)
	}
}

func TestArtilleryFiles(t *testing.T) {
	file := func(name string) string {
		return filepath.Join("artillery", "testdata", "origin", filepath.FromSlash(name))
	}
	args := []string{"-artillery", file("config.yaml"), file("scenarios/esmodule.yaml"), file("scenarios/commonjs.yaml"), "-url", modules(t, 0)}
	lt := prepared(t, args...)
	if got := fmt.Sprint(lt.attack.Schedule.Phases, lt.names(), lt.attack.Schedule.Expected()); got != "[1m0s@20] [esmodule commonjs] 1200" {
		t.Errorf("the load test is %s", got)
	}
	code, stdout, stderr := command(t, with(args, "-rate", "100", "-duration", "200ms", "-format", "json")...)
	l := conserved(t, stdout).Load
	if code != commandline.OK && code != commandline.NotValid || l.Targets[0].Answered != 20 || l.Targets[1].Answered != 20 {
		t.Errorf("exit code %d, %+v: %s", code, l.Targets, stderr)
	}
}
