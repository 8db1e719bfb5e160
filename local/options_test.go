package main

import (
	"errors"
	"flag"
	"strings"
	"testing"
	"time"
)

func TestParseOptions(t *testing.T) {
	now := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
	tests := []struct {
		name string
		args []string
		want func(Options) bool
		says string // what stderr must hold where the line cannot be used
	}{
		{name: "nothing", want: func(o Options) bool {
			return !o.Serve && o.Stage == "dev" && !o.Quick && o.Load.requests() == 600 && o.Out == "out/20261125-010203" && o.Seed != 0
		}},
		{name: "quick", args: []string{"-quick", "-seed", "7"}, want: func(o Options) bool { return o.Quick && o.Load.requests() == 100 && o.Seed == 7 }},
		{name: "serve with flags", args: []string{"serve", "-only", "go, nodejs22.x"}, want: func(o Options) bool {
			return o.Serve && len(o.Only) == 2
		}},
		{name: "unknown runtime", args: []string{"-only", "cobol"}, says: `-only: "cobol" is neither a runtime nor a language`},
		{name: "a word too many", args: []string{"-quick", "fast"}, says: `"fast" is not understood`},
		{name: "stage that is a path", args: []string{"-stage", "../x"}, says: "not the name of a stage"},
		{name: "negative latency", args: []string{"-ssm-latency", "-1s"}, says: "not between"},
		{name: "unknown flag", args: []string{"-fast"}, says: "not defined: -fast"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stderr strings.Builder
			o, err := parseOptions(tt.args, now, &stderr)
			if tt.says != "" {
				if !errors.Is(err, errUsage) || !strings.Contains(stderr.String(), tt.says) {
					t.Errorf("error %v, stderr %q; want stderr to say %q", err, stderr.String(), tt.says)
				}
				return
			}
			if err != nil || !tt.want(o) {
				t.Errorf("got %+v, error %v", o, err)
			}
		})
	}
}

func TestHelpIsNotAnError(t *testing.T) {
	var stderr strings.Builder
	if _, err := parseOptions([]string{"-h"}, time.Now(), &stderr); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("error %v, want %v", err, flag.ErrHelp)
	}
	if !strings.Contains(stderr.String(), "serve") {
		t.Errorf("the help does not mention serve:\n%s", stderr.String())
	}
}
