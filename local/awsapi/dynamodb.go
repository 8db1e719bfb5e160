package awsapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// newDynamoDB checks what a call needs and hands it on: the tables are kept by
// an emulator, who may touch them is decided here.
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

// tableAccesses says what a call needs to be allowed. A transaction needs the
// actions that it is made of, and a query of an index needs that index.
func tableAccesses(c *Call) ([]access, error) {
	var in struct {
		TableName, IndexName string
		ResourceArn          string
		RequestItems         map[string]json.RawMessage
		TransactItems        []map[string]struct{ TableName string }
	}
	if err := c.Decode(&in); err != nil {
		return nil, err
	}
	var all []access
	switch {
	case c.Operation == "TransactWriteItems" || c.Operation == "TransactGetItems":
		for _, item := range in.TransactItems {
			for kind, of := range item {
				action := kind + "Item"
				if kind == "ConditionCheck" {
					action = "ConditionCheckItem"
				}
				all = append(all, access{action, of.TableName})
			}
		}
	case c.Operation == "BatchGetItem" || c.Operation == "BatchWriteItem":
		for table := range in.RequestItems {
			all = append(all, access{c.Operation, table})
		}
	case in.ResourceArn != "":
		all = append(all, access{c.Operation, in.ResourceArn})
	case in.IndexName != "":
		all = append(all, access{c.Operation, in.TableName + "/index/" + in.IndexName})
	case in.TableName != "":
		all = append(all, access{c.Operation, in.TableName})
	default: // ListTables, DescribeEndpoints, ...: no table is named
		all = append(all, access{c.Operation, "*"})
	}
	// In a fixed order, so that the same call is always denied for the same reason.
	slices.SortFunc(all, func(a, b access) int { return strings.Compare(a.resource+" "+a.action, b.resource+" "+b.action) })
	return slices.Compact(all), nil
}
