package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Forget deletes what belongs to a deployment and not to its results: the
// functions to measure, and the lease. It is for a table that outlives its stack,
// as the local one does; on AWS the stack deletes its own items. The caller must
// know that no run is under way.
func (s *Store) Forget(ctx context.Context) error {
	stale := []item{newItem(leaseKey)}
	for i, err := range s.partition(ctx, functionsPartition, "") {
		if err != nil {
			return fmt.Errorf("forget the functions of table %s: %w", s.table, err)
		}
		stale = append(stale, newItem(i.key()))
	}
	for _, i := range stale {
		err := retry(ctx, func() error {
			_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: i})
			return err
		})
		if err != nil {
			return fmt.Errorf("forget the functions of table %s: %w", s.table, err)
		}
	}
	return nil
}
