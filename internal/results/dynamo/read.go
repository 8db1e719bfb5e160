package dynamo

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// read gets one item, or nil.
func (s *Store) read(ctx context.Context, k key) (item, error) {
	var out *dynamodb.GetItemOutput
	err := retry(ctx, func() (err error) {
		out, err = s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: newItem(k), ConsistentRead: aws.Bool(true)})
		return err
	})
	if err != nil || len(out.Item) == 0 {
		return nil, err
	}
	return out.Item, nil
}

// partition yields the items of a partition whose sort keys begin with a prefix, in their order.
func (s *Store) partition(ctx context.Context, pk, prefix string) iter.Seq2[item, error] {
	return s.query(ctx, partitionKey(pk, prefix), consistent())
}

// partitionKey is the condition for the items of a partition whose sort keys begin with a prefix.
func partitionKey(pk, prefix string) expression.Builder {
	condition := expression.Key(PartitionKey).Equal(expression.Value(pk))
	if prefix != "" {
		condition = condition.And(expression.Key(SortKey).BeginsWith(prefix))
	}
	return expression.NewBuilder().WithKeyCondition(condition)
}

// consistent is a query of the table that sees every write before it.
func consistent() dynamodb.QueryInput { return dynamodb.QueryInput{ConsistentRead: aws.Bool(true)} }

// span is a part of a partition of the index, both ends included; an empty end is open.
type span struct{ from, to string }

// indexKey is the condition for the items of a span of the index.
func indexKey(pk string, in span) expression.KeyConditionBuilder {
	condition := expression.Key(IndexPartitionKey).Equal(expression.Value(pk))
	sk, from, to := expression.Key(IndexSortKey), expression.Value(in.from), expression.Value(in.to)
	switch {
	case in.from != "" && in.to != "":
		return condition.And(sk.Between(from, to))
	case in.from != "":
		return condition.And(sk.GreaterThanEqual(from))
	case in.to != "":
		return condition.And(sk.LessThanEqual(to))
	}
	return condition
}

// newest yields the items of a span of the index, the last one first.
func (s *Store) newest(ctx context.Context, pk string, in span) iter.Seq2[item, error] {
	return s.query(ctx, expression.NewBuilder().WithKeyCondition(indexKey(pk, in)),
		dynamodb.QueryInput{IndexName: aws.String(Index), ScanIndexForward: aws.Bool(false)})
}

// count is how many items of the index an expression selects.
func (s *Store) count(ctx context.Context, b expression.Builder) (int, error) {
	n := 0
	for page, err := range s.pages(ctx, b, dynamodb.QueryInput{IndexName: aws.String(Index), Select: types.SelectCount}) {
		if err != nil {
			return 0, err
		}
		n += int(page.Count)
	}
	return n, nil
}

// query yields the items that an expression selects. After an error it ends.
func (s *Store) query(ctx context.Context, b expression.Builder, in dynamodb.QueryInput) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for page, err := range s.pages(ctx, b, in) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, i := range page.Items {
				if err := context.Cause(ctx); err != nil {
					yield(nil, err)
					return
				}
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// pages yields the pages of a query. After an error it ends.
func (s *Store) pages(ctx context.Context, b expression.Builder, in dynamodb.QueryInput) iter.Seq2[*dynamodb.QueryOutput, error] {
	return func(yield func(*dynamodb.QueryOutput, error) bool) {
		e, err := b.Build()
		if err != nil {
			yield(nil, err)
			return
		}
		in.TableName, in.KeyConditionExpression, in.FilterExpression = &s.table, e.KeyCondition(), e.Filter()
		in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.Names(), e.Values()
		for {
			var out *dynamodb.QueryOutput
			err := retry(ctx, func() (err error) { out, err = s.client.Query(ctx, &in); return err })
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(out, nil) || len(out.LastEvaluatedKey) == 0 {
				return
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
}

// decoded yields the items' data. After an error it ends.
func decoded[T any](items iter.Seq2[item, error], doing string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for i, err := range items {
			var v T
			if err == nil {
				err = i.data(&v)
			}
			if err != nil {
				var none T
				yield(none, wrap(doing, err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
	}
}
