package dynamo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// small is a DynamoDB whose pages end after a few items, where AWS's end after 1 MB.
type small struct{ dynamo.API }

func (s small) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	page := *in
	page.Limit = aws.Int32(7)
	return s.API.Query(ctx, &page, o...)
}

func TestSmallPages(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		store := dynamo.New(small{e.Client()}, e.table(t), dynamo.Options{})
		all := samples(60)
		if err := store.Put(t.Context(), all...); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(all, collect(t, store.Samples(t.Context(), "a"))); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		for i := range 30 {
			run := fmt.Sprintf("run%02d", i)
			started := noon.Add(time.Duration(i) * time.Minute)
			if err := store.PutRun(t.Context(), results.Run{ID: run, Manifest: results.Manifest{Started: started}}); err != nil {
				t.Fatal(err)
			}
			if err := store.PutSeries(t.Context(), run, record(run, started, series(results.Cold, i%3), 1)); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(collect(t, store.Runs(t.Context(), noon))); n != 30 {
			t.Errorf("%d runs, want 30", n)
		}
		if n, err := store.CountRuns(t.Context(), noon.Add(10*time.Minute)); n != 20 || err != nil {
			t.Errorf("%d runs counted, %v; want 20", n, err)
		}
		if n, err := store.CountCells(t.Context(), noon, dynamo.Filter{Languages: []string{"nodejs"}}); n != 30 || err != nil {
			t.Errorf("%d cells counted, %v; want 30", n, err)
		}
	})
}
