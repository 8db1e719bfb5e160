package statsapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

var noon = time.Date(2026, time.March, 4, 12, 0, 0, 500_000_000, time.UTC)

// shelf is a Reader in memory.
type shelf struct {
	runs      []results.Run // newest first
	series    map[string][]results.SeriesRecord
	variants  map[string][]results.VariantSummary
	samples   map[string][]results.Sample // by cursor
	loads     map[string]*results.Load
	moments   []results.Moment
	daily     int
	functions []deployed.Function
	err       error
	fetched   int // how many runs were read with their samples
	reads     int // how many runs' series were read
}

func (s *shelf) Runs(_ context.Context, since time.Time) iter.Seq2[results.Run, error] {
	return func(yield func(results.Run, error) bool) {
		if s.err != nil {
			yield(results.Run{}, s.err)
			return
		}
		for _, r := range s.runs {
			if r.Manifest.Started.Before(since) || !yield(r, nil) {
				return
			}
		}
	}
}

func (s *shelf) RunsFrom(ctx context.Context, since, started time.Time, id string) iter.Seq2[results.Run, error] {
	place := results.Run{ID: id, Manifest: results.Manifest{Started: started}}
	i := slices.IndexFunc(s.runs, func(r results.Run) bool { return compareRuns(r, place) >= 0 })
	if i < 0 {
		i = len(s.runs)
	}
	return (&shelf{runs: s.runs[i:], err: s.err}).Runs(ctx, since)
}

func (s *shelf) CountRuns(ctx context.Context, since time.Time) (n int, err error) {
	for range s.Runs(ctx, since) {
		n++
	}
	return n, s.err
}

func (s *shelf) CountCells(ctx context.Context, since time.Time, f dynamo.Filter) (n int, err error) {
	for run := range s.Runs(ctx, since) {
		for _, item := range items(s.series[run.ID]) {
			if f.Matches(results.Series{Variant: item.cell.Variant, Event: item.cell.Event}) {
				n++
			}
		}
	}
	return n, s.err
}

func (s *shelf) Functions(context.Context) ([]deployed.Function, error) { return s.functions, s.err }

// compareRuns orders runs as a list does: the newest first.
func compareRuns(a, b results.Run) int {
	return cmp.Or(b.Manifest.Started.Compare(a.Manifest.Started), cmp.Compare(b.ID, a.ID))
}

func (s *shelf) Run(_ context.Context, id string) (results.Run, bool, error) {
	for _, r := range s.runs {
		if r.ID == id {
			return r, true, s.err
		}
	}
	return results.Run{}, false, s.err
}

func (s *shelf) SeriesOf(_ context.Context, run string) ([]results.SeriesRecord, error) {
	s.reads++
	return slices.Clone(s.series[run]), s.err
}

func (s *shelf) VariantsOf(_ context.Context, run string) ([]results.VariantSummary, error) {
	return slices.Clone(s.variants[run]), s.err
}

func (s *shelf) ValuesOf(_ context.Context, run string) (map[results.Series]results.Values, error) {
	return results.ValuesOf(slices.Values(s.samples[run])), s.err
}

func (s *shelf) Fetch(ctx context.Context, id string) (results.Run, error) {
	s.fetched++
	run, _, err := s.Run(ctx, id)
	run.Variants, run.Samples = slices.Clone(s.variants[id]), s.samples[id]
	load, logs, loadErr := s.LoadOf(ctx, id)
	return run, errors.Join(err, loadErr, run.AddLoad(load, logs))
}

// LoadOf has the loads' own logs; a run that had none is shown with that of "".
func (s *shelf) LoadOf(_ context.Context, run string) (*results.Load, []results.TargetLog, error) {
	load := s.loads[run]
	if load == nil {
		load = s.loads[""]
	}
	if load == nil {
		return nil, nil, s.err
	}
	logs, err := load.Logs()
	return load, logs, errors.Join(err, s.err)
}

func (s *shelf) WithValues(_ context.Context, run string, v results.VariantSummary) (results.VariantSummary, error) {
	v.Series = slices.Clone(v.Series)
	v.SetValues(results.ValuesOf(slices.Values(s.samples[run])))
	return v, s.err
}

func (s *shelf) SamplesFrom(_ context.Context, run, cursor string) iter.Seq2[results.Sample, error] {
	return func(yield func(results.Sample, error) bool) {
		for _, sample := range s.samples[run] {
			if dynamo.SampleCursor(sample) > cursor && !yield(sample, nil) {
				return
			}
		}
		if s.err != nil {
			yield(results.Sample{}, s.err)
		}
	}
}

func (s *shelf) History(_ context.Context, _ results.HistoryKey, since, now time.Time) ([]results.Moment, int, error) {
	return s.moments, s.daily, s.err
}

