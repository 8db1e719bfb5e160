package awsapi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/lambda"
)

// Lambda is what the REST API needs of the Lambda service. A *lambda.Service has it.
type Lambda interface {
	// Invoke decides itself whether the caller may.
	Invoke(ctx context.Context, in lambda.InvokeInput) (lambda.InvokeOutput, error)
	// Authorize says whether a caller may do any other action on a function.
	Authorize(c lambda.Caller, action, function, qualifier string) error
	GetFunction(function, qualifier string) (lambda.Configuration, error)
	UpdateFunctionConfiguration(function string, change lambda.ConfigurationChange) (lambda.Configuration, error)
	PublishVersion(function, description string) (lambda.Configuration, error)
	// ListFunctions describes $LATEST of every function, sorted by name.
	ListFunctions() []lambda.Configuration
	// ListVersions describes $LATEST first, then the versions in their order.
	ListVersions(function string) ([]lambda.Configuration, error)
	GetAlias(function, name string) (lambda.Alias, error)
	ListAliases(function, version string) ([]lambda.Alias, error)
	GetProvisionedConcurrency(function, qualifier string) (lambda.ProvisionedConcurrency, error)
	ListProvisionedConcurrency(function string) ([]lambda.ProvisionedConcurrency, error)
	// Policy returns the statements of a function's, a version's or an alias's resource policy.
	Policy(function, qualifier string) ([]lambda.Permission, error)
}

// restOperation is one operation of the REST API.
type restOperation struct {
	// answer returns the status and what is written as JSON.
	answer func(r *http.Request) (status int, answer any, err error)
	// query are the members that the operation has in the query.
	query []string
}

func (s *Server) routeLambda() {
	const functions = "/2015-03-31/functions"
	const concurrency = "/2019-09-30/functions"
	qualifier, paged := []string{"Qualifier"}, []string{"Marker", "MaxItems"}
	listFunctions := restOperation{s.listFunctions, append([]string{"FunctionVersion"}, paged...)}
	accountSettings := restOperation{s.getAccountSettings, nil}
	operations := map[string]restOperation{
		"GET " + functions:                                           listFunctions,
		"GET " + functions + "/{$}":                                  listFunctions, // the AWS CLI's spelling
		"GET " + functions + "/{function}":                           {s.getFunction, qualifier},
		"GET " + functions + "/{function}/configuration":             {s.getFunctionConfiguration, qualifier},
		"PUT " + functions + "/{function}/configuration":             {s.updateFunctionConfiguration, nil},
		"GET " + functions + "/{function}/versions":                  {s.listVersions, paged},
		"POST " + functions + "/{function}/versions":                 {s.publishVersion, nil},
		"GET " + functions + "/{function}/aliases":                   {s.listAliases, append([]string{"FunctionVersion"}, paged...)},
		"GET " + functions + "/{function}/aliases/{alias}":           {s.getAlias, nil},
		"GET " + functions + "/{function}/policy":                    {s.getPolicy, qualifier},
		"GET " + concurrency + "/{function}/concurrency":             {s.getFunctionConcurrency, nil},
		"GET " + concurrency + "/{function}/provisioned-concurrency": {s.provisionedConcurrency, append([]string{"Qualifier", "List"}, paged...)},
		"GET /2016-08-19/account-settings":                           accountSettings,
		"GET /2016-08-19/account-settings/{$}":                       accountSettings,
	}
	for pattern, operation := range operations {
		s.rest.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := checkQuery(r, operation.query); err != nil {
				writeRESTError(w, err)
				return
			}
			status, answer, err := operation.answer(r)
			if err != nil {
				writeRESTError(w, err)
				return
			}
			writeJSON(w, "application/json", status, answer)
		})
	}
	s.rest.HandleFunc("POST "+functions+"/{function}/invocations", s.invoke)
}

// checkQuery refuses a member of the query that the operation does not honour.
func checkQuery(r *http.Request, known []string) error {
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
		if !slices.Contains(known, name) {
			return invalidParameter((&unknownMemberError{name}).Error())
		}
	}
	return nil
}

// function returns the function and the qualifier that a request names, after
// the caller's right to the action has been checked.
func (s *Server) function(r *http.Request, action string) (function, qualifier string, err error) {
	function, qualifier = r.PathValue("function"), r.URL.Query().Get("Qualifier")
	caller := lambda.Caller{AccessKeyID: verifiedOf(r).accessKeyID}
	return function, qualifier, s.options.Lambda.Authorize(caller, action, function, qualifier)
}

func (s *Server) getFunction(r *http.Request) (int, any, error) {
	function, qualifier, err := s.function(r, "lambda:GetFunction")
	if err != nil {
		return 0, nil, err
	}
	c, err := s.options.Lambda.GetFunction(function, qualifier)
	if err != nil {
		return 0, nil, err
	}
	// AWS adds a presigned URL of the code, which this machine does not serve.
	answer := getFunctionOutput{Configuration: configurationOf(c), Code: map[string]string{"RepositoryType": "S3"}}
	if c.ReservedConcurrency != nil {
		answer.Concurrency = &concurrencyJSON{ReservedConcurrentExecutions: *c.ReservedConcurrency}
	}
	return http.StatusOK, answer, nil
}

