package lambdalog_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
)

// verbatim are lines as AWS wrote them. Two were quoted with their ends cut off
// in the source (a runtime version's hash) and are kept as quoted.
var verbatim = []struct{ name, line string }{
	{"report cold", "REPORT RequestId: 32f5cbf1-dd22-422a-a566-8965da5a3465\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\tInit Duration: 170.13 ms\t"},
	{"report warm", "REPORT RequestId: 054d8776-b852-42f6-a1a6-752552daea41\tDuration: 2.90 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t"},
	{"report timeout with init", "REPORT RequestId: d602a1ed-503f-4ff7-9639-650e773dbbee\tDuration: 600000.00 ms\tBilled Duration: 600477 ms\tMemory Size: 1536 MB\tMax Memory Used: 1035 MB\tInit Duration: 476.75 ms\tStatus: timeout"},
	{"report timeout traced", "REPORT RequestId: 054d8776-b852-42f6-a1a6-752552daea41\tDuration: 600000.00 ms\tBilled Duration: 600000 ms\tMemory Size: 1024 MB\tMax Memory Used: 1024 MB\tStatus: timeout\nXRAY TraceId: 1-6ac7d63f-0104e99861c65c8039f183da\tSegmentId: 7c4eb6a6d56f2a27\tSampled: true"},
	{"report error", "REPORT RequestId: 25a27ba9-e9af-489b-af00-005778ebb745\tDuration: 97.30 ms\tBilled Duration: 98 ms\tMemory Size: 1024 MB\tMax Memory Used: 43 MB\tStatus: error\tError Type: Runtime.ImportModuleError"},
	{"report success traced", "REPORT RequestId: b92a770e-7c92-4a13-84e3-613428ff991f\tDuration: 3.10 ms\tBilled Duration: 546 ms\tMemory Size: 2048 MB\tMax Memory Used: 95 MB\tInit Duration: 542.01 ms\t\nXRAY TraceId: 1-6a507b87-0cc4438344b48ef127ab1931\tSegmentId: d0025b207c551fde\tSampled: true\t"},
	{"report restored", "REPORT RequestId: b771fecc-1b53-4faf-922d-1d74357b1676\tDuration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 3009 MB\tMax Memory Used: 155 MB\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t"},
	{"init start python", "INIT_START Runtime Version: python:3.12.mainlinev2.v27\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:fb4a5cbb4aeb1909cf946882192e0e708d8756b3a866c3ab89a3cfcfffeca7bc"},
	{"init start node", "INIT_START Runtime Version: nodejs:22.mainline.v98\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:a783…"},
	{"init report timeout", "INIT_REPORT Init Duration: 10009.13 ms\tPhase: init\tStatus: timeout"},
	{"init report error", "INIT_REPORT Init Duration: 229.04 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"},
	{"init report in invoke", "INIT_REPORT Init Duration: 8431.38 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError"},
	{"init report of a snapshot", "INIT_REPORT Init Duration: 9908.09 ms"},
	{"restore start", "RESTORE_START Runtime Version: java:21.mainline.v82\tRuntime Version ARN: arn:aws:lambda:ap-southeast-2::runtime:1a7a…"},
	{"restore report", "RESTORE_REPORT Restore Duration: 511.25 ms"},
	{"restore report timeout", "RESTORE_REPORT Restore Duration: 1236.04 ms\tStatus: timeout"},
	{"start", "START RequestId: b771fecc-1b53-4faf-922d-1d74357b1676 Version: 56"},
	{"start latest", "START RequestId: b771fecc-1b53-4faf-922d-1d74357b1676 Version: $LATEST"},
	{"end", "END RequestId: b771fecc-1b53-4faf-922d-1d74357b1676"},
}

