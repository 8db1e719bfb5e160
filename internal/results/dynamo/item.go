package dynamo

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Data is the attribute with an item's content, as JSON.
const Data = "data"

// item is an item in the SDK's words.
type item map[string]types.AttributeValue

func newItem(k key) item { return item{PartitionKey: text(k.pk), SortKey: text(k.sk)} }

// key is where the item is.
func (i item) key() key { return key{i.text(PartitionKey), i.text(SortKey)} }

// setData stores v as JSON.
func (i item) setData(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	i[Data] = text(string(data))
	return nil
}

// data reads what setData stored.
func (i item) data(v any) error {
	stored, ok := i[Data].(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("item %s, %s: its attribute %s is no text", i.text(PartitionKey), i.text(SortKey), Data)
	}
	if err := json.Unmarshal([]byte(stored.Value), v); err != nil {
		return fmt.Errorf("item %s, %s: %w", i.text(PartitionKey), i.text(SortKey), err)
	}
	return nil
}

// index puts the item into the table's index.
func (i item) index(pk, sk string) {
	i[IndexPartitionKey], i[IndexSortKey] = text(pk), text(sk)
}

// expire sets the item's time to live. A zero ttl is none.
func (i item) expire(from time.Time, ttl time.Duration) {
	if ttl > 0 {
		i[Expires] = number(from.Add(ttl).Unix())
	}
}

// text reads a text attribute, empty if there is none.
func (i item) text(name string) string {
	if s, ok := i[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// number reads an integer attribute.
func (i item) number(name string) (int64, error) {
	n, ok := i[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("item %s, %s: its attribute %s is no number", i.text(PartitionKey), i.text(SortKey), name)
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("item %s, %s: its attribute %s: %w", i.text(PartitionKey), i.text(SortKey), name, err)
	}
	return v, nil
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}
