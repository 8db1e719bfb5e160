package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
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
		{name: "include", args: []string{"-include", "current"}, want: func(o Options) bool { return slices.Contains(o.Include, "nodejs24.x") }},
		{name: "include nothing", args: []string{"-include", ""}, want: func(o Options) bool { return o.Include != nil && len(o.Include) == 0 }},
		{name: "unknown runtime", args: []string{"-only", "cobol"}, says: `"cobol" is no runtime, language or architecture`},
		{name: "a word too many", args: []string{"-quick", "fast"}, says: `"fast" is not understood`},
		{name: "stage that is a path", args: []string{"-stage", "../x"}, says: "not the name of a stage"},
		{name: "a schedule without serve", args: []string{"-every", "1h"}, says: "not defined: -every"},
		{name: "too often", args: []string{"serve", "-every", "1s"}, says: "-every: 1s is less than a minute"},
		{name: "negative latency", args: []string{"-ssm-latency", "-1s"}, says: "not between"},
		{name: "conditions", args: []string{"-fail-if", "go.cold.p50>1s", "-fail-if", "errors>0", "-strict"}, want: func(o Options) bool {
			return len(o.FailIf) == 2 && o.Strict && slices.Equal(o.settings(stage.Config{}).FailIf, []string{"go.cold.p50>1s", "errors>0"})
		}},
		{name: "no condition", args: []string{"-fail-if", "p99"}, says: "want [target.]figure > limit"},
		{name: "strict about nothing", args: []string{"-strict"}, says: "there is none"},
		{name: "a condition of serve", args: []string{"serve", "-fail-if", "p99>1s"}, says: "not defined: -fail-if"},
		{name: "unknown flag", args: []string{"-fast"}, says: "not defined: -fast"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stderr strings.Builder
			o, err := parseOptions(tt.args, now, io.Discard, &stderr)
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

// TestHelp asks each command for its help: it shows its own flags and no others.
func TestHelp(t *testing.T) {
	for _, tt := range []struct {
		name        string
		args        []string
		has, hasNot []string
	}{
		{"local", []string{"-h"}, []string{"serve [flags]", "-estimate", "-quick", "exit codes", "-version"}, []string{"-every"}},
		{"serve", []string{"serve", "-h"}, []string{"Ctrl-C", "-every", "-version"}, []string{"-estimate"}},
		{"version", []string{"-version"}, []string{"local "}, []string{"-quick"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if _, err := parseOptions(tt.args, time.Now(), &stdout, &stderr); !errors.Is(err, errShown) || stderr.Len() > 0 {
				t.Fatalf("error %v and stderr %q, want %v", err, stderr.String(), errShown)
			}
			for _, text := range tt.has {
				if !strings.Contains(stdout.String(), text) {
					t.Errorf("it does not mention %s:\n%s", text, stdout.String())
				}
			}
			for _, text := range tt.hasNot {
				if strings.Contains(stdout.String(), text) {
					t.Errorf("it mentions %s:\n%s", text, stdout.String())
				}
			}
		})
	}
}
