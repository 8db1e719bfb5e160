package report_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// generationCells are the runtimes of today beside those before them.
func generationCells() []cell {
	make := func(language, runtime string, init, first, warm float64, memory int) cell {
		return cell{matrix.Variant{Function: "hello", Language: language, Runtime: runtime, Architecture: functions.X8664, MemoryMB: 512}, "1", init, first, warm, 0.9, memory}
	}
	restored := func(c cell) cell { c.variant.SnapStart = true; return c }
	return []cell{
		restored(make("java", "java21", 120, 40, 2.1, 96)), restored(make("java", "java25", 110, 30, 2.1, 96)),
		make("go", "provided.al2023", 12, 1.4, 0.8, 18),
		make("nodejs", "nodejs24.x", 99, 6, 1.1, 71), make("nodejs", "nodejs18.x", 104, 6, 1.1, 71), make("nodejs", "nodejs22.x", 128, 6.2, 1.1, 76),
		make("python", "python3.14", 70, 3, 1.1, 40), make("python", "python3.9", 88, 3.1, 1.3, 40), make("python", "python3.11", 80, 3.1, 1.3, 40),
		make("java", "java25", 250, 180, 2.1, 96), make("java", "java21", 310, 210, 2.1, 96),
		make("dotnet", "provided.al2023", 20, 3, 1, 40), make("dotnet", "dotnet10", 200, 90, 1.6, 70), make("dotnet", "dotnet8", 240, 95, 1.6, 70),
	}
}

func generations(region string) results.Run {
	all := samplesOf(generationCells(), deployed.AWS, 30, 120)
	m := manifest()
	m.Platform, m.Region, m.Knobs = deployed.AWS, region, nil
	r := run(summarised(all), m)
	r.Samples = all
	for i, v := range r.Variants {
		if v.Variant.SnapStart && len(v.Series) > 0 {
			r.Variants[i].Snapshot = &results.Snapshot{Version: "4", Published: started.Add(-3 * time.Minute), InitMs: []float64{2310}}
		}
	}
	results.SetPlaces(r.Variants, results.ValuesOf(slices.Values(all)), verdict.Options{})
	for _, c := range generationCells() {
		v := c.variant
		v.Architecture = functions.ARM64
		r.Variants = append(r.Variants, results.VariantSummary{Variant: v, Status: results.Skipped, Reason: "only x86_64 was asked for"})
	}
	return r
}

// TestGenerationsStandTogether wants the runtimes of a language in their order, wherever
// they are listed, and languages by their fastest one.
func TestGenerationsStandTogether(t *testing.T) {
	r := generations("us-east-1")
	want := []string{"go", "dotnet8", "dotnet10", "dotnet-aot", "python3.9", "python3.11", "python3.14", "nodejs18.x", "nodejs22.x", "nodejs24.x", "java21", "java21 SnapStart", "java25", "java25 SnapStart"}
	written := text(t, r, console.Terminal{})
	golden.Compare(t, "generations.txt", written)
	page := html(t, r)
	for name, found := range map[string][][]string{
		"the text's tables":     regexp.MustCompile(`(?m)^  ([a-z0-9.-]+(?: SnapStart)?)(?: \*)? +[0-9.]+ +[0-9.]+ `).FindAllStringSubmatch(written, len(want)),
		"the page's matrix":     regexp.MustCompile(`<tr role="row"><th role="rowheader" scope="row">([^<]+?)(?: <small class="open">deprecated</small>)?</th><td role="cell"(?: class="tie")?><span`).FindAllStringSubmatch(page, len(want)),
		"the page's cell table": regexp.MustCompile(`<tr><th scope="row">([^<,]+)</th><td class="text">x86_64`).FindAllStringSubmatch(page, len(want)),
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range found {
				got = append(got, m[1])
			}
			if !slices.Equal(got, want) {
				t.Errorf("the order is %q, want %q", got, want)
			}
		})
	}
}