func (s *Server) getFunctionConfiguration(r *http.Request) (int, any, error) {
	function, qualifier, err := s.function(r, "lambda:GetFunctionConfiguration")
	if err != nil {
		return 0, nil, err
	}
	c, err := s.options.Lambda.GetFunction(function, qualifier)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, configurationOf(c), nil
}

func (s *Server) updateFunctionConfiguration(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:UpdateFunctionConfiguration")
	if err != nil {
		return 0, nil, err
	}
	change, err := decodeChange(r)
	if err != nil {
		return 0, nil, err
	}
	c, err := s.options.Lambda.UpdateFunctionConfiguration(function, change)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, configurationOf(c), nil
}

func (s *Server) publishVersion(r *http.Request) (int, any, error) {
	function, _, err := s.function(r, "lambda:PublishVersion")
	if err != nil {
		return 0, nil, err
	}
	var in struct{ CodeSha256, Description, RevisionId string }
	if err := decodeREST(r, &in); err != nil {
		return 0, nil, err
	}
	if in.CodeSha256 != "" || in.RevisionId != "" {
		current, err := s.options.Lambda.GetFunction(function, "")
		if err != nil {
			return 0, nil, err
		}
		if in.RevisionId != "" && in.RevisionId != current.RevisionID {
			return 0, nil, &apierror.Error{Code: "PreconditionFailedException", Status: http.StatusPreconditionFailed, Message: "The Revision Id provided does not match the latest Revision Id. " +
				"Call the GetFunction/GetAlias API to retrieve the latest Revision Id", Extra: userError}
		}
		if sha := codeSHA256(current.CodeSHA256); in.CodeSha256 != "" && in.CodeSha256 != sha {
			return 0, nil, invalidParameter(fmt.Sprintf("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.", in.CodeSha256, sha))
		}
	}
	c, err := s.options.Lambda.PublishVersion(function, in.Description)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, configurationOf(c), nil
}

// listFunctions pages through the functions by name.
func (s *Server) listFunctions(r *http.Request) (int, any, error) {
	if err := s.authorize(verifiedOf(r).accessKeyID, "lambda:ListFunctions", "*"); err != nil {
		return 0, nil, err
	}
	query := r.URL.Query()
	if v := query.Get("FunctionVersion"); v != "" {
		return 0, nil, invalidParameter("FunctionVersion is not part of the local platform: only $LATEST is listed")
	}
	items, next, err := page(query, s.options.Lambda.ListFunctions(), func(c lambda.Configuration) string { return c.Name })
	if err != nil {
		return 0, nil, err
	}
	out := listFunctionsOutput{Functions: make([]configurationJSON, 0, len(items)), NextMarker: next}
	for _, c := range items {
		out.Functions = append(out.Functions, configurationOf(c))
	}
	return http.StatusOK, out, nil
}

func (s *Server) getAccountSettings(r *http.Request) (int, any, error) {
	if err := s.authorize(verifiedOf(r).accessKeyID, "lambda:GetAccountSettings", "*"); err != nil {
		return 0, nil, err
	}
	out := accountSettingsOutput{AccountLimit: accountLimitJSON{
		TotalCodeSize: 75 << 30, CodeSizeUnzipped: 250 << 20, CodeSizeZipped: 50 << 20,
		ConcurrentExecutions: s.options.Concurrency, UnreservedConcurrentExecutions: s.options.Concurrency,
	}}
	for _, c := range s.options.Lambda.ListFunctions() {
		out.AccountUsage.FunctionCount++
		out.AccountUsage.TotalCodeSize += c.CodeSize
		if c.ReservedConcurrency != nil {
			out.AccountLimit.UnreservedConcurrentExecutions -= *c.ReservedConcurrency
		}
	}
	return http.StatusOK, out, nil
}

// decodeChange reads what UpdateFunctionConfiguration may change here.
func decodeChange(r *http.Request) (lambda.ConfigurationChange, error) {
	var in struct {
		Description *string
		Timeout     *int
		MemorySize  *int
		RevisionId  string
		Environment *struct{ Variables map[string]string }
	}
	if err := decodeREST(r, &in); err != nil {
		return lambda.ConfigurationChange{}, err
	}
	change := lambda.ConfigurationChange{Description: in.Description, MemoryMB: in.MemorySize, RevisionID: in.RevisionId}
	if in.Timeout != nil {
		timeout := time.Duration(*in.Timeout) * time.Second
		change.Timeout = &timeout
	}
	if in.Environment != nil {
		variables := in.Environment.Variables
		if variables == nil {
			variables = map[string]string{} // an environment without variables takes them all away
		}
		change.Variables = &variables
	}
	return change, nil
}

// decodeREST reads a body. A member that into has no field for is refused by name.
func decodeREST(r *http.Request, into any) error {
	body := verifiedOf(r).body
	if len(body) == 0 {
		return nil
	}
	err := decode(body, into)
	if unknown, ok := errors.AsType[*unknownMemberError](err); ok {
		return invalidParameter(unknown.Error())
	}
	if err != nil {
		return &apierror.Error{Code: "InvalidRequestContentException", Status: http.StatusBadRequest, Message: "Could not parse request body into json: " + err.Error(), Extra: userError}
	}
	return nil
}

var userError = map[string]any{"Type": "User"}

func invalidParameter(message string) *apierror.Error {
	return &apierror.Error{Code: "InvalidParameterValueException", Status: http.StatusBadRequest, Message: message, Extra: userError}
}
