package workflow_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/collect"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow/workflowtest"
	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

var update = flag.Bool("update", false, "write the table of one run on AWS, on paper, into METHOD.md")

// The latencies that workflowtest.Usual does not have.
const (
	taskLatency  = 150 * time.Millisecond // Step Functions and Lambda, for one task
	tableLatency = 6 * time.Millisecond   // DynamoDB, for one call
)

// What one of them takes, for the dollars.
const (
	harnessGB = 0.5
	sampleKB  = 1.6 // a sample's item
	logKB     = 0.4 // what the platform logs of an invocation
)

// What AWS allows in an execution of Step Functions.
const (
	maxHistory      = 25_000
	maxPayloadBytes = 256 << 10
)

const (
	fullRun  = `{"cold":30,"warm":100,"seed":1,"concurrency":%d}`
	tenRound = `{"cold":30,"warm":100,"rounds":10,"seed":1,"concurrency":%d}`
	shortRun = `{"cold":2,"warm":7,"seed":1,"concurrency":%d}`
)

// simulation is one run of the whole machine in modelled time.
type simulation struct {
	variants, concurrency int
	usage                 states.Usage
	calls, table          map[string]int
	throttled             int
	took                  time.Duration
	tally                 results.Tally
	largestPayload        int64
	dollars               float64
	// restores are of snapshots, and snapStart are the dollars for both.
	restores  int
	snapStart float64
}

// hashAt512MB is what a hash takes where a function has 0.29 of a processor.
const hashAt512MB = 7 * time.Microsecond

func simulate(t *testing.T, cells []matrix.Variant, concurrency int, input string) (s simulation) {
	t.Helper()
	variants := len(cells)
	synctest.Test(t, func(t *testing.T) {
		latencies := workflowtest.Usual()
		if cells[0].SnapStart {
			latencies.Iteration = hashAt512MB // the environments that are held are held by hashing
		}
		cloud := workflowtest.NewCloud(latencies, cells...)
		// One tail of each function is missing, so that the collector has something to do.
		cloud.Alter = func(i *workflowtest.Invocation) { i.NoTail = i.N == 15 }
		h := newHarness(t, cloud)
		h.overhead = taskLatency
		var mu sync.Mutex
		table := map[string]int{}
		h.table.Calls = func(method string) error {
			mu.Lock()
			table[method]++
			mu.Unlock()
			time.Sleep(tableLatency)
			return nil
		}
		began := time.Now()
		_, usage, err := h.execute(t, "on-paper", fmt.Sprintf(input, concurrency))
		if err != nil {
			t.Fatal(err)
		}
		s = simulation{
			variants: variants, concurrency: concurrency, usage: usage, calls: cloud.Calls(), table: table,
			throttled: cloud.Throttled(), took: time.Since(began), largestPayload: h.mostBytes.Load(),
		}
		h.table.Calls = nil
		s.tally = collect.Total(h.tallies(t, "on-paper"))
		h.checkRestored(t)
		h.checkNoVersions(t)
		prices, _ := cost.PricesIn("us-east-1")
		for _, fn := range cloud.Functions() {
			restores, existed := cloud.Snapshots(fn.ARN)
			s.restores += restores
			s.snapStart += float64(restores) * prices.Restore(fn.Variant).USD
			for _, d := range existed {
				s.snapStart += prices.Snapshot(fn.Variant, d).USD
			}
		}
		s.dollars += s.snapStart
		invocations, tasks := float64(s.tally.Invocations), float64(usage.Tasks)
		writes := 2*invocations + float64(table["Renew"]+table["Keep"]+table["PutSeries"]+table["PutRun"])
		for name, quantity := range map[string]float64{
			"states.transition":     float64(usage.Transitions),
			"lambda.request":        invocations + tasks,
			"lambda.duration.arm64": cloud.GBSeconds() + time.Duration(h.busy.Load()).Seconds()*harnessGB,
			"dynamodb.write":        writes,
			"dynamodb.read":         float64(h.table.SamplesRead()) * sampleKB / 4,
			"logs.ingestion":        (invocations + tasks) * logKB / 1e6,
		} {
			price, ok := prices.Prices[name]
			if !ok {
				t.Fatalf("there is no price of %s", name)
			}
			s.dollars += quantity * price.USD
		}
	})
	return s
}

// check holds the run against what AWS allows.
func (s simulation) check(t *testing.T) {
	t.Helper()
	if s.tally.Asked != s.tally.Stored || s.tally.Late != s.variants {
		t.Errorf("%d samples asked for, %d stored, %d supplied from logs; losses %v", s.tally.Asked, s.tally.Stored, s.tally.Late, s.tally.Losses)
	}
	if s.usage.Events > maxHistory || s.usage.MaxChildEvents > maxHistory {
		t.Errorf("histories of %d and %d events, want %d at most", s.usage.Events, s.usage.MaxChildEvents, maxHistory)
	}
	if s.largestPayload > maxPayloadBytes {
		t.Errorf("a payload of %d bytes, want %d at most", s.largestPayload, maxPayloadBytes)
	}
	for call, quota := range map[string]float64{
		"UpdateFunctionConfiguration": workflowtest.ControlPlanePerSecond,
		"GetFunction":                 workflowtest.GetFunctionPerSecond,
		"FilterLogEvents":             workflowtest.FilterLogEventsPerSecond,
	} {
		// What is above the quota was throttled by the cloud and sent again; most must not be.
		if rate := float64(s.calls[call]) / s.took.Seconds(); rate > 1.2*quota {
			t.Errorf("%.1f calls of %s a second on average, want %v", rate, call, quota)
		}
	}
}

