package report_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/browsertest"
)

// serve is the URL of a page.
func serve(t *testing.T, text string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/report.html"
}

func TestShots(t *testing.T) {
	if flag.Lookup("shots").Value.String() == "" {
		t.Skip("no pictures are wanted: -shots names no folder")
	}
	b := browsertest.New(t)
	for name, text := range map[string]string{
		"prod": html(t, prodRun(30, 120, 600)), "real": html(t, read(t, "/work/main/out/20261129-031045")), "fixture": html(t, read(t, runDirectory(t, 30, 120, 600))),
	} {
		url := serve(t, text)
		b.Open(t, url, browsertest.Wide).Shoot(t, name+"-wide")
		b.Open(t, url, browsertest.Dark).Shoot(t, name+"-dark")
		b.Open(t, url, browsertest.Phone).Shoot(t, name+"-phone")
		b.Open(t, url, browsertest.Wide).PrintToPDF(t, name)
	}
}
