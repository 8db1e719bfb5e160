package dynamo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// stored is a run as the workflow and the collector leave it in the table.
func stored(t *testing.T, store *dynamo.Store, id string, samples int) results.Run {
	t.Helper()
	want := results.Run{ID: id, Manifest: results.Manifest{Tool: "workflow", Started: noon, Status: results.RunFinished}}
	for i := range samples {
		want.Samples = append(want.Samples, resultstest.Sample(id, i))
	}
	want.Summarise()
	want.Variants[0].AnswerOK, want.Variants[0].Missed = new(true), map[results.Temperature]int{results.Proactive: 2}
	skipped := results.VariantSummary{Variant: resultstest.Variant("nodejs18.x"), Status: results.Skipped, Reason: "no toolchain"}
	want.Variants = slices.Insert(want.Variants, 0, skipped)
	values := results.ValuesOf(slices.Values(want.Samples))
	var records []results.SeriesRecord
	for _, v := range want.Variants {
		for _, s := range v.Series {
			s.Values = values[s.Of(v.Variant)].Kept()
			records = append(records, results.SeriesRecord{Run: id, Started: noon, Series: s.Of(v.Variant), Summary: s})
		}
	}
	for _, err := range []error{
		store.PutRun(t.Context(), results.Run{ID: id, Manifest: want.Manifest}),
		store.Put(t.Context(), want.Samples...),
		store.PutVariants(t.Context(), id, want.Variants...),
		store.PutSeries(t.Context(), id, records...),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return want
}

// A run that is fetched is the one that was measured.
func TestFetch(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		table := e.table(t)
		store := dynamo.New(e.Client(), table, dynamo.Options{})
		if _, err := store.Latest(t.Context()); !errors.Is(err, dynamo.ErrNoRun) {
			t.Errorf("latest of an empty table: %v", err)
		}
		want := stored(t, store, "run", 30)
		got, err := store.Fetch(t.Context(), "run")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		// Of a run whose samples have expired, in part or all, their values are left.
		for _, left := range []int{5, 0} {
			id := fmt.Sprint("expired-", left)
			whole := stored(t, store, id, 30)
			for _, sample := range whole.Samples[left:] {
				e.expire(t, table, sample)
			}
			got, err := store.Fetch(t.Context(), id)
			if diff := cmp.Diff(whole.Values(), got.Values()); err != nil || diff != "" || len(got.Samples) != left {
				t.Errorf("%s: %d samples, %v; values (-want +got):\n%s", id, len(got.Samples), err, diff)
			}
		}
		for _, id := range []string{"", "run9", strings.Repeat("r", 3000)} {
			if _, err := store.Fetch(t.Context(), id); !errors.Is(err, dynamo.ErrNoRun) {
				t.Errorf("run %.20q: %v", id, err)
			}
		}
		// A run that goes on is not the latest, and is summarised from its samples.
		later := results.Run{ID: "later", Manifest: results.Manifest{Started: noon.Add(time.Hour), Status: results.RunRunning}}
		if err := errors.Join(store.PutRun(t.Context(), later), store.Put(t.Context(), resultstest.Sample("later", 1))); err != nil {
			t.Fatal(err)
		}
		if id, err := store.Latest(t.Context()); id != "run" || err != nil {
			t.Errorf("latest %q, %v", id, err)
		}
		if got, err := store.Fetch(t.Context(), "later"); err != nil || len(got.Variants) != 1 || got.Variants[0].Series[0].N != 1 {
			t.Errorf("a run that goes on: %+v, %v", got, err)
		}
	})
}

// From any sample on, the others follow, each once.
func TestSamplesFrom(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := e.store(t)
		want := stored(t, store, "run", 30).Samples
		slices.SortFunc(want, func(a, b results.Sample) int { return strings.Compare(dynamo.SampleCursor(a), dynamo.SampleCursor(b)) })
		for i := range len(want) + 1 {
			cursor := ""
			if i > 0 {
				cursor = dynamo.SampleCursor(want[i-1])
			}
			if diff := cmp.Diff(want[i:], collect(t, store.SamplesFrom(t.Context(), "run", cursor))); i < len(want) && diff != "" {
				t.Fatalf("from %q (-want +got):\n%s", cursor, diff)
			}
		}
		for _, row := range []struct {
			name, cursor string
			fails        bool
		}{
			{"a sample that has gone", want[0].Variant.Name() + "#~", false},
			{"longer than a key", strings.Repeat("c", 2000), true},
		} {
			if err := last(store.SamplesFrom(t.Context(), "run", row.cursor)); (err != nil) != row.fails {
				t.Errorf("%s: %v", row.name, err)
			}
		}
	})
}
