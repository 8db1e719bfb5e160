package statsapi

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/browsertest"
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

// What is drawn and written stands out from what is behind it, in both palettes: by 3 to
// 1, and text by 4.5 to 1 (WCAG 2.2, 1.4.3 and 1.4.11).
func TestContrast(t *testing.T) {
	palettes := strings.Split(pageStyle, "@media (prefers-color-scheme: dark)")
	if len(palettes) != 2 {
		t.Fatalf("%d palettes", len(palettes))
	}
	for i, name := range []string{"light", "dark"} {
		colours := map[string]string{}
		for _, found := range regexp.MustCompile(`--(\w+): (#\w{6});`).FindAllStringSubmatch(palettes[i], -1) {
			colours[found[1]] = found[2]
		}
		for _, pair := range []struct {
			on, behind string
			least      float64
		}{
			{"ink", "paper", 4.5}, {"ink", "card", 4.5}, {"quiet", "paper", 4.5}, {"quiet", "card", 4.5}, {"bad", "paper", 4.5},
			{"edge", "paper", 3}, {"edge", "card", 3}, {"focus", "paper", 3},
			{"median", "card", 3}, {"median", "band", 3}, {"band", "card", 3}, {"p90", "card", 3}, {"change", "card", 3},
		} {
			if ratio := browsertest.Contrast(t, colours[pair.on], colours[pair.behind]); ratio < pair.least {
				t.Errorf("%s: %s on %s is %.2f to 1, want %v", name, pair.on, pair.behind, ratio, pair.least)
			}
		}
	}
}
