package awsapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// newDynamoDB checks what a call needs and hands it on to the emulator, which keeps
// the tables and knows no permissions.
func newDynamoDB(s *Server) jsonHandler {
	return func(w http.ResponseWriter, c *Call) {
		accesses, err := tableAccesses(c)
		for _, a := range accesses {
			if err == nil {
				err = c.Authorize("dynamodb:"+a.action, s.tableARN(a.resource))
			}
		}
		if err != nil {
			writeJSONError(w, c, err)
			return
		}
		r := c.request.Clone(c.request.Context())
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(c.Body)), int64(len(c.Body))
		r.TransferEncoding = nil
		w.Header().Del("X-Amzn-Requestid") // the emulator has its own
		s.options.DynamoDB.ServeHTTP(w, r)
	}
}

// access is one action on one table or index.
type access struct{ action, resource string }

func (s *Server) tableARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return s.arn("dynamodb", "table/"+name)
}

// tableAccesses lists what a call needs to be allowed. A transaction needs the
// actions that it is made of, and a query of an index needs that index.
//
// Members are compared to the letter, as the emulator compares them: a caller that
// sends both TableName and tablename must be judged by the one that counts.
func tableAccesses(c *Call) ([]access, error) {
	in, err := membersIn(c.Body)
	if err != nil {
		return nil, &apierror.Error{Code: "SerializationException", Message: err.Error()}
	}
	table, index, arn := in.text("TableName"), in.text("IndexName"), in.text("ResourceArn")
	var all []access
	switch {
	case c.Operation == "TransactWriteItems" || c.Operation == "TransactGetItems":
		for _, item := range in.list("TransactItems") {
			for kind, of := range item {
				action := kind + "Item"
				if kind == "ConditionCheck" {
					action = "ConditionCheckItem"
				}
				inner, err := membersIn(of)
				if err != nil {
					return nil, &apierror.Error{Code: "SerializationException", Message: kind + ": " + err.Error()}
				}
				all = append(all, access{action, inner.text("TableName")})
			}
		}
	case c.Operation == "BatchGetItem" || c.Operation == "BatchWriteItem":
		for table := range in.object("RequestItems") {
			all = append(all, access{c.Operation, table})
		}
	case arn != "":
		all = append(all, access{c.Operation, arn})
	case index != "":
		all = append(all, access{c.Operation, table + "/index/" + index})
	case table != "":
		all = append(all, access{c.Operation, table})
	}
	if len(all) == 0 { // ListTables, DescribeEndpoints, ...: no table is named
		all = []access{{c.Operation, "*"}}
	}
	// In a fixed order, so that the same call is always denied for the same reason.
	slices.SortFunc(all, func(a, b access) int { return strings.Compare(a.resource+" "+a.action, b.resource+" "+b.action) })
	return slices.Compact(all), nil
}

// members are those of a JSON object, by their exact names. What is of another kind
// than it is asked for is as good as left out: the emulator refuses it.
type members map[string]json.RawMessage

func membersIn(text []byte) (members, error) {
	var m members
	err := exactjson.Unmarshal(text, &m)
	return m, err
}

func member[T any](m members, name string) T {
	var v T
	if err := json.Unmarshal(m[name], &v); err != nil {
		var none T
		return none
	}
	return v
}

func (m members) text(name string) string    { return member[string](m, name) }
func (m members) object(name string) members { return member[members](m, name) }
func (m members) list(name string) []members { return member[[]members](m, name) }
