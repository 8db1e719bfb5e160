package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// API is the part of the SDK's client that a store calls.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

var _ API = (*dynamodb.Client)(nil)

// Options of a store.
type Options struct {
	// SampleTTL is how long after its start a sample stays, and a raw line after its
	// own time. Zero keeps them.
	SampleTTL time.Duration
}

// Store is a table of results. It may be used by several goroutines at once.
type Store struct {
	client  API
	table   string
	options Options
}

// New returns a store in a table that exists.
func New(client API, table string, o Options) *Store {
	return &Store{client: client, table: table, options: o}
}
