package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Table describes a table. All keys are strings, as those of the stack's tables are.
type Table struct {
	Name string
	// HashKey and RangeKey name attributes; RangeKey may be empty.
	HashKey, RangeKey string
	// Indexes are global ones that project every attribute.
	Indexes []Index
	// TTL names the attribute with the time, in seconds, after which an item goes;
	// empty means that items stay.
	TTL string
}

// Index is a global secondary index.
type Index struct{ Name, HashKey, RangeKey string }

// CreateTable makes a table, unless the server's file has it already. A table
// of the file that has other keys is an error.
func (s *Server) CreateTable(ctx context.Context, t Table) error {
	client := s.Client()
	in := t.input()
	_, err := client.CreateTable(ctx, in)
	if errors.As(err, new(*types.ResourceInUseException)) {
		return s.sameTable(ctx, client, in)
	}
	if err != nil {
		return fmt.Errorf("create table %s: %w", t.Name, err)
	}
	if t.TTL == "" || slices.Contains(s.Lacks, TimeToLive) {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{
		TableName:               &t.Name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &t.TTL, Enabled: aws.Bool(true)},
	})
	if err != nil {
		return fmt.Errorf("create table %s: set its time to live: %w", t.Name, err)
	}
	return nil
}

func (t Table) input() *sdk.CreateTableInput {
	in := &sdk.CreateTableInput{TableName: &t.Name, BillingMode: types.BillingModePayPerRequest}
	keys := func(hash, rng string) []types.KeySchemaElement {
		schema := []types.KeySchemaElement{{AttributeName: &hash, KeyType: types.KeyTypeHash}}
		if rng != "" {
			schema = append(schema, types.KeySchemaElement{AttributeName: &rng, KeyType: types.KeyTypeRange})
		}
		for _, k := range schema {
			defined := func(d types.AttributeDefinition) bool { return *d.AttributeName == *k.AttributeName }
			if !slices.ContainsFunc(in.AttributeDefinitions, defined) {
				in.AttributeDefinitions = append(in.AttributeDefinitions,
					types.AttributeDefinition{AttributeName: k.AttributeName, AttributeType: types.ScalarAttributeTypeS})
			}
		}
		return schema
	}
	in.KeySchema = keys(t.HashKey, t.RangeKey)
	for _, i := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(i.Name), KeySchema: keys(i.HashKey, i.RangeKey),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		})
	}
	return in
}

// sameTable checks that the table which is there has the keys that are wanted.
func (s *Server) sameTable(ctx context.Context, client *sdk.Client, want *sdk.CreateTableInput) error {
	out, err := client.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: want.TableName})
	if err != nil {
		return fmt.Errorf("create table %s: it is there already: %w", *want.TableName, err)
	}
	got := &sdk.CreateTableInput{KeySchema: out.Table.KeySchema}
	for _, i := range out.Table.GlobalSecondaryIndexes {
		got.GlobalSecondaryIndexes = append(got.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: i.IndexName, KeySchema: i.KeySchema})
	}
	if a, b := keysOf(got), keysOf(want); a != b {
		return fmt.Errorf("create table %s: a table of that name is there with the keys %s, not %s; delete its file to begin anew", *want.TableName, a, b)
	}
	return nil
}

// keysOf writes a table's keys and those of its indexes, in a fixed order.
func keysOf(t *sdk.CreateTableInput) string {
	names := func(schema []types.KeySchemaElement) string {
		text := ""
		for _, k := range schema {
			text += " " + aws.ToString(k.AttributeName)
		}
		return text
	}
	var indexes []string
	for _, i := range t.GlobalSecondaryIndexes {
		indexes = append(indexes, aws.ToString(i.IndexName)+":"+names(i.KeySchema))
	}
	slices.Sort(indexes)
	return fmt.Sprintf("[%s %q]", names(t.KeySchema), indexes)
}
