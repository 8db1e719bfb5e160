package dynamo

import (
	"context"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// PutFunction puts a function that is to be measured. On AWS the stack does.
func (s *Store) PutFunction(ctx context.Context, f deployed.Function) error {
	name := f.Variant.Name()
	pk, sk := FunctionKey(name)
	i := newItem(key{pk, sk})
	err := i.setData(f)
	if err == nil {
		err = s.write(ctx, i)
	}
	if err != nil {
		return fmt.Errorf("put function %s: %w", name, err)
	}
	return nil
}

// Functions returns the functions that are to be measured, by variant.
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
