package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// api is an API with two samples a page, which fails before it answers.
type api struct {
	run      results.Run
	key      string
	failures []int // statuses of the first requests
	asked    atomic.Int64
	values   bool // that the values were asked for
	load     *results.Load
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := int(a.asked.Add(1))
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	page := func(items any, next string) { answer(map[string]any{"items": items, "nextToken": next}) }
	switch {
	case r.Header.Get("x-api-key") != a.key:
		w.WriteHeader(http.StatusForbidden)
		answer(map[string]string{"message": "Forbidden"})
	case n <= len(a.failures):
		w.WriteHeader(a.failures[n-1])
		answer(map[string]string{"error": "of this try"})
	case r.URL.Path == "/dev/v1/runs":
		page([]map[string]any{
			{"id": "going-on", "timestamp": 5, "status": results.RunRunning}, {"id": "interrupted", "timestamp": 4, "status": results.RunFinished, "interrupted": true},
			{"id": "load", "timestamp": 3, "ended": 3, "targets": []string{"esmodule", "commonjs"}}, {"id": "skipped", "timestamp": 2, "ended": 2, "status": results.RunSkipped},
			{"id": a.run.ID, "timestamp": 1, "ended": 2, "status": results.RunFinished},
		}, "")
	case r.URL.Path == "/dev/v1/runs/"+a.run.ID:
		answer(map[string]any{"id": a.run.ID, "manifest": a.run.Manifest})
	case r.URL.Path == "/dev/v1/runs/"+a.run.ID+"/variants":
		a.values = a.values || r.URL.Query().Get("values") == "true"
		page(a.run.Variants, "")
	case r.URL.Path == "/dev/v1/runs/"+a.run.ID+"/samples":
		from := 0
		fmt.Sscan(r.URL.Query().Get("nextToken"), &from)
		next := ""
		if from+2 < len(a.run.Samples) {
			next = fmt.Sprint(from + 2)
		}
		page(a.run.Samples[from:min(from+2, len(a.run.Samples))], next)
	case r.URL.Path == "/dev/v1/runs/"+a.run.ID+"/load":
		if a.load == nil {
			page([]results.TargetLog{}, "")
			return
		}
		logs, err := a.load.Logs()
		if err != nil {
			panic(err)
		}
		from := 0
		fmt.Sscan(r.URL.Query().Get("nextToken"), &from)
		next := ""
		if from+1 < len(logs) {
			next = fmt.Sprint(from + 1)
		}
		answer(map[string]any{"load": a.load, "items": logs[from : from+1], "nextToken": next})
	default:
		w.WriteHeader(http.StatusNotFound)
		answer(map[string]string{"error": "there is no run"})
	}
}

func sample() results.Run {
	run := results.Run{ID: "run 1", Manifest: results.Manifest{Tool: "workflow", Status: results.RunFinished, Seed: 7}}
	for i := range 5 {
		run.Samples = append(run.Samples, resultstest.Sample(run.ID, i))
	}
	run.Summarise()
	return run
}

// inProcess answers requests without a network, so that time can be that of synctest.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func connect(t *testing.T, h http.Handler) *Client {
	t.Helper()
	c, err := New("https://example.com/dev/", "right")
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = inProcess{h}
	return c
}

func TestFetch(t *testing.T) {
	expired := sample()
	expired.Samples = expired.Samples[:2]
	goesOn := sample()
	goesOn.Variants = nil
	for _, row := range []struct {
		name     string
		run      results.Run
		failures []int
		values   bool
		waited   time.Duration
		err      string
	}{
		{"whole", sample(), nil, false, 0, ""},
		{"samples that have expired", expired, nil, true, 0, ""},
		{"a run that goes on", goesOn, nil, false, 0, ""},
		{"throttled, and a server that stumbles", sample(), []int{429, 503}, false, 750 * time.Millisecond, ""},
		{"a server that is down", sample(), []int{500, 500, 500, 500, 500, 500, 500}, false, 7750 * time.Millisecond, "500 Internal Server Error: of this try"},
		{"a request that nothing mends", sample(), []int{400}, false, 0, "400 Bad Request: of this try"},
		{"a redirect", sample(), []int{302}, false, 0, "302 Found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &api{run: row.run, key: "right", failures: row.failures}
			var got results.Run
			var err error
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got, err = connect(t, a).Fetch(t.Context(), row.run.ID)
				if waited := time.Since(began); waited != row.waited {
					t.Errorf("it waited %v, want %v", waited, row.waited)
				}
			})
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) || strings.Contains(err.Error(), "right") {
					t.Errorf("the error is %v, want %q", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := row.run
			if want.Variants == nil {
				want.Summarise()
			}
			if diff := cmp.Diff(want, got); diff != "" || a.values != row.values {
				t.Errorf("values asked for: %v; (-want +got):\n%s", a.values, diff)
			}
		})
	}
}

// A load test comes with its logs, page by page, and says whose it is.
func TestFetchALoadTest(t *testing.T) {
	a := &api{run: sample(), key: "right", load: resultstest.Load(20, 30)}
	a.load.Run = "load-1"
	got, err := connect(t, a).Fetch(t.Context(), a.run.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Load == nil || got.Load.Run != "load-1" || len(got.Load.Targets) != 2 {
		t.Fatalf("the load test is %+v", got.Load)
	}
	for i, target := range got.Load.Targets {
		want := a.load.Targets[i]
		if diff := cmp.Diff(want.Bounds(99, verdict.Options{}), target.Bounds(99, verdict.Options{})); diff != "" || len(target.Intervals) != 20 {
			t.Errorf("%s: %d intervals; bounds of p99 (-want +got):\n%s", target.Name, len(target.Intervals), diff)
		}
	}
}

func TestLatest(t *testing.T) {
	if id, err := connect(t, &api{run: sample(), key: "right"}).Latest(t.Context()); id != "run 1" || err != nil {
		t.Errorf("got %q, %v", id, err)
	}
}

func TestWrongKey(t *testing.T) {
	a := &api{run: sample(), key: "another"}
	if _, err := connect(t, a).Fetch(t.Context(), "run 1"); !errors.Is(err, ErrKey) || a.asked.Load() != 1 {
		t.Errorf("after %d requests: %v", a.asked.Load(), err)
	}
}

func TestBounds(t *testing.T) {
	for _, row := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"a page without end", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, maxPageBytes+2)) }, "more than 16 MiB"},
		{"pages without end", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"items":[],"nextToken":"again"}`)
		}, "more than 1000 pages"},
		{"no JSON", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>") }, "not that of the stats API"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := connect(t, row.handler).Latest(t.Context()); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("the error is %v, want %q", err, row.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, row := range []struct{ name, url, want string }{
		{"no URL", "example.com", "want the stack's output statsUrl"},
		{"a key in it", "https://me:secret@example.com/dev", "neither user info"},
		{"a query", "https://example.com/dev?key=secret", "nor query"},
		{"unencrypted", "http://example.com/dev", "unencrypted: want https"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if _, err := New(row.url, "key"); err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("the error is %v, want %q", err, row.want)
			}
		})
	}
}