// add puts a run that found something in each of the series.
func (s *shelf) add(id string, started time.Time, series ...results.Series) {
	run := results.Run{ID: id, Manifest: results.Manifest{
		Tool: "workflow", Version: "v0.1.0", Platform: "aws", Region: "eu-central-1", Stage: "dev", Started: started, Ended: started.Add(9 * time.Minute), Seed: 7,
		Counts: &results.Counts{Cold: 30, Warm: 100, Rounds: 10},
	}}
	s.runs = append(s.runs, run)
	slices.SortFunc(s.runs, compareRuns)
	if s.series == nil {
		s.series = map[string][]results.SeriesRecord{}
	}
	for _, one := range series {
		s.series[id] = append(s.series[id], record(run, one))
	}
	slices.SortFunc(s.series[id], func(a, b results.SeriesRecord) int { return results.CompareSeries(a.Series, b.Series) })
}

func record(run results.Run, series results.Series) results.SeriesRecord {
	metric := func(p50 float64) results.MetricSummary {
		lo, hi, p90 := p50*0.9, p50*1.1, p50*1.5
		return results.MetricSummary{N: 30, Min: &lo, P50: &p50, P90: &p90, Max: &p90, P50Interval: []float64{lo, hi}}
	}
	r := results.SeriesRecord{
		Run: run.ID, Platform: deployed.AWS, Started: run.Manifest.Started, Series: series,
		FunctionName: "dev-" + series.Variant.Name(),
		Summary: results.SeriesSummary{
			Workload: string(series.Event.Workload), Iterations: series.Event.Iterations, Temperature: series.Temperature, N: 30,
			Metrics: map[string]results.MetricSummary{results.DurationMs: metric(2), results.BilledMs: metric(3), results.MaxMemoryUsedMB: metric(64)},
		},
	}
	if series.Temperature == results.Cold {
		r.Summary.Metrics[results.InitMs] = metric(128)
		r.Summary.Metrics[results.DurationMs] = metric(8)
	}
	if series.Variant.Language == "go" { // another language's functions say nothing of themselves here
		r.Summary.RuntimeMetrics = map[string]results.MetricSummary{"collections": metric(0), "heapAllocBytes": metric(200_000)}
	}
	return r
}

func variant(language, runtime string, architecture functions.Architecture, memoryMB int) matrix.Variant {
	return matrix.Variant{Function: "hello", Language: language, Runtime: runtime, Architecture: architecture, MemoryMB: memoryMB}
}

var (
	node = variant("nodejs", "nodejs22.x", functions.ARM64, 512)
	rust = variant("rust", "provided.al2023", functions.X8664, 128)
	gopl = variant("go", "provided.al2023", functions.ARM64, 1024)

	hello = functions.Event{Workload: functions.WorkloadHello}
	hash  = functions.Event{Workload: functions.WorkloadSHA256, Iterations: 1000}
)

// both is a cold and a warm series.
func both(v matrix.Variant, e functions.Event) []results.Series {
	return []results.Series{{Variant: v, Event: e, Temperature: results.Cold}, {Variant: v, Event: e, Temperature: results.Warm}}
}

// three are runs with everything that an answer can have.
func three() *shelf {
	s := &shelf{functions: []deployed.Function{{Variant: node}, {Variant: rust}, {Variant: gopl}}}
	s.add("run-1", noon, slices.Concat(both(node, hello), both(node, hash), both(rust, hello))...)
	s.add("run-2", noon.Add(2*time.Hour), slices.Concat(both(node, hello), both(gopl, hello),
		[]results.Series{
			{Variant: rust, Event: hello, Temperature: results.Warm}, // no cold start was proven
			{Variant: rust, Event: hello, Temperature: results.Proactive},
		})...)
	s.add("run-3", noon.Add(4*time.Hour)) // it is still going on
	s.runs[0].Manifest.Ended = time.Time{}
	return s
}

// many are n runs of two items each.
func many(n int) *shelf {
	s := &shelf{}
	for i := range n {
		s.add(fmt.Sprintf("run-%03d", i), noon.Add(time.Duration(i/2)*time.Hour), slices.Concat(both(node, hello), both(rust, hello))...)
	}
	return s
}

// serve is the API two days after noon.
func serve(r Reader) http.Handler {
	return &api{reader: r, now: func() time.Time { return noon.AddDate(0, 0, 2) }}
}

func get(t *testing.T, r Reader, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	serve(r).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil))
	return w
}

// answer gets a target that must succeed.
func answer[T any](t *testing.T, r Reader, target string) (v T) {
	t.Helper()
	w := get(t, r, target)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d %s", target, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("GET %s: %v", target, err)
	}
	return v
}
