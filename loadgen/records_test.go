package main

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// A condition has the same outcome in the process that measured and in one that reads
// the run directory.
func TestConditionsOfARunDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	args := []string{"-rate", "200", "-duration", "2s", "-url", modules(t, 0), "-out", dir}
	var conditions []threshold.Threshold
	for _, text := range []string{
		"esmodule.later.p99>20ms", "esmodule.later.p50>1us", "commonjs.later.service.p90>1s", "esmodule.first.service.p50>1us",
		"esmodule.later.p50>commonjs.later.p50", "first.provisioned.p50>1us", "service.p99>1us", "firstByte.p50>1us", "connect.p50>1us", "p50>1us",
	} {
		c, err := threshold.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		args, conditions = append(args, "-fail-if", text), append(conditions, c)
	}
	if code, _, stderr := command(t, args...); code != commandline.Failed && code != commandline.NotValid {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	r, err := results.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Thresholds, threshold.Judge(&r, conditions, verdict.Options{})); diff != "" || len(r.Thresholds) != len(conditions) {
		t.Errorf("%d conditions (-measured +read):\n%s", len(r.Thresholds), diff)
	}
}
