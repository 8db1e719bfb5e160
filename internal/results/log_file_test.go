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

func TestClassTags(t *testing.T) {
	for _, want := range []ClassKey{
		{FirstInvocation, "provisioned-concurrency"}, {LaterInvocations, "on-demand"}, {FirstInvocation, ""}, {LaterInvocations, ""},
	} {
		if got, service, ok := classOfTag(want.Tag()); !ok || service || got != want {
			t.Errorf("the latencies of %+v are those of %+v, service %v, %v", want, got, service, ok)
		}
		if got, service, ok := classOfTag(want.ServiceTag()); !ok || !service || got != want {
			t.Errorf("the service times of %+v are those of %+v, service %v, %v", want, got, service, ok)
		}
	}
	for _, tag := range []string{"", ServiceTag, FirstByteTag, ConnectTag, UnansweredTag(""), UnansweredTag(ServiceTag), "first", "firstly:x"} {
		if key, _, ok := classOfTag(tag); ok {
			t.Errorf("the tag %q is that of %+v", tag, key)
		}
	}
}
