package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The attributes of the lease. Its end is not called expires, which would make
// DynamoDB delete it.
const (
	leaseHolder = "holder"
	leaseUntil  = "untilMs"
)

// LeaseTakenError says that another holder has the lease.
type LeaseTakenError struct {
	// Holder is empty if the lease was free a moment later.
	Holder string
	Until  time.Time
}

func (e *LeaseTakenError) Error() string {
	if e.Holder == "" {
		return "the lease is not held"
	}
	return fmt.Sprintf("the lease is held by %s until %s", e.Holder, e.Until.UTC().Format(time.RFC3339))
}

// Lease takes the table's lease for a while, so that two runs never overlap. It
// succeeds if the lease is free or has expired, and for the holder itself, so that
// a step that is retried does not lock itself out. Otherwise the error is a
// [*LeaseTakenError].
func (s *Store) Lease(ctx context.Context, holder string, d time.Duration, now time.Time) error {
	err := s.putLease(ctx, holder, now.Add(d),
		"attribute_not_exists(#pk) OR #holder = :holder OR #until <= :now",
		map[string]string{"#pk": PartitionKey, "#holder": leaseHolder, "#until": leaseUntil},
		map[string]types.AttributeValue{":holder": text(holder), ":now": number(now.UnixMilli())})
	if err != nil {
		return fmt.Errorf("take the lease of table %s for %s: %w", s.table, holder, err)
	}
	return nil
}

// Renew extends the lease of its holder. If another holder has the lease, or it was
// released, the error is a [*LeaseTakenError].
func (s *Store) Renew(ctx context.Context, holder string, d time.Duration, now time.Time) error {
	err := s.putLease(ctx, holder, now.Add(d), "#holder = :holder",
		map[string]string{"#holder": leaseHolder}, map[string]types.AttributeValue{":holder": text(holder)})
	if err != nil {
		return fmt.Errorf("renew the lease of table %s for %s: %w", s.table, holder, err)
	}
	return nil
}

// Release ends the lease of its holder. It does nothing for another holder.
func (s *Store) Release(ctx context.Context, holder string) error {
	err := retry(ctx, func() error {
		_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: &s.table, Key: newItem(leaseKey),
			ConditionExpression:       aws.String("#holder = :holder"),
			ExpressionAttributeNames:  map[string]string{"#holder": leaseHolder},
			ExpressionAttributeValues: map[string]types.AttributeValue{":holder": text(holder)},
		})
		return err
	})
	if err != nil && !errors.As(err, new(*types.ConditionalCheckFailedException)) {
		return fmt.Errorf("release the lease of table %s for %s: %w", s.table, holder, err)
	}
	return nil
}

// putLease writes the lease on a condition. If the condition fails, the error names
// the holder.
func (s *Store) putLease(ctx context.Context, holder string, until time.Time, condition string, names map[string]string, values map[string]types.AttributeValue) error {
	if holder == "" {
		return errors.New("the holder has no name")
	}
	i := newItem(leaseKey)
	i[leaseHolder], i[leaseUntil] = text(holder), number(until.UnixMilli())
	err := retry(ctx, func() error {
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: &s.table, Item: i, ConditionExpression: &condition,
			ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		})
		return err
	})
	if !errors.As(err, new(*types.ConditionalCheckFailedException)) {
		return err
	}
	there, err := s.read(ctx, leaseKey)
	if err != nil {
		return fmt.Errorf("the lease is taken; read its holder: %w", err)
	}
	taken := &LeaseTakenError{Holder: there.text(leaseHolder)}
	if there != nil {
		ms, err := there.number(leaseUntil)
		if err != nil {
			return err
		}
		taken.Until = time.UnixMilli(ms)
	}
	return taken
}
