package deploy

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/local/dynamodb"
)

// Table is a table and what the stack puts into it.
type Table struct {
	dynamodb.Table
	// Items are in DynamoDB's JSON, sorted.
	Items []json.RawMessage
}

type tableInputs struct {
	Name, BillingMode, HashKey, RangeKey string
	Attributes                           []struct{ Name, Type string }
	GlobalSecondaryIndexes               []struct{ Name, HashKey, RangeKey, ProjectionType string }
	TTL                                  struct {
		AttributeName string
		Enabled       bool
	} `json:"ttl"`
	ServerSideEncryption, PointInTimeRecovery, Tags ignored
}

func (m *monitor) table(in tableInputs) (string, outputs, error) {
	if in.BillingMode != "PAY_PER_REQUEST" {
		return "", nil, fmt.Errorf("billing mode %s is not known to local: PAY_PER_REQUEST is", in.BillingMode)
	}
	t := dynamodb.Table{Name: in.Name, HashKey: in.HashKey, RangeKey: in.RangeKey}
	keys := []string{in.HashKey, in.RangeKey}
	for _, i := range in.GlobalSecondaryIndexes {
		if i.ProjectionType != "ALL" {
			return "", nil, fmt.Errorf("index %s: projection type %s is not known to local: ALL is", i.Name, i.ProjectionType)
		}
		t.Indexes = append(t.Indexes, dynamodb.Index{Name: i.Name, HashKey: i.HashKey, RangeKey: i.RangeKey})
		keys = append(keys, i.HashKey, i.RangeKey)
	}
	for _, a := range in.Attributes {
		if a.Type != "S" {
			return "", nil, fmt.Errorf("attribute %s: type %s is not known to local: S is", a.Name, a.Type)
		}
		if !slices.Contains(keys, a.Name) {
			return "", nil, fmt.Errorf("attribute %s is no key of the table or of an index", a.Name)
		}
	}
	for _, key := range keys {
		if key != "" && !slices.ContainsFunc(in.Attributes, func(a struct{ Name, Type string }) bool { return a.Name == key }) {
			return "", nil, fmt.Errorf("key %s is not among the attributes", key)
		}
	}
	if in.TTL.Enabled {
		t.TTL = in.TTL.AttributeName
	}
	m.plan.Tables = append(m.plan.Tables, Table{Table: t})
	return in.Name, outputs{"arn": m.arn("dynamodb", "table/"+in.Name)}, nil
}

type tableItemInputs struct{ TableName, HashKey, RangeKey, Item string }

func (m *monitor) tableItem(in tableItemInputs) (string, outputs, error) {
	i := slices.IndexFunc(m.plan.Tables, func(t Table) bool { return t.Name == in.TableName })
	if i < 0 {
		return "", nil, fmt.Errorf("table %s does not exist", in.TableName)
	}
	var item map[string]map[string]any
	if err := json.Unmarshal([]byte(in.Item), &item); err != nil {
		return "", nil, fmt.Errorf("item: %w", err)
	}
	id := in.TableName
	for _, key := range []string{m.plan.Tables[i].HashKey, m.plan.Tables[i].RangeKey} {
		value, ok := item[key]["S"].(string)
		if !ok {
			return "", nil, fmt.Errorf("item: it lacks the key %s of table %s", key, in.TableName)
		}
		id += "|" + value
	}
	m.plan.Tables[i].Items = append(m.plan.Tables[i].Items, json.RawMessage(in.Item))
	return id, nil, nil
}
