package dynamo

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Data is the attribute with an item's content, as JSON or as JSON in gzip.
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

// setZipped stores v as JSON in gzip, for items of which many are read at once: DynamoDB
// answers 1 MB at a time, and bills what it reads.
func (i item) setZipped(v any) error {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(w).Encode(v), w.Close()); err != nil {
		return err
	}
	i[Data] = &types.AttributeValueMemberB{Value: b.Bytes()}
	return nil
}

// data reads what setData or setZipped stored.
func (i item) data(v any) error {
	var err error
	switch stored := i[Data].(type) {
	case *types.AttributeValueMemberS:
		err = json.Unmarshal([]byte(stored.Value), v)
	case *types.AttributeValueMemberB:
		var r *gzip.Reader
		if r, err = gzip.NewReader(bytes.NewReader(stored.Value)); err == nil {
			err = json.NewDecoder(r).Decode(v)
		}
	default:
		err = fmt.Errorf("its attribute %s is neither text nor binary", Data)
	}
	if err != nil {
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
