package dynamo

import (
	"context"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Functions returns the functions of the stack, by variant. The stack puts them
// at [FunctionKey].
func (s *Store) Functions(ctx context.Context) ([]deployed.Function, error) {
	var found []deployed.Function
	for f, err := range decoded[deployed.Function](s.partition(ctx, functionsPartition, ""), "read the functions") {
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	slices.SortFunc(found, func(a, b deployed.Function) int { return matrix.Compare(a.Variant, b.Variant) })
	return found, nil
}
