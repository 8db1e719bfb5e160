package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/local/deploy"
	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// databaseOptions say where the results of a stage are kept.
type databaseOptions struct {
	cache string // for what is fetched
	// history is the file that outlives the run.
	history string
	console *console.Console
	// unmeasured are the variants that the workflow must leave alone.
	unmeasured []matrix.Variant
}

// startDatabase starts a DynamoDB with the plan's tables and items. The error of
// anything but ctx is about this machine.
func (m *machine) startDatabase(ctx context.Context, tables []deploy.Table, o databaseOptions) (*dynamodb.Server, error) {
	file, err := m.history(o)
	if err != nil {
		return nil, err
	}
	server, err := openDatabase(ctx, tables, o, file)
	if file != "" && dynamodb.Unreadable(err) {
		if err := setAside(file, time.Now(), err, o.console); err != nil {
			return nil, err
		}
		server, err = openDatabase(ctx, tables, o, file)
	}
	if err != nil {
		return nil, err
	}
	m.closers = append(m.closers, server.Close)
	m.database = server.Name + " " + server.Version
	if file != "" {
		m.database += ", " + file
	}
	return server, nil
}

// openDatabase starts the server of a file, and puts the plan's tables and items into it.
func openDatabase(ctx context.Context, tables []deploy.Table, o databaseOptions, file string) (_ *dynamodb.Server, err error) {
	server, err := dynamodb.Start(ctx, dynamodb.Options{Cache: o.cache, File: file, Progress: o.console.Printf})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, server.Close())
		}
	}()
	client := server.Client()
	for _, t := range tables {
		if err := server.CreateTable(ctx, t.Table); err != nil {
			return nil, err
		}
		// No other process works in this table: this one holds the lock of its file.
		if err := dynamo.New(client, t.Name, dynamo.Options{}).Forget(ctx); err != nil {
			return nil, err
		}
		for _, item := range t.Items {
			if err := put(ctx, client, t.Name, item, o.unmeasured); err != nil {
				return nil, fmt.Errorf("table %s: %w", t.Name, err)
			}
		}
	}
	return server, nil
}

// put writes one of the stack's items, which has strings only, unless it is
// the entry of a function that is not to be measured.
func put(ctx context.Context, client *awsdynamodb.Client, table string, item json.RawMessage, unmeasured []matrix.Variant) error {
	var fields map[string]struct{ S *string }
	if err := json.Unmarshal(item, &fields); err != nil {
		return fmt.Errorf("item: %w", err)
	}
	values := map[string]types.AttributeValue{}
	text := map[string]string{}
	for name, field := range fields {
		if field.S == nil {
			return fmt.Errorf("item: attribute %s is no string, and local knows no other", name)
		}
		values[name], text[name] = &types.AttributeValueMemberS{Value: *field.S}, *field.S
	}
	for _, v := range unmeasured {
		if pk, sk := dynamo.FunctionKey(v.Name()); text[dynamo.PartitionKey] == pk && text[dynamo.SortKey] == sk {
			return nil
		}
	}
	_, err := client.PutItem(ctx, &awsdynamodb.PutItemInput{TableName: &table, Item: values})
	return err
}
