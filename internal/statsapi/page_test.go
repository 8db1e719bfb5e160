package statsapi

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page's policy must let its own script and style through: a browser
// compares the hash of what stands between the tags, to the byte.
func TestPagePolicy(t *testing.T) {
	w := get(t, three(), "/")
	body, policy := w.Body.String(), w.Header().Get("Content-Security-Policy")
	for _, tag := range []string{"style", "script"} {
		found := regexp.MustCompile(`(?s)<` + tag + `>(.*)</` + tag + `>`).FindStringSubmatch(body)
		if found == nil {
			t.Fatalf("the page has no %s", tag)
		}
		sum := sha256.Sum256([]byte(found[1]))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("the policy %q has not %q", policy, want)
		}
	}
}

// The page needs nothing from elsewhere and offers every path of the API.
func TestPageIsSelfContained(t *testing.T) {
	w := get(t, three(), "/")
	if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("Content-Type is %s", got)
	}
	body := w.Body.String()
	if elsewhere := regexp.MustCompile(`(?i)\b(?:src|href|action|style|on\w+)=|@import|\burl\(`).FindString(body); elsewhere != "" {
		t.Errorf("the page has %q", elsewhere)
	}
	for _, want := range append([]string{"v1/stats", "v1/runs", "v1/runs/{id}", "v1/runs/{id}/variants", "v1/runs/{id}/samples", "v1/history", "x-api-key"},
		slices.Concat(statsParameters, historyParameters, runParameters, variantsParameters)...) {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not tell of %s", want)
		}
	}
}
