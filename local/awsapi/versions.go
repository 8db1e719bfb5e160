package awsapi

import (
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// aliasJSON is Lambda's AliasConfiguration.
type aliasJSON struct {
	AliasArn        string
	Name            string
	FunctionVersion string
	Description     string
	RevisionId      string
}

func aliasOf(a lambda.Alias) aliasJSON {
	return aliasJSON{AliasArn: a.ARN, Name: a.Name, FunctionVersion: a.Version, RevisionId: a.RevisionID}
}

func (s *Server) getAlias(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:GetAlias")
	if err != nil {
		return 0, nil, err
	}
	a, err := s.options.Lambda.GetAlias(function, r.PathValue("alias"))
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, aliasOf(a), nil
}

func (s *Server) listAliases(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:ListAliases")
	if err != nil {
		return 0, nil, err
	}
	all, err := s.options.Lambda.ListAliases(function, r.URL.Query().Get("FunctionVersion"))
	if err != nil {
		return 0, nil, err
	}
	items, next, err := page(r.URL.Query(), all, func(a lambda.Alias) string { return a.Name })
	if err != nil {
		return 0, nil, err
	}
	out := struct {
		Aliases    []aliasJSON
		NextMarker *string
	}{make([]aliasJSON, 0, len(items)), next}
	for _, a := range items {
		out.Aliases = append(out.Aliases, aliasOf(a))
	}
	return http.StatusOK, out, nil
}

func (s *Server) listVersions(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:ListVersionsByFunction")
	if err != nil {
		return 0, nil, err
	}
	all, err := s.options.Lambda.ListVersions(function)
	if err != nil {
		return 0, nil, err
	}
	items, next, err := page(r.URL.Query(), all, func(c lambda.Configuration) string { return c.Version })
	if err != nil {
		return 0, nil, err
	}
	out := struct {
		Versions   []configurationJSON
		NextMarker *string
	}{make([]configurationJSON, 0, len(items)), next}
	for _, c := range items {
		out.Versions = append(out.Versions, configurationOf(c))
	}
	return http.StatusOK, out, nil
}