const tableHead = `| variants | at once | minutes | invocations | UpdateFunctionConfiguration | GetFunction | FilterLogEvents | throttled | table calls | state transitions | child executions | events, longest child's | largest payload | dollars |
| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
`

func (s simulation) row() string {
	calls := 0
	for _, n := range s.table {
		calls += n
	}
	return fmt.Sprintf("| %d | %d | %.1f | %d | %d | %d | %d | %d | %d | %d | %d | %d, %d | %.1f KB | %.2f |\n",
		s.variants, s.concurrency, s.took.Minutes(), s.calls["Invoke"], s.calls["UpdateFunctionConfiguration"], s.calls["GetFunction"],
		s.calls["FilterLogEvents"], s.throttled, calls, s.usage.Transitions, s.usage.Children, s.usage.Events, s.usage.MaxChildEvents,
		float64(s.largestPayload)/1024, s.dollars)
}

// The documented run: 14 variants, 30 cold and 100 warm samples of each and
// workload. With -update 100 and 1,000 variants are simulated too, which takes minutes.
func TestOneRunOnPaper(t *testing.T) {
	small := simulate(t, workflowtest.Variants(14), 20, fullRun)
	small.check(t)
	t.Log("\n" + tableHead + small.row())
	if limit := 10 * time.Minute; small.took > limit {
		t.Errorf("14 variants take %v, want %v at most", small.took, limit)
	}
	method, err := os.ReadFile("../../METHOD.md")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		table := tableHead + small.row()
		for _, size := range [][2]int{{100, 20}, {1000, 20}, {1000, 30}} {
			s := simulate(t, workflowtest.Variants(size[0]), size[1], fullRun)
			s.check(t)
			table += s.row()
		}
		const begin, end = "<!-- one run on paper -->\n", "<!-- end -->\n"
		before, rest, ok := strings.Cut(string(method), begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("METHOD.md has no place for the table between %q and %q", begin, end)
		}
		if err := os.WriteFile("../../METHOD.md", []byte(before+begin+table+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Contains(method, []byte(small.row())) {
		t.Errorf("METHOD.md does not have this row, run go test ./internal/workflow -run OnPaper -update -timeout 30m:\n%s", small.row())
	}
}

const snapStartHead = `| cells with SnapStart | at once | minutes | restores | invocations | PublishVersion | ListVersionsByFunction | DeleteFunction | throttled | state transitions | dollars | of them restores and snapshots |
| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
`

func (s simulation) snapStartRow() string {
	return fmt.Sprintf("| %d | %d | %.1f | %d | %d | %d | %d | %d | %d | %d | %.2f | %.2f |\n",
		s.variants, s.concurrency, s.took.Minutes(), s.restores, s.calls["Invoke"], s.calls["PublishVersion"], s.calls["ListVersionsByFunction"],
		s.calls["DeleteFunction"], s.throttled, s.usage.Transitions, s.dollars, s.snapStart)
}

// TestSnapStartOnPaper simulates the cells with SnapStart of include: current,snapstart.
func TestSnapStartOnPaper(t *testing.T) {
	s := simulate(t, workflowtest.SnapStartVariants(14), 10, tenRound)
	s.check(t)
	t.Log("\n" + snapStartHead + s.snapStartRow())
	// 30 cold starts of two workloads are 60 restores of each cell.
	if want := 14 * 60; s.restores < want || s.restores > want*11/10 {
		t.Errorf("%d restores, want %d or a few more", s.restores, want)
	}
	if n := s.calls["PublishVersion"]; n != 14 {
		t.Errorf("%d versions were published, want 14", n)
	}
	method, err := os.ReadFile("../../METHOD.md")
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- SnapStart on paper -->\n", "<!-- end of SnapStart on paper -->\n"
	before, rest, ok := strings.Cut(string(method), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("METHOD.md has no place for the table between %q and %q", begin, end)
	}
	want := snapStartHead + s.snapStartRow()
	if *update {
		if err := os.WriteFile("../../METHOD.md", []byte(before+begin+want+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if table != want {
		t.Errorf("METHOD.md does not have this, run go test ./internal/workflow -run SnapStartOnPaper -update:\n%s", want)
	}
}

// A thousand variants for two rounds: payloads and rates grow with the variants.
func TestAThousandVariantsStayBelowTheQuotas(t *testing.T) {
	if testing.Short() {
		t.Skip("a simulation of a thousand variants: -short")
	}
	s := simulate(t, workflowtest.Variants(1000), 20, shortRun)
	s.check(t)
	t.Log("\n" + tableHead + s.row())
}

// The parent's history grows with the rounds alone.
func TestTheLongestRunStaysBelowTheHistoryLimit(t *testing.T) {
	two := simulate(t, workflowtest.Variants(1), 1, shortRun)
	three := simulate(t, workflowtest.Variants(1), 1, strings.Replace(shortRun, `"cold":2`, `"cold":3`, 1))
	const mostRounds = 1000 // what an input may ask for
	perRound := three.usage.Events - two.usage.Events
	if events := two.usage.Events + (mostRounds-2)*perRound; perRound <= 0 || events > maxHistory {
		t.Errorf("%d rounds of %d events make %d, want %d at most", mostRounds, perRound, events, maxHistory)
	}
}