// TestUpgradesAreEverywhere wants every step in each format, for both workloads.
func TestUpgradesAreEverywhere(t *testing.T) {
	r := generations("us-east-1")
	write := func(f report.Format) string {
		var b strings.Builder
		if err := report.Write(&b, f, r); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	var markdown strings.Builder
	if err := report.Markdown(&markdown, r); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Answers        answer.Answers   `json:"answers"`
		OtherWorkloads []answer.Answers `json:"otherWorkloads"`
	}
	if err := json.Unmarshal([]byte(write(report.FormatJSON)), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Answers.Upgrades) != 10 || len(document.OtherWorkloads) != 1 || len(document.OtherWorkloads[0].Upgrades) != 10 {
		t.Errorf("%d upgrades and %d other workloads in the JSON, want 10 and 1", len(document.Answers.Upgrades), len(document.OtherWorkloads))
	}
	for _, u := range document.Answers.Upgrades {
		if deprecated := u.From == "nodejs18.x"; (u.Lifecycle != nil) != deprecated || deprecated && u.Lifecycle.UpdateBlocked.String() != "2027-03-03" {
			t.Errorf("dates of %s are %+v", u.From, u.Lifecycle)
		}
	}
	for _, row := range []struct {
		format, in, want string
		times            int
	}{
		{"text", write(report.FormatText), "nodejs18.x to nodejs22.x * ", 2},
		{"text", write(report.FormatText), "* nodejs18.x: deprecated 2025-09-01, no new functions from 2027-02-01, no changes from 2027-03-03", 3},
		{"HTML", write(report.FormatHTML), `<th role="rowheader" scope="row">dotnet10 to dotnet-aot</th>`, 2},
		{"HTML", write(report.FormatHTML), "<li>nodejs18.x: deprecated 2025-09-01, no new functions from 2027-02-01, no changes from 2027-03-03</li>", 2},
		{"text", write(report.FormatText), "  java21 to java25, SnapStart ", 2},
		{"HTML", write(report.FormatHTML), `<th role="rowheader" scope="row">java21 to java21 SnapStart</th>`, 2},
		{"CSV", write(report.FormatCSV), ",upgrade,python3.9 to python3.11,", 4},
		{"Markdown", markdown.String(), "- Upgrade from java21 to java25, ", 2},
		{"Markdown", markdown.String(), "- Upgrade from nodejs18.x (deprecated 2025-09-01, no new functions from 2027-02-01, no changes from 2027-03-03) to nodejs22.x, hello: cold total x 1.2", 1},
	} {
		t.Run(row.format, func(t *testing.T) {
			if got := strings.Count(row.in, row.want); got != row.times {
				t.Errorf("%q is there %d times, want %d:\n%s", row.want, got, row.times, row.in[:min(len(row.in), 4000)])
			}
		})
	}
}

// TestOneWorkloadLeads wants the answers, the tables and the last lines of a command to
// begin with the same workload, by its name.
func TestOneWorkloadLeads(t *testing.T) {
	r := generations("us-east-1")
	const leads = "sha256, 2,000 iterations"
	var ending strings.Builder
	if err := report.Ending(&ending, r, "", console.Terminal{}); err != nil {
		t.Fatal(err)
	}
	written := text(t, r, console.Terminal{})
	for _, want := range []struct{ what, in, begins string }{
		{"the ending", ending.String(), "Fastest cold start of " + leads + ": "},
		{"the answers", written[strings.Index(written, "by the medians of"):], "by the medians of the cold total and of the warm duration of " + leads},
		{"the tables", written[strings.Index(written, ": medians of 30 cold starts")-len(leads+", x86_64, 512 MB"):], leads},
	} {
		got := strings.ReplaceAll(want.in, "\n    ", " ")
		if !strings.HasPrefix(got, want.begins) {
			t.Errorf("%s: %q, want %q", want.what, got[:min(len(got), 120)], want.begins)
		}
	}
	if all := answer.All(r); all[0].Event.Workload != functions.WorkloadSHA256 || all[1].Event.Workload != functions.WorkloadHello {
		t.Errorf("the answers are about %+v and %+v", all[0].Event, all[1].Event)
	}
}

// TestNoDollars wants GB-seconds where the region's prices are not known, and why.
func TestNoDollars(t *testing.T) {
	for _, row := range []struct{ region, why string }{
		{"eu-atlantis-1", "no dollars, since no prices are known of eu-atlantis-1"},
		{"", "no dollars, since the region was not recorded, and so no prices are known"},
	} {
		t.Run(row.region, func(t *testing.T) {
			r := generations(row.region)
			written, page := text(t, r, console.Terminal{}), html(t, r)
			if row.region != "" {
				golden.Compare(t, "no-dollars.txt", written)
			}
			for _, want := range []struct{ in, text string }{
				{written, "GB-seconds for a million invocations"}, {written, row.why}, {written, " GB-s against "},
				{page, "GB-seconds for a million invocations"}, {page, row.why}, {page, " GB-s</td>"},
			} {
				if !strings.Contains(strings.ReplaceAll(want.in, "\n    ", " "), want.text) {
					t.Errorf("%q is not there", want.text)
				}
			}
			if strings.Contains(written, "$") || strings.Contains(page, "per million warm") {
				t.Error("there are dollars")
			}
		})
	}
}
