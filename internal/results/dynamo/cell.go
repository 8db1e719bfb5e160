package dynamo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// The attributes of a cell, by which it is selected.
const (
	cellRuntime      = "runtime"
	cellLanguage     = "language"
	cellArchitecture = "architecture"
	cellMemoryMB     = "memoryMB"
	cellWorkload     = "workload"
	cellSnapStart    = "snapStart" // of cells with it
)

// cellItem says that a run has series of a variant and event.
func cellItem(r results.SeriesRecord) item {
	v := r.Series.Variant
	i := newItem(cellKey(r.Run, r.Series))
	i.index(cellsPartition, runMoment(r.Started, r.Run))
	i[cellRuntime], i[cellLanguage] = text(v.Runtime), text(v.Language)
	i[cellArchitecture], i[cellMemoryMB] = text(string(v.Architecture)), number(int64(v.MemoryMB))
	if v.SnapStart {
		i[cellSnapStart] = &types.AttributeValueMemberBOOL{Value: true}
	}
	i[cellWorkload] = text(string(r.Series.Event.Workload))
	return i
}

// Filter selects cells. An empty field does not restrict.
type Filter struct {
	// Runtimes are runtimes or languages, as -only takes them, or [matrix.SnapStart].
	Runtimes      matrix.Selection
	Languages     []string
	Architectures []functions.Architecture
	MemoriesMB    []int
	Workloads     []functions.Workload
}

// Matches says whether the filter selects the cell of a series.
func (f Filter) Matches(s results.Series) bool {
	return (len(f.Runtimes) == 0 || f.Runtimes.Has(s.Variant)) &&
		allows(f.Languages, s.Variant.Language) &&
		allows(f.Architectures, s.Variant.Architecture) &&
		allows(f.MemoriesMB, s.Variant.MemoryMB) &&
		allows(f.Workloads, s.Event.Workload)
}

func allows[T comparable](wanted []T, v T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, v)
}

// condition is the filter as DynamoDB's, and whether it restricts anything.
func (f Filter) condition() (all expression.ConditionBuilder, restricts bool) {
	and := func(c expression.ConditionBuilder) {
		if restricts {
			c = all.And(c)
		}
		all, restricts = c, true
	}
	if len(f.Runtimes) > 0 {
		any := in(cellRuntime, f.Runtimes).Or(in(cellLanguage, f.Runtimes))
		if f.Runtimes.NamesSnapStart() {
			any = any.Or(expression.Name(cellSnapStart).Equal(expression.Value(true)))
		}
		and(any)
	}
	if len(f.Languages) > 0 {
		and(in(cellLanguage, f.Languages))
	}
	if len(f.Architectures) > 0 {
		and(in(cellArchitecture, f.Architectures))
	}
	if len(f.MemoriesMB) > 0 {
		and(in(cellMemoryMB, f.MemoriesMB))
	}
	if len(f.Workloads) > 0 {
		and(in(cellWorkload, f.Workloads))
	}
	return all, restricts
}

// in is the condition that an attribute has one of the values, of which there is one at least.
func in[T any](attribute string, values []T) expression.ConditionBuilder {
	var operands []expression.OperandBuilder
	for _, v := range values {
		operands = append(operands, expression.Value(v))
	}
	return expression.Name(attribute).In(operands[0], operands[1:]...)
}

// CountCells is how many cells the filter selects in the runs since a time.
func (s *Store) CountCells(ctx context.Context, since time.Time, f Filter) (int, error) {
	b := expression.NewBuilder().WithKeyCondition(indexKey(cellsPartition, span{from: moment(since)}))
	if c, restricts := f.condition(); restricts {
		b = b.WithFilter(c)
	}
	n, err := s.count(ctx, b)
	if err != nil {
		return 0, fmt.Errorf("count the cells since %s: %w", moment(since), err)
	}
	return n, nil
}