func TestVerbatimLinesComeBackByteForByte(t *testing.T) {
	for _, tt := range verbatim {
		t.Run(tt.name, func(t *testing.T) {
			for _, ending := range []string{"", "\n"} {
				r, err := lambdalog.Parse([]byte(tt.line + ending))
				if err != nil {
					t.Fatal(err)
				}
				if got := r.Text(); got != tt.line {
					t.Errorf("written again:\n got %q\nwant %q", got, tt.line)
				}
			}
		})
	}
}

// The golden holds what each line means, so that a field read into the wrong
// place is seen even where writing puts it back.
func TestVerbatimLinesMean(t *testing.T) {
	var got strings.Builder
	for _, tt := range verbatim {
		r, err := lambdalog.Parse([]byte(tt.line))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		data, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		got.WriteString("# " + tt.name + "\n" + string(data) + "\n")
		var back lambdalog.Record
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("%s: through JSON and back (-before +after):\n%s", tt.name, diff)
		}
	}
	golden.Compare(t, "verbatim.golden", got.String())
}

func ms(v float64) *time.Duration { return new(time.Duration(v * float64(time.Millisecond))) }

func TestParse(t *testing.T) {
	tests := []struct {
		name, line string
		want       lambdalog.Record
	}{
		{"json report as recorded from AWS",
			`{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"79b5e81f-9cdd-4145-b1f6-7c50ef8a2a36","metrics":{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.512},"status":"success"}}`,
			lambdalog.Record{Kind: lambdalog.Report, RequestID: "79b5e81f-9cdd-4145-b1f6-7c50ef8a2a36", Status: "success",
				Duration: ms(1233.96), BilledDuration: ms(1698), InitDuration: ms(463.512), MemorySizeMB: new(256), MaxMemoryUsedMB: new(123),
				Extra: map[string]string{"time": "2026-10-08T07:30:29.470Z"}}},
		{"json init report of a snapshot: its duration is the init duration",
			`{"type":"platform.initReport","record":{"initializationType":"snap-start","phase":"init","status":"success","metrics":{"durationMs":300}}}`,
			lambdalog.Record{Kind: lambdalog.InitReport, Status: "success", Phase: "init", InitDuration: ms(300), Extra: map[string]string{"initializationType": "snap-start"}}},
		{"json init report of an error",
			`{"type":"platform.initReport","record":{"initializationType":"on-demand","phase":"init","status":"error","errorType":"Runtime.ExitError","metrics":{"durationMs":229.04}}}`,
			lambdalog.Record{Kind: lambdalog.InitReport, Phase: "init", Status: "error", ErrorType: "Runtime.ExitError", InitDuration: ms(229.04),
				Extra: map[string]string{"initializationType": "on-demand"}}},
		{"json start",
			`{"type":"platform.start","record":{"requestId":"a","version":"$LATEST"}}`,
			lambdalog.Record{Kind: lambdalog.Start, RequestID: "a", Extra: map[string]string{"Version": "$LATEST"}}},
		{"json metrics and keys of tomorrow",
			`{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":1,"joules":2.5},"tracing":{"spanId":"b"},"Duration":"x"}}`,
			lambdalog.Record{Kind: lambdalog.Report, RequestID: "a", Duration: ms(1),
				Extra: map[string]string{"metrics.joules": "2.5", "tracing": `{"spanId":"b"}`, "json.Duration": "x"}}},
		{"text fields of tomorrow",
			"REPORT RequestId: a\tDuration: 1.00 ms\tDisk Used: 3 MB\tmark\t",
			lambdalog.Record{Kind: lambdalog.Report, RequestID: "a", Duration: ms(1), Extra: map[string]string{"Disk Used": "3 MB", "mark": ""}}},
		{"fields in another order",
			"REPORT RequestId: a\tInit Duration: 2.00 ms\tBilled Duration: 3 ms\tDuration: 1.00 ms\t",
			lambdalog.Record{Kind: lambdalog.Report, RequestID: "a", Duration: ms(1), BilledDuration: ms(3), InitDuration: ms(2)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := lambdalog.Parse([]byte(tt.line))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, line, want string }{
		{"no request id", `{"type":"platform.report","record":{"metrics":{"durationMs":1}}}`, `"RequestId" is missing`},
		{"no duration", "REPORT RequestId: a\tBilled Duration: 1 ms\t", `"Duration" is missing`},
		{"unit", "REPORT RequestId: a\tDuration: 1.00 s\t", `"Duration" is "1.00 s", want milliseconds`},
		{"not a number", "REPORT RequestId: a\tDuration: NaN ms\t", `"NaN" is not a number of milliseconds`},
		{"exponent", "REPORT RequestId: a\tDuration: 1e3 ms\t", `"1e3" is not a number`},
		{"negative", "REPORT RequestId: a\tDuration: -1.00 ms\t", `"-1.00" is not a number`},
		{"too long", "REPORT RequestId: a\tDuration: 99999999999.00 ms\t", "outside 0 to"},
		{"memory with a fraction", "REPORT RequestId: a\tDuration: 1.00 ms\tMemory Size: 1.5 MB", `"1.5" is not a whole number of megabytes`},
		{"memory too large", "REPORT RequestId: a\tDuration: 1.00 ms\tMemory Size: 4000000000 MB", "above 1000000"},
		{"twice", "REPORT RequestId: a\tDuration: 1.00 ms\tDuration: 2.00 ms\t", `"Duration" is there twice`},
		{"request id of two words", "END RequestId: a b", `"RequestId" is "a b", want one word`},
		{"foreign second line", "REPORT RequestId: a\tDuration: 1.00 ms\t\nhello", "second line"},
		{"not UTF-8", "REPORT RequestId: a\tDuration: 1.00 ms\tx: \xff", "not UTF-8"},
		{"init report without duration", "INIT_REPORT Phase: init", `"Init Duration" is missing`},
		{"json of another shape", `{"type":"platform.report","record":7}`, "parse platform event"},
		{"json cut off", `{"type":"platform.report","record":{"requestId":`, "parse platform event"},
		{"json negative", `{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":-1}}}`, "metrics.durationMs: -1 ms is outside"},
		{"json duration as text", `{"type":"platform.report","record":{"requestId":"a","metrics":{"durationMs":"1"}}}`, "metrics.durationMs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := lambdalog.Parse([]byte(tt.line))
			if err == nil {
				t.Fatalf("no error, got %+v", r)
			}
			if errors.Is(err, lambdalog.ErrNotRecord) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %q, want one with %q", err, tt.want)
			}
		})
	}
}

