package stack

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
	"github.com/lambda-benchmark/lambda-benchmark/internal/stage"
)

// table makes the one table of results, for package internal/results/dynamo.
// It costs nothing while it is not used.
func (d *definition) table() (*dynamodb.Table, error) {
	var attributes dynamodb.TableAttributeArray
	for _, name := range []string{dynamo.PartitionKey, dynamo.SortKey, dynamo.IndexPartitionKey, dynamo.IndexSortKey} {
		attributes = append(attributes, dynamodb.TableAttributeArgs{Name: pulumi.String(name), Type: pulumi.String("S")})
	}
	table, err := dynamodb.NewTable(d.ctx, "results", &dynamodb.TableArgs{
		Name:        pulumi.String(d.names.Physical("results")),
		BillingMode: pulumi.String("PAY_PER_REQUEST"),
		Attributes:  attributes,
		HashKey:     pulumi.String(dynamo.PartitionKey),
		RangeKey:    pulumi.String(dynamo.SortKey),
		GlobalSecondaryIndexes: dynamodb.TableGlobalSecondaryIndexArray{dynamodb.TableGlobalSecondaryIndexArgs{
			Name:           pulumi.String(dynamo.Index),
			HashKey:        pulumi.String(dynamo.IndexPartitionKey),
			RangeKey:       pulumi.String(dynamo.IndexSortKey),
			ProjectionType: pulumi.String("ALL"),
		}},
		// Only raw samples expire.
		Ttl: dynamodb.TableTtlArgs{AttributeName: pulumi.String(dynamo.Expires), Enabled: pulumi.Bool(true)},
		// By AWS's key for DynamoDB in this account, whose use CloudTrail records.
		ServerSideEncryption: dynamodb.TableServerSideEncryptionArgs{Enabled: pulumi.Bool(true)},
		PointInTimeRecovery:  dynamodb.TablePointInTimeRecoveryArgs{Enabled: pulumi.Bool(d.config.PointInTimeRecovery)},
		Tags:                 d.tags,
	})
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	return table, nil
}

// item is an item in DynamoDB's JSON. Every attribute here is a string.
type item map[string]map[string]string

// functionItem writes one of the functions to measure into the table. The items are
// the workflow's list: an input as long as the matrix would not fit into its states.
func (d *definition) functionItem(table *dynamodb.Table, m measured) error {
	text := m.entry.ApplyT(func(f deployed.Function) (string, error) {
		data, err := json.Marshal(f)
		if err != nil {
			return "", err
		}
		pk, sk := dynamo.FunctionKey(f.Variant.Name())
		text, err := json.Marshal(item{
			dynamo.PartitionKey: {"S": pk},
			dynamo.SortKey:      {"S": sk},
			dynamo.Data:         {"S": string(data)},
		})
		return string(text), err
	}).(pulumi.StringOutput)
	if m.existing != nil && d.config.IsSecret(stage.KeyFunctions) {
		text = pulumi.ToSecret(text).(pulumi.StringOutput) // the payload is in it
	}
	_, err := dynamodb.NewTableItem(d.ctx, m.logical, &dynamodb.TableItemArgs{
		TableName: table.Name, HashKey: table.HashKey, RangeKey: table.RangeKey, Item: text,
	})
	if err != nil {
		return fmt.Errorf("table: item of %s: %w", m.logical, err)
	}
	return nil
}
