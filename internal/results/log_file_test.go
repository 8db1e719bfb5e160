package results

import (
	"strings"
	"testing"
)

func TestLogFile(t *testing.T) {
	for target, want := range map[string]string{
		"esmodule": "esmodule.hlog", "v1/items": "v1%2Fitems.hlog", "127.0.0.1:80": "127.0.0.1%3A80.hlog", "a'": "a%27.hlog", "../x": "..%2Fx.hlog", "100%": "100%25.hlog",
	} {
		t.Run(target, func(t *testing.T) {
			file := LogFile(target)
			if file != want && strings.ReplaceAll(file, "'", "%27") != want {
				t.Errorf("LogFile(%q) = %q, want %q", target, file, want)
			}
			if back, ok := logTarget(file); !ok || back != target {
				t.Errorf("logTarget(%q) = %q, %v", file, back, ok)
			}
		})
	}
	if _, ok := logTarget("summary.json"); ok {
		t.Error("summary.json is no log")
	}
}

func TestFirstTag(t *testing.T) {
	for _, want := range []string{"provisioned-concurrency", ""} {
		if got, ok := firstOfTag(FirstTag(want)); !ok || got != want {
			t.Errorf("the first requests of %q are those of %q, %v", want, got, ok)
		}
	}
	if _, ok := firstOfTag("service"); ok {
		t.Error("service times are no first requests")
	}
}
