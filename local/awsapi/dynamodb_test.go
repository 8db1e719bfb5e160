package awsapi

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/truora/minidyn/server"
)

// A function's SDK reads and writes a table through the endpoint.
func TestDynamoDBPassesThrough(t *testing.T) {
	e := newEndpoint(t, func(o *Options) {
		o.DynamoDB = server.NewServer()
		o.Directory = readerDirectory(t, allow("dynamodb:*Item", "arn:aws:dynamodb:eu-central-1:123456789012:table/results"))
	})
	operator, function := sdk.NewFromConfig(e.config(operatorKey)), sdk.NewFromConfig(e.config(functionKey))
	table := aws.String("results")
	_, err := operator.CreateTable(t.Context(), &sdk.CreateTableInput{
		TableName: table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	item := map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "1"}, "n": &types.AttributeValueMemberN{Value: "2"}}
	if _, err := function.PutItem(t.Context(), &sdk.PutItemInput{TableName: table, Item: item}); err != nil {
		t.Fatal(err)
	}
	out, err := function.GetItem(t.Context(), &sdk.GetItemInput{TableName: table, Key: map[string]types.AttributeValue{"id": item["id"]}})
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := out.Item["n"].(*types.AttributeValueMemberN); !ok || n.Value != "2" {
		t.Errorf("item %v", out.Item)
	}
	_, err = function.Scan(t.Context(), &sdk.ScanInput{TableName: table})
	checkDenied(t, err, "dynamodb:Scan", "arn:aws:dynamodb:eu-central-1:123456789012:table/results")
	_, err = function.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("other"), Item: item})
	checkDenied(t, err, "dynamodb:PutItem", "arn:aws:dynamodb:eu-central-1:123456789012:table/other")
	_, err = operator.PutItem(t.Context(), &sdk.PutItemInput{TableName: aws.String("other"), Item: item})
	checkCode(t, err, "ResourceNotFoundException") // the emulator's own error passes
}

func TestTableAccesses(t *testing.T) {
	for _, tt := range []struct {
		name, operation, body string
		want                  []access
	}{
		{"table", "PutItem", `{"TableName":"t"}`, []access{{"PutItem", "t"}}},
		{"index", "Query", `{"TableName":"t","IndexName":"i"}`, []access{{"Query", "t/index/i"}}},
		{"batch", "BatchWriteItem", `{"RequestItems":{"b":[],"a":[]}}`, []access{{"BatchWriteItem", "a"}, {"BatchWriteItem", "b"}}},
		{"transaction", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"t"}},{"ConditionCheck":{"TableName":"t"}},{"Put":{"TableName":"t"}},{"Update":{"TableName":"u"}}]}`,
			[]access{{"ConditionCheckItem", "t"}, {"PutItem", "t"}, {"UpdateItem", "u"}}},
		{"reading transaction", "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"t"}}]}`, []access{{"GetItem", "t"}}},
		{"tags", "TagResource", `{"ResourceArn":"arn:x"}`, []access{{"TagResource", "arn:x"}}},
		{"no table", "ListTables", `{}`, []access{{"ListTables", "*"}}},
		{"names in another case", "PutItem", `{"TableName":"secret","tablename":"allowed"}`, []access{{"PutItem", "secret"}}},
		{"items that are no list", "TransactWriteItems", `{"TransactItems":{}}`, []access{{"TransactWriteItems", "*"}}},
		{"a body that names a table elsewhere", "TransactWriteItems", `{"TableName":"allowed","TransactItems":[{"Delete":{"TableName":"t"}}]}`, []access{{"DeleteItem", "t"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tableAccesses(&Call{Operation: tt.operation, Body: []byte(tt.body)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(access{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The emulator gets the body and the headers as they came.
func TestDynamoDBForwardsTheRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	backend := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("X-Amzn-Requestid", "emulator")
		w.WriteHeader(http.StatusTeapot)
	})
	s := New(Options{Region: region, AccountID: account, Directory: operators(), DynamoDB: backend})
	w := call(s, "DynamoDB_20120810.GetItem", operatorKey, `{"TableName":"t"}`)
	if w.Code != http.StatusTeapot || w.Header().Get("X-Amzn-Requestid") != "emulator" {
		t.Errorf("got %d %v", w.Code, w.Header())
	}
	if string(body) != `{"TableName":"t"}` || got.ContentLength != int64(len(body)) || got.Header.Get("X-Amz-Target") != "DynamoDB_20120810.GetItem" || !strings.Contains(got.Header.Get("Authorization"), operatorKey) {
		t.Errorf("forwarded %q, length %d, headers %v", body, got.ContentLength, got.Header)
	}
}
