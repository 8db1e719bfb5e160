package report

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/browsertest"
)

// palettes are the custom properties of the page's style, in the light and in the dark.
func palettes(t *testing.T) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	property := regexp.MustCompile(`--([a-z0-9]+): (#[0-9a-f]{6});`)
	light, dark, ok := strings.Cut(pageCSS, "@media screen and (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("the style has no dark palette")
	}
	dark, _, _ = strings.Cut(dark, "\n}\n")
	for name, text := range map[string]string{"light": light, "dark": dark} {
		all[name] = map[string]string{}
		for _, m := range property.FindAllStringSubmatch(text, -1) {
			all[name][m[1]] = m[2]
		}
	}
	return all
}

// Every mark stands out from what it is drawn on by 3:1 at least, and every text by 4.5:1.
func TestContrast(t *testing.T) {
	surfaces := []string{"paper", "card", "tie"}
	lines := []string{"rule"} // they carry nothing that is not written beside them
	texts := []string{"ink", "quiet", "good", "bad", "open", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"}
	marks := []string{"init", "first", "dot", "neutral", "arm64", "x86"}
	for scheme, colours := range palettes(t) {
		for name := range colours {
			if !slices.Contains(slices.Concat(surfaces, lines, texts, marks), name) {
				t.Errorf("%s: --%s is held to no contrast", scheme, name)
			}
		}
		for _, kind := range []struct {
			names, on []string
			least     float64
		}{{marks, surfaces, 3}, {texts, []string{"paper"}, 4.5}, {[]string{"ink", "quiet", "good", "bad", "open"}, []string{"card"}, 4.5}, {[]string{"ink", "quiet"}, []string{"tie"}, 4.5}} {
			for _, name := range kind.names {
				for _, on := range kind.on {
					if got := browsertest.Contrast(t, colours[name], colours[on]); got < kind.least {
						t.Errorf("%s: --%s %s on --%s %s has %.2f:1, want %v:1", scheme, name, colours[name], on, colours[on], got, kind.least)
					}
				}
			}
		}
	}
}
