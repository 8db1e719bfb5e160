package awsapi

import (
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// provisionedJSON is what Lambda tells of a provisioned concurrency; its ARN only in a list.
type provisionedJSON struct {
	FunctionArn                              string `json:",omitempty"`
	RequestedProvisionedConcurrentExecutions int
	AvailableProvisionedConcurrentExecutions int
	AllocatedProvisionedConcurrentExecutions int
	Status                                   string
	StatusReason                             string `json:",omitempty"`
	LastModified                             string
}

func provisionedOf(p lambda.ProvisionedConcurrency) provisionedJSON {
	return provisionedJSON{
		FunctionArn:                              p.ARN,
		RequestedProvisionedConcurrentExecutions: p.Requested,
		AvailableProvisionedConcurrentExecutions: p.Available,
		AllocatedProvisionedConcurrentExecutions: p.Allocated,
		Status:                                   p.Status, StatusReason: p.Reason,
		LastModified: p.LastModified.UTC().Format(timeFormat),
	}
}

// provisionedConcurrency answers GetProvisionedConcurrencyConfig and, with
// List=ALL, ListProvisionedConcurrencyConfigs: one path has both.
func (s *Server) provisionedConcurrency(r *http.Request) (int, any, error) {
	if r.URL.Query().Get("List") == "ALL" {
		return s.listProvisionedConcurrency(r)
	}
	function, qualifier, err := s.function(r, "lambda:GetProvisionedConcurrencyConfig")
	if err != nil {
		return 0, nil, err
	}
	p, err := s.options.Lambda.GetProvisionedConcurrency(function, qualifier)
	if err != nil {
		return 0, nil, err
	}
	p.ARN = ""
	return http.StatusOK, provisionedOf(p), nil
}

func (s *Server) listProvisionedConcurrency(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:ListProvisionedConcurrencyConfigs")
	if err != nil {
		return 0, nil, err
	}
	all, err := s.options.Lambda.ListProvisionedConcurrency(function)
	if err != nil {
		return 0, nil, err
	}
	items, next, err := page(r.URL.Query(), all, func(p lambda.ProvisionedConcurrency) string { return p.ARN })
	if err != nil {
		return 0, nil, err
	}
	out := struct {
		ProvisionedConcurrencyConfigs []provisionedJSON
		NextMarker                    *string
	}{make([]provisionedJSON, 0, len(items)), next}
	for _, p := range items {
		out.ProvisionedConcurrencyConfigs = append(out.ProvisionedConcurrencyConfigs, provisionedOf(p))
	}
	return http.StatusOK, out, nil
}

// getFunctionConcurrency tells the reservation; without one AWS's answer is empty.
func (s *Server) getFunctionConcurrency(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:GetFunctionConcurrency")
	if err != nil {
		return 0, nil, err
	}
	c, err := s.options.Lambda.GetFunction(function, "")
	if err != nil {
		return 0, nil, err
	}
	if c.ReservedConcurrency == nil {
		return http.StatusOK, struct{}{}, nil
	}
	return http.StatusOK, concurrencyJSON{ReservedConcurrentExecutions: *c.ReservedConcurrency}, nil
}
