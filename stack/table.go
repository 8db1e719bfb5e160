package stack

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dynamodb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
)

// The table's keys and its index. What is stored under them is package
// internal/results/dynamo's.
const (
	hashKey, rangeKey           = "pk", "sk"
	indexName                   = "gsi1"
	indexHashKey, indexRangeKey = "gsi1pk", "gsi1sk"
	// expiryAttribute is the second since 1970 after which an item goes. Only raw
	// samples have it.
	expiryAttribute = "expires"
	// functionsKey is the partition of the functions that the workflow measures,
	// dataAttribute where each of them is described.
	functionsKey  = "FUNCTIONS"
	dataAttribute = "data"
)

// table makes the one table of results. It costs nothing while nobody uses it.
func (d *definition) table() (*dynamodb.Table, error) {
	var attributes dynamodb.TableAttributeArray
	for _, name := range []string{hashKey, rangeKey, indexHashKey, indexRangeKey} {
		attributes = append(attributes, dynamodb.TableAttributeArgs{Name: pulumi.String(name), Type: pulumi.String("S")})
	}
	table, err := dynamodb.NewTable(d.ctx, "results", &dynamodb.TableArgs{
		Name:        pulumi.String(d.names.physical("results")),
		BillingMode: pulumi.String("PAY_PER_REQUEST"),
		Attributes:  attributes,
		HashKey:     pulumi.String(hashKey),
		RangeKey:    pulumi.String(rangeKey),
		GlobalSecondaryIndexes: dynamodb.TableGlobalSecondaryIndexArray{dynamodb.TableGlobalSecondaryIndexArgs{
			Name:           pulumi.String(indexName),
			HashKey:        pulumi.String(indexHashKey),
			RangeKey:       pulumi.String(indexRangeKey),
			ProjectionType: pulumi.String("ALL"),
		}},
		Ttl: dynamodb.TableTtlArgs{AttributeName: pulumi.String(expiryAttribute), Enabled: pulumi.Bool(true)},
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

// tell writes one of the functions to measure into the table. It is the
// workflow's list: an input as long as the matrix would not fit into its states.
func (d *definition) tell(table *dynamodb.Table, m measured) error {
	_, err := dynamodb.NewTableItem(d.ctx, m.logical, &dynamodb.TableItemArgs{
		TableName: table.Name,
		HashKey:   table.HashKey,
		RangeKey:  table.RangeKey,
		Item: m.entry.ApplyT(func(f deployed.Function) (string, error) {
			data, err := json.Marshal(f)
			if err != nil {
				return "", err
			}
			text, err := json.Marshal(item{
				hashKey:       {"S": functionsKey},
				rangeKey:      {"S": f.Variant.Name()},
				dataAttribute: {"S": string(data)},
			})
			return string(text), err
		}).(pulumi.StringOutput),
	})
	if err != nil {
		return fmt.Errorf("table: item of %s: %w", m.logical, err)
	}
	return nil
}
