package dynamo_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// emulator makes empty tables.
type emulator struct {
	*dynamodb.Server
	tables atomic.Int32
}

// each runs a test against both emulators.
func each(t *testing.T, test func(t *testing.T, e *emulator)) {
	t.Run("dynoxide", func(t *testing.T) {
		if testing.Short() {
			t.Skip("-short: may fetch dynoxide")
		}
		e := start(t, dynamodb.Options{Cache: filepath.Join("..", "..", "..", ".build", "runtimes")})
		if e.Name != "dynoxide" {
			t.Skip("SKIPPED, NOT TESTED: dynoxide cannot be had here")
		}
		test(t, e)
	})
	t.Run("minidyn", func(t *testing.T) { test(t, start(t, dynamodb.Options{InProcess: true})) })
}

func start(t *testing.T, o dynamodb.Options) *emulator {
	t.Helper()
	o.Progress = t.Logf
	s, err := dynamodb.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &emulator{Server: s}
}

// table makes a table as the stack does, and returns its name.
func (e *emulator) table(t *testing.T) string {
	t.Helper()
	name := fmt.Sprintf("results-%d", e.tables.Add(1))
	err := e.CreateTable(t.Context(), dynamodb.Table{
		Name: name, HashKey: dynamo.PartitionKey, RangeKey: dynamo.SortKey, TTL: dynamo.Expires,
		Indexes: []dynamodb.Index{{Name: dynamo.Index, HashKey: dynamo.IndexPartitionKey, RangeKey: dynamo.IndexSortKey}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func (e *emulator) store(t *testing.T) *dynamo.Store {
	t.Helper()
	return dynamo.New(e.Client(), e.table(t), dynamo.Options{})
}

// putFunction puts a function as the stack does.
func (e *emulator) putFunction(t *testing.T, table string, f deployed.Function) {
	t.Helper()
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	pk, sk := dynamo.FunctionKey(f.Variant.Name())
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err = e.Client().PutItem(t.Context(), &awsdynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
		dynamo.PartitionKey: text(pk), dynamo.SortKey: text(sk), dynamo.Data: text(string(data)),
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// expire deletes a sample, as the table does when its time has come.
func (e *emulator) expire(t *testing.T, table string, s results.Sample) {
	t.Helper()
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err := e.Client().DeleteItem(t.Context(), &awsdynamodb.DeleteItemInput{TableName: &table, Key: map[string]types.AttributeValue{
		dynamo.PartitionKey: text("RUN#" + s.Run), dynamo.SortKey: text("SAMPLE#" + dynamo.SampleCursor(s)),
	}})
	if err != nil {
		t.Fatal(err)
	}
}
