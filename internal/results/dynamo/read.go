package dynamo

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// read gets one item, or nil.
func (s *Store) read(ctx context.Context, k key) (item, error) {
	var out *dynamodb.GetItemOutput
	err := patiently(ctx, func() (err error) {
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
	in := &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  map[string]string{"#pk": PartitionKey},
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text(pk)},
	}
	if prefix != "" {
		in.KeyConditionExpression = aws.String("#pk = :pk AND begins_with(#sk, :prefix)")
		in.ExpressionAttributeNames["#sk"] = SortKey
		in.ExpressionAttributeValues[":prefix"] = text(prefix)
	}
	return s.query(ctx, in)
}

// span is a part of a partition of the index; an empty end is open.
type span struct{ from, to string }

// newest yields items of the index, the last of the span first. A limit other
// than 0 is what the caller means to take.
func (s *Store) newest(ctx context.Context, pk string, in span, limit int) iter.Seq2[item, error] {
	q := &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(Index), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("#pk = :pk"),
		ExpressionAttributeNames:  map[string]string{"#pk": IndexPartitionKey},
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text(pk)},
	}
	if limit > 0 {
		q.Limit = aws.Int32(int32(min(limit, 1000)))
	}
	condition := ""
	switch {
	case in.from != "" && in.to != "":
		condition = " AND #sk BETWEEN :from AND :to"
	case in.from != "":
		condition = " AND #sk >= :from"
	case in.to != "":
		condition = " AND #sk <= :to"
	}
	if condition != "" {
		*q.KeyConditionExpression += condition
		q.ExpressionAttributeNames["#sk"] = IndexSortKey
	}
	for name, value := range map[string]string{":from": in.from, ":to": in.to} {
		if value != "" {
			q.ExpressionAttributeValues[name] = text(value)
		}
	}
	return s.query(ctx, q)
}

// query yields the items of all pages. After an error it ends.
func (s *Store) query(ctx context.Context, in *dynamodb.QueryInput) iter.Seq2[item, error] {
	return pages(ctx, func(from item) ([]map[string]types.AttributeValue, item, error) {
		page := *in
		page.ExclusiveStartKey = from
		var out *dynamodb.QueryOutput
		err := patiently(ctx, func() (err error) { out, err = s.client.Query(ctx, &page); return err })
		if err != nil {
			return nil, nil, err
		}
		return out.Items, out.LastEvaluatedKey, nil
	})
}

// scan yields every item of the table whose sort key begins with a prefix.
func (s *Store) scan(ctx context.Context, prefix string) iter.Seq2[item, error] {
	return pages(ctx, func(from item) ([]map[string]types.AttributeValue, item, error) {
		var out *dynamodb.ScanOutput
		err := patiently(ctx, func() (err error) {
			out, err = s.client.Scan(ctx, &dynamodb.ScanInput{
				TableName: &s.table, ConsistentRead: aws.Bool(true), ExclusiveStartKey: from,
				FilterExpression:          aws.String("begins_with(#sk, :prefix)"),
				ExpressionAttributeNames:  map[string]string{"#sk": SortKey},
				ExpressionAttributeValues: map[string]types.AttributeValue{":prefix": text(prefix)},
			})
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		return out.Items, out.LastEvaluatedKey, nil
	})
}

// pages turns a call that reads one page into the items of all.
func pages(ctx context.Context, page func(from item) ([]map[string]types.AttributeValue, item, error)) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for from := item(nil); ; {
			items, next, err := page(from)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, i := range items {
				if err := context.Cause(ctx); err != nil {
					yield(nil, err)
					return
				}
				if !yield(i, nil) {
					return
				}
			}
			if len(next) == 0 {
				return
			}
			from = next
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
