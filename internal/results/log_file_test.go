package results_test

import (
	"strings"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

func TestLogFile(t *testing.T) {
	for target, want := range map[string]string{
		"esmodule": "esmodule.hlog", "v1/items": "v1%2Fitems.hlog", "127.0.0.1:80": "127.0.0.1%3A80.hlog", "a'": "a%27.hlog", "../x": "..%2Fx.hlog", "100%": "100%25.hlog",
	} {
		t.Run(target, func(t *testing.T) {
			file := results.LogFile(target)
			if file != want && strings.ReplaceAll(file, "'", "%27") != want {
				t.Errorf("LogFile(%q) = %q, want %q", target, file, want)
			}
			if back, ok := results.LogTarget(file); !ok || back != target {
				t.Errorf("LogTarget(%q) = %q, %v", file, back, ok)
			}
		})
	}
	if _, ok := results.LogTarget("summary.json"); ok {
		t.Error("summary.json is no log")
	}
}

func TestClassOfTag(t *testing.T) {
	for initialization, want := range map[string]string{"provisioned-concurrency": "first, provisioned-concurrency", "": "first"} {
		if class, ok := results.ClassOfTag(results.FirstTag(initialization)); !ok || class != want {
			t.Errorf("the class of %q is %q, %v", initialization, class, ok)
		}
	}
	if _, ok := results.ClassOfTag("service"); ok {
		t.Error("the service time is no class")
	}
}
