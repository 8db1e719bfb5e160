package statsapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
)

// The answers, to the byte.
func TestAnswers(t *testing.T) {
	for _, row := range []struct{ name, target string }{
		{"stats", "/v1/stats?" + everything},
		{"stats-empty", "/v1/stats?runtime=java21"},
		{"runs", "/v1/runs"},
		{"run", "/v1/runs/run-2"},
		{"run-going-on", "/v1/runs/run-3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := get(t, three(), row.target)
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("%d %v", w.Code, w.Header())
			}
			var indented bytes.Buffer
			if err := json.Indent(&indented, w.Body.Bytes(), "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, row.name+".json", indented.Bytes())
		})
	}
}

// The origin's dashboard reads these fields of every item, and no other.
func TestOriginsShape(t *testing.T) {
	var got struct {
		Total int
		Items []map[string]json.RawMessage
	}
	if err := json.Unmarshal(get(t, three(), "/v1/stats").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Total != 5 || len(got.Items) != 5 {
		t.Fatalf("total %d, %d items, want the 5 of the workload hello", got.Total, len(got.Items))
	}
	for i, item := range got.Items {
		for _, name := range []string{"id", "functionName", "runtime", "architecture", "language"} {
			var text string
			if err := json.Unmarshal(item[name], &text); err != nil || text == "" {
				t.Errorf("item %d: %s is %s, want a text", i, name, item[name])
			}
		}
		for _, name := range []string{"timestamp", "coldStartDuration", "warmStartDuration", "coldStartMemoryUsed",
			"warmStartMemoryUsed", "coldStartBilledDuration", "warmStartBilledDuration"} {
			var v *float64
			raw, ok := item[name]
			if err := json.Unmarshal(raw, &v); !ok || err != nil || v != nil && *v == 0 {
				t.Errorf("item %d: %s is %s, want a number or null, never 0", i, name, raw)
			}
		}
		if init, ok := item["coldStartInitDuration"]; ok != (string(item["coldStartDuration"]) != "null") {
			t.Errorf("item %d: coldStartInitDuration is %s beside a cold duration of %s", i, init, item["coldStartDuration"])
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, row := range []struct {
		name, method, target string
		status               int
		want                 string // a part of the error
	}{
		{"no such path", "GET", "/v1/stat", 404, "/v1/stat;"},
		{"an older version", "GET", "/stats", 404, "/v1/stats"},
		{"below a run", "GET", "/v1/runs/run-1/sample", 404, "nothing"},
		{"below a part", "GET", "/v1/runs/run-1/samples/1", 404, "nothing"},
		{"a part of no run", "GET", "/v1/runs//samples", 404, "nothing"},
		{"samples of no such run", "GET", "/v1/runs/run-9/samples", 404, `there is no run "run-9"`},
		{"variants of no such run", "GET", "/v1/runs/run-9/variants", 404, `there is no run "run-9"`},
		{"no such run", "GET", "/v1/runs/run-9", 404, `there is no run "run-9"`},
		{"a run whose ID is longer than a key", "GET", "/v1/runs/" + strings.Repeat("r", 3000), 404, "there is no run"},
		{"a path that is not there wins over the method", "POST", "/v2", 404, "/v2"},
		{"POST", "POST", "/v1/stats", 405, "POST is not allowed"},
		{"DELETE of a run", "DELETE", "/v1/runs/run-1", 405, "DELETE"},
		{"OPTIONS", "OPTIONS", "/", 405, "OPTIONS"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			serve(three()).ServeHTTP(w, httptest.NewRequest(row.method, row.target, nil))
			checkError(t, w, row.status, "", row.want)
			if allow := w.Header().Get("Allow"); (row.status == 405) != (allow == "GET, HEAD") {
				t.Errorf("Allow is %q", allow)
			}
		})
	}
}

// checkError checks an error's status and JSON.
func checkError(t *testing.T, w *httptest.ResponseRecorder, status int, parameter, want string) {
	t.Helper()
	var body struct{ Error, Parameter, RequestID string }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if w.Code != status || body.Parameter != parameter || !strings.Contains(body.Error, want) {
		t.Errorf("%d %s; want %d, parameter %q and %q", w.Code, w.Body, status, parameter, want)
	}
	if h := w.Header(); h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", h)
	}
}

// What the store says is for the log, not for the caller.
func TestUnreadableStore(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)
	for _, target := range []string{"/v1/stats", "/v1/runs", "/v1/runs/run-1"} {
		s := three()
		s.err = errors.New("table secret-name: AccessDenied")
		log.Reset()
		w := get(t, s, target)
		checkError(t, w, 500, "", "log")
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s tells %s", target, w.Body)
		}
		if !strings.Contains(log.String(), "AccessDenied") || !strings.Contains(log.String(), target) {
			t.Errorf("the log of %s is %q", target, log.String())
		}
	}
}

func TestHead(t *testing.T) {
	for _, target := range []string{"/", "/v1/stats", "/v1/runs", "/v1/runs/run-1", "/v1/runs/run-9", "/v1/stats?memory=x", "/nowhere"} {
		full := get(t, three(), target)
		head := httptest.NewRecorder()
		serve(three()).ServeHTTP(head, httptest.NewRequest(http.MethodHead, target, nil))
		if head.Code != full.Code || head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(full.Body.Len()) ||
			head.Header().Get("ETag") != full.Header().Get("ETag") {
			t.Errorf("HEAD %s: %d %v and %d bytes; GET: %d %v", target, head.Code, head.Header(), head.Body.Len(), full.Code, full.Header())
		}
	}
}

func TestCaching(t *testing.T) {
	for _, row := range []struct{ name, target, cache string }{
		{"the page is the same for everybody", "/", "public, max-age=300"},
		{"answers are for who has the key", "/v1/stats", "private, max-age=60"},
		{"so is a run", "/v1/runs/run-1", "private, max-age=60"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := get(t, three(), row.target)
			tag := w.Header().Get("ETag")
			if w.Header().Get("Cache-Control") != row.cache || len(tag) < 10 {
				t.Errorf("headers %v, want %s and an ETag", w.Header(), row.cache)
			}
			for header, status := range map[string]int{tag: 304, `"x", W/` + tag: 304, "*": 304, `"x"`: 200, "": 200} {
				r := httptest.NewRequest(http.MethodGet, row.target, nil)
				r.Header.Set("If-None-Match", header)
				w := httptest.NewRecorder()
				serve(three()).ServeHTTP(w, r)
				if w.Code != status || (w.Body.Len() == 0) != (status == 304) {
					t.Errorf("If-None-Match %s: %d with %d bytes, want %d", header, w.Code, w.Body.Len(), status)
				}
			}
		})
	}
	if a, b := get(t, three(), "/v1/stats"), get(t, many(1), "/v1/stats"); a.Header().Get("ETag") == b.Header().Get("ETag") {
		t.Error("different answers have one ETag")
	}
}
