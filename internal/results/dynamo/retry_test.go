package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
)

// busy is a DynamoDB that has not the capacity for everything.
type busy struct {
	dynamo.API // nil: a call that is not expected panics
	// takes is how many items of the n-th batch, from 0, are processed.
	takes func(n int) int
	// fails is the n-th call's error, or nil.
	fails func(n int) error

	calls   int
	sizes   []int
	written []string
}

func (b *busy) BatchWriteItem(_ context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	n := b.calls
	b.calls++
	if b.fails != nil {
		if err := b.fails(n); err != nil {
			return nil, err
		}
	}
	requests := in.RequestItems["table"]
	b.sizes = append(b.sizes, len(requests))
	take := len(requests)
	if b.takes != nil {
		take = min(take, b.takes(n))
	}
	for _, r := range requests[:take] {
		b.written = append(b.written, r.PutRequest.Item[dynamo.SortKey].(*types.AttributeValueMemberS).Value)
	}
	out := &dynamodb.BatchWriteItemOutput{}
	if take < len(requests) {
		out.UnprocessedItems = map[string][]types.WriteRequest{"table": requests[take:]}
	}
	return out, nil
}

func (b *busy) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	n := b.calls
	b.calls++
	return &dynamodb.PutItemOutput{}, b.fails(n)
}

var throttled = &types.ProvisionedThroughputExceededException{}

func samples(n int) []results.Sample {
	all := make([]results.Sample, n)
	for i := range all {
		all[i] = resultstest.Sample("a", i)
	}
	return all
}

func TestBatches(t *testing.T) {
	for _, row := range []struct {
		name  string
		items int
		takes func(n int) int
		fails func(n int) error
		sizes []int
		// want is a part of the error; empty is none.
		want string
	}{
		{name: "nothing"},
		{name: "one batch", items: 25, sizes: []int{25}},
		{name: "one more", items: 26, sizes: []int{25, 1}},
		{name: "a part is left", items: 30, takes: func(n int) int { return []int{10, 3, 25, 25}[n] }, sizes: []int{25, 15, 12, 5}},
		{name: "slow, but it goes on", items: 25, takes: func(int) int { return 1 },
			sizes: []int{25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{name: "stuck for a while", items: 5, takes: func(n int) int { return n / 9 * 5 }, sizes: []int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5}},
		{name: "stuck for good", items: 5, takes: func(int) int { return 0 }, sizes: slices.Repeat([]int{5}, 10), want: "the same 5 items unprocessed 10 times"},
		{name: "the whole batch throttled", items: 5, fails: func(n int) error {
			if n < 9 {
				return throttled
			}
			return nil
		}, sizes: []int{5}},
		{name: "throttled for good", items: 5, fails: func(int) error { return throttled }, want: "after 10 tries"},
		{name: "out of order for good", items: 5, fails: func(n int) error {
			if n == 4 {
				panic("a service that is out of order was tried a fifth time")
			}
			return &smithy.GenericAPIError{Code: "InternalServerError", Message: "database or disk is full"}
		}, want: "after 4 tries: api error InternalServerError: database or disk is full"},
		{name: "refused", items: 5, fails: func(n int) error {
			if n == 1 {
				panic("a refusal was tried again")
			}
			return &smithy.GenericAPIError{Code: "ValidationException", Message: "no"}
		}, want: "ValidationException"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &busy{takes: row.takes, fails: row.fails}
				began := time.Now()
				err := dynamo.New(b, "table", dynamo.Options{}).Replace(t.Context(), samples(row.items)...)
				if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
					t.Fatalf("error %v, want one that says %q", err, row.want)
				}
				if !slices.Equal(b.sizes, row.sizes) {
					t.Errorf("batches of %v, want %v", b.sizes, row.sizes)
				}
				if row.want == "" {
					slices.Sort(b.written)
					if len(slices.Compact(b.written)) != row.items {
						t.Errorf("%d items were written, want %d", len(b.written), row.items)
					}
				}
				if took := time.Since(began); took > 20*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// Waiting for capacity ends with the context, and the error says both.
func TestBackoffEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		store := dynamo.New(&busy{fails: func(int) error { return throttled }}, "table", dynamo.Options{})
		began := time.Now()
		err := store.PutRun(ctx, results.Run{ID: "a"})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, new(*types.ProvisionedThroughputExceededException)) {
			t.Errorf("error %v, want the context's and the throttling", err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v, want 1s", took)
		}
	})
}

// The pauses grow, so that a throttled table gets air.
func TestBackoffGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		b := &busy{fails: func(int) error { at = append(at, time.Now()); return fmt.Errorf("put: %w", throttled) }}
		if err := dynamo.New(b, "table", dynamo.Options{}).PutRun(t.Context(), results.Run{ID: "a"}); err == nil {
			t.Fatal("no error")
		}
		if len(at) != 10 {
			t.Fatalf("%d calls, want 10", len(at))
		}
		for i := range at[1:] {
			limit := min(50*time.Millisecond<<i, 5*time.Second)
			if pause := at[i+1].Sub(at[i]); pause < limit/2 || pause >= limit {
				t.Errorf("pause %d is %v, want %v to %v", i+1, pause, limit/2, limit)
			}
		}
	})
}
