package dynamo_test

import (
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

func TestForget(t *testing.T) {
	each(t, func(t *testing.T, e *emulator) {
		ctx := t.Context()
		table := e.table(t)
		s := dynamo.New(e.Client(), table, dynamo.Options{})
		now := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
		for _, memory := range []int{128, 512} {
			e.putFunction(t, table, deployed.Function{Variant: matrix.Variant{Function: "hello", Language: "go", Runtime: "provided.al2023", Architecture: "arm64", MemoryMB: memory}})
		}
		if err := s.PutRun(ctx, results.Run{ID: "kept", Manifest: results.Manifest{Started: now}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Lease(ctx, "killed", time.Hour, now); err != nil {
			t.Fatal(err)
		}
		if err := s.Forget(ctx); err != nil {
			t.Fatal(err)
		}
		if left, err := s.Functions(ctx); err != nil || len(left) > 0 {
			t.Errorf("functions %v, error %v; want none", left, err)
		}
		if err := s.Lease(ctx, "next", time.Hour, now); err != nil {
			t.Errorf("the lease is still taken: %v", err)
		}
		if _, ok, err := s.Run(ctx, "kept"); !ok || err != nil {
			t.Errorf("the run is there: %v, error %v; want it kept", ok, err)
		}
	})
}
