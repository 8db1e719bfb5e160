package awsapi

import (
	"net/http"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/exactjson"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// policyJSON is a function's resource policy.
type policyJSON struct {
	Version   string
	ID        string `json:"Id"`
	Statement []statementJSON
}

type statementJSON struct {
	Sid, Effect string
	Principal   any // "*", or a service
	Action      string
	Resource    string
	Condition   map[string]map[string]string `json:",omitempty"`
}

func (s *Server) getPolicy(r *http.Request) (int, any, error) {
	function, qualifier, err := s.function(r, "lambda:GetPolicy")
	if err != nil {
		return 0, nil, err
	}
	permissions, err := s.options.Lambda.Policy(function, qualifier)
	if err != nil {
		return 0, nil, err
	}
	policy := policyJSON{Version: "2012-10-17", ID: "default"}
	for _, p := range permissions {
		policy.Statement = append(policy.Statement, s.statementOf(p))
	}
	text, err := exactjson.Marshal(policy)
	if err != nil {
		return 0, nil, err
	}
	c, err := s.options.Lambda.GetFunction(function, qualifier)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, struct{ Policy, RevisionId string }{string(text), c.RevisionID}, nil
}

func (s *Server) statementOf(p lambda.Permission) statementJSON {
	resource := []string{"function", p.Function}
	if p.Qualifier != "" {
		resource = append(resource, p.Qualifier)
	}
	out := statementJSON{
		Sid: p.StatementID, Effect: "Allow", Principal: p.Principal, Action: p.Action,
		Resource: s.arn("lambda", strings.Join(resource, ":")),
	}
	if p.Principal != "*" {
		out.Principal = map[string]string{"Service": p.Principal}
	}
	if p.SourceARN != "" {
		out.Condition = map[string]map[string]string{"ArnLike": {"AWS:SourceArn": p.SourceARN}}
	}
	return out
}
