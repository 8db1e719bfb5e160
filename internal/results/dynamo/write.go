package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxBatch is DynamoDB's limit for a BatchWriteItem.
const maxBatch = 25

// write puts an item, whatever is there.
func (s *Store) write(ctx context.Context, i item) error {
	return retry(ctx, func() error {
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: i})
		return err
	})
}

// writeNew puts an item unless there is one with its key.
func (s *Store) writeNew(ctx context.Context, i item) error {
	err := retry(ctx, func() error {
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &s.table, Item: i,
			ConditionExpression:      aws.String("attribute_not_exists(#pk)"),
			ExpressionAttributeNames: map[string]string{"#pk": PartitionKey},
		})
		return err
	})
	if errors.As(err, new(*types.ConditionalCheckFailedException)) {
		return nil
	}
	return err
}

// writeAll puts items in batches, whatever is there. Of two with one key the
// last one counts.
func (s *Store) writeAll(ctx context.Context, items []item) error {
	byKey := map[key]int{}
	var unique []item
	for _, i := range items {
		if at, ok := byKey[i.key()]; ok { // DynamoDB refuses a batch that has a key twice
			unique[at] = i
			continue
		}
		byKey[i.key()] = len(unique)
		unique = append(unique, i)
	}
	for batch := range slices.Chunk(unique, maxBatch) {
		if err := s.writeBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// writeBatch puts at most [maxBatch] items. DynamoDB answers without an error and
// returns the items that it had no capacity for.
func (s *Store) writeBatch(ctx context.Context, batch []item) error {
	left := make([]types.WriteRequest, len(batch))
	for i := range batch {
		left[i] = types.WriteRequest{PutRequest: &types.PutRequest{Item: batch[i]}}
	}
	for try := 1; ; {
		var out *dynamodb.BatchWriteItemOutput
		err := retry(ctx, func() (err error) {
			out, err = s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{s.table: left}})
			return err
		})
		if err != nil {
			return err
		}
		unprocessed := out.UnprocessedItems[s.table]
		if len(unprocessed) == 0 {
			return nil
		}
		if len(unprocessed) < len(left) {
			try = 1
		}
		if try == throttleTries {
			return fmt.Errorf("DynamoDB left the same %d items unprocessed %d times: it is throttling the table %s", len(unprocessed), throttleTries, s.table)
		}
		left = unprocessed
		if err := pause(ctx, try); err != nil {
			return fmt.Errorf("%d items are still unprocessed: %w", len(left), err)
		}
		try++
	}
}
