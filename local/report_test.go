//go:build linux

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// TestReportFetches fetches two runs of one stack through the stats API and from its
// table, as report does, and compares them with what local wrote.
func TestReportFetches(t *testing.T) {
	repository, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./report")
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build ./report: %v\n%s", err, out)
	}
	s := testSetup(t, map[string]int{"cold": 8, "warm": 8, "rounds": 2, "iterations": 50})
	one := startTest(t, s)
	two := one
	s.options.Out, s.options.Seed = filepath.Join(t.TempDir(), "run"), 2
	if two.record, err = newRecord(s.options, s.stage); err != nil {
		t.Fatal(err)
	}
	two.options = s.options
	work := t.TempDir()
	credentials, err := writeCredentials(filepath.Join(work, credentialsFile), one.machine.operator)
	if err != nil {
		t.Fatal(err)
	}
	var stack bytes.Buffer
	if err := results.WriteJSON(&stack, map[string]any{"deployed": one.machine.stack, "apiUrl": one.machine.stack.APIURL}); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(bin, "deployed.json"), stack.Bytes())
	if err := os.WriteFile(filepath.Join(bin, "pulumi"), []byte("#!/bin/sh\ncat "+filepath.Join(bin, "deployed.json")+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	report := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "report"), args...)
		cmd.Dir = work
		cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }),
			"STATS_API_KEY="+one.machine.apiKey, "PATH="+bin+":/usr/bin:/bin", "AWS_SHARED_CREDENTIALS_FILE="+credentials)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("report %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	for _, m := range []measurement{one, two} {
		rows, _, err := m.workflow(t.Context(), m.machine.hello())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.record.report(&results.Run{Summary: results.Summary{Variants: rows}}, nil, verdict.Options{}, io.Discard); err != nil {
			t.Fatal(err)
		}
		if err := m.record.finish(false); err != nil {
			t.Fatal(err)
		}
		wrote, err := results.Read(m.record.dir.Path())
		if err != nil {
			t.Fatal(err)
		}
		report("-url", m.machine.statsURL, m.record.id)
		report("-stage", "test", "-out", "of-the-table-"+m.record.id, m.record.id)
		for _, dir := range []string{filepath.Join("out", m.record.id), "of-the-table-" + m.record.id} {
			fetched, err := results.Read(filepath.Join(work, dir))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wrote.Summary, fetched.Summary, cmpopts.IgnoreFields(results.Summary{}, "AA")); diff != "" || len(fetched.Variants) == 0 || fetched.Variants[0].Series == nil {
				t.Errorf("%s: cells, series and places (-local +fetched):\n%s", dir, diff)
			}
			for _, r := range []results.Run{wrote, fetched} {
				slices.SortFunc(r.Samples, results.CompareSamples)
			}
			// What other programs took is known to this machine alone, and not in the table.
			if diff := cmp.Diff(wrote.Samples, fetched.Samples, cmpopts.IgnoreFields(results.Sample{}, "OthersCPU")); diff != "" || len(fetched.Samples) == 0 {
				t.Errorf("%s: samples (-local +fetched):\n%s", dir, diff)
			}
		}
	}
	text := report("compare", filepath.Join("out", one.record.id), filepath.Join("out", two.record.id))
	if !strings.Contains(text, two.record.id+" against "+one.record.id) || !strings.Contains(text, "hello, cold: total in ms") {
		t.Errorf("the comparison is:\n%s", text)
	}
}