func TestFunctionsLinesAreNotRecords(t *testing.T) {
	for _, line := range []string{
		"START of the import", "END", "END\n", "END of it, RequestId: a", "REPORT for March: 12 rows", "REPORT \tRequestId: a", "REPORT requestId: a",
		"START RequestId a", "INIT_START connecting", "INIT_REPORT done\tInit Duration: 1.00 ms", "RESTORE_START now",
		"", "hello", "REPORTING RequestId: a", "REPORT", "XRAY TraceId: 1-6ac7\tSampled: true", " REPORT RequestId: a",
		`{"level":"INFO","message":"REPORT RequestId: a"}`, `{"type":"platform.runtimeDone","record":{"requestId":"a"}}`,
		`{"broken`, "EPORT RequestId: a\tDuration: 1.00 ms\t", "2026-10-08T07:30:29Z\ta\tINFO\tSTART",
	} {
		if r, err := lambdalog.Parse([]byte(line)); !errors.Is(err, lambdalog.ErrNotRecord) {
			t.Errorf("Parse(%q) = %+v, %v, want ErrNotRecord", line, r, err)
		}
	}
}

func TestAppendTextRounds(t *testing.T) {
	r := lambdalog.Record{
		Kind: lambdalog.Report, RequestID: "a", Status: "success",
		Duration: new(2365 * time.Microsecond), BilledDuration: new(425*time.Millisecond + time.Microsecond),
		MemorySizeMB: new(1024), MaxMemoryUsedMB: new(95), InitDuration: new(423984567 * time.Nanosecond),
		Extra: map[string]string{"A note": "two\tlines\nhere", "XRAY Sampled": "true", "XRAY TraceId": "1-2", "XRAY SegmentId": "3"},
	}
	want := "REPORT RequestId: a\tDuration: 2.37 ms\tBilled Duration: 426 ms\tMemory Size: 1024 MB\tMax Memory Used: 95 MB\tInit Duration: 423.98 ms\tA note: two lines here\t" +
		"\nXRAY TraceId: 1-2\tSegmentId: 3\tSampled: true\t"
	if got := string(r.AppendText([]byte("before "))); got != "before "+want {
		t.Errorf("\n got %q\nwant %q", got, "before "+want)
	}
}

func TestLines(t *testing.T) {
	log := strings.Join([]string{
		"cut off\tDuration: 1.00 ms\t",
		"START RequestId: a Version: $LATEST",
		"hello from the function",
		"REPORT RequestId: a\tDuration: zero ms\t",
		`{"level":"INFO"}`,
		"END RequestId: a",
		"REPORT RequestId: a\tDuration: 1.25 ms\t",
		"XRAY TraceId: 1-2\tSegmentId: 3\tSampled: true\t",
		"",
	}, "\n")
	var kinds []lambdalog.Kind
	var bad []string
	for r, err := range lambdalog.Lines([]byte(log)) {
		if err != nil {
			bad = append(bad, err.Error())
			continue
		}
		kinds = append(kinds, r.Kind)
	}
	if diff := cmp.Diff([]lambdalog.Kind{lambdalog.Start, lambdalog.End, lambdalog.Report}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	want := []string{`log line 4: parse REPORT line: "Duration": "zero" is not a number of milliseconds`}
	if diff := cmp.Diff(want, bad); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}

	report, ok := lambdalog.FindReport([]byte(log), "a")
	if !ok || report.Duration == nil || *report.Duration != 1250*time.Microsecond || report.Extra[lambdalog.XRayTraceID] != "1-2" {
		t.Errorf("FindReport = %+v, %v", report, ok)
	}
	if _, ok := lambdalog.FindReport([]byte(log), "b"); ok {
		t.Error("FindReport found the report of another invocation")
	}
}

// TestReports adds a function's own line before the platform's, and another
// request's after both.
func TestReports(t *testing.T) {
	reports := lambdalog.Reports{}
	for _, row := range []struct {
		line     string
		replaced bool
	}{
		{"REPORT RequestId: a\tDuration: 0.01 ms\t", false},
		{"REPORT RequestId: a\tDuration: 950.00 ms\t", true},
		{"REPORT RequestId: b\tDuration: 3.00 ms\t", false},
	} {
		r, err := lambdalog.Parse([]byte(row.line))
		if err != nil {
			t.Fatal(err)
		}
		if _, replaced := reports.Add(r); replaced != row.replaced {
			t.Errorf("Add(%q) replaced a record: %t, want %t", row.line, replaced, row.replaced)
		}
	}
	if got := *reports["a"].Duration; len(reports) != 2 || got != 950*time.Millisecond {
		t.Errorf("%d reports, a has %v; want 2, and the last line's 950 ms", len(reports), got)
	}
}

func TestFindReportTakesTheLast(t *testing.T) {
	log := "REPORT RequestId: a\tDuration: 0.01 ms\t\nEND RequestId: a\nREPORT RequestId: a\tDuration: 9.00 ms\t\n"
	report, _ := lambdalog.FindReport([]byte(log), "a")
	if *report.Duration != 9*time.Millisecond {
		t.Errorf("Duration is %v, want the platform's 9 ms, not what the function printed", *report.Duration)
	}
}
