// Package deployed describes a deployed stack to its users: the load generator,
// the workflow and the local run. It is plain JSON, so that it can be a stack
// output, an item of the table and a file, and it does not depend on Pulumi.
// Before deployment code holds variants; after it, deployed functions.
package deployed

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// Platform says where numbers come from. Those of different platforms are
// never compared with each other.
type Platform string

// The two platforms.
const (
	AWS   Platform = "aws"
	Local Platform = "local"
)

// Stack is a deployed stack.
type Stack struct {
	Platform Platform `json:"platform"`
	Region   string   `json:"region"`
	Stage    string   `json:"stage"`
	// APIURL is the base URL of the API in front of the module functions.
	APIURL string `json:"apiUrl"`
	// APIRequestsPerSecond is how many requests that API takes without throttling, all
	// paths together; 0 if it is not known.
	APIRequestsPerSecond int `json:"apiRequestsPerSecond,omitempty"`
	// EndpointURL is where the AWS API answers; empty means AWS itself.
	EndpointURL string `json:"endpointUrl,omitempty"`
	// WorkflowARN names the state machine that runs the benchmark.
	WorkflowARN string `json:"workflowArn,omitempty"`
	// Table is the name of the DynamoDB table of results.
	Table     string     `json:"table,omitempty"`
	Functions []Function `json:"functions"`
}

// Function is one deployed function.
type Function struct {
	Variant matrix.Variant `json:"variant"`
	// ARN is unqualified.
	ARN string `json:"arn"`
	// Qualifier is the published version or the alias that callers use; empty is $LATEST.
	Qualifier string `json:"qualifier,omitempty"`
	LogGroup  string `json:"logGroup"`
	// Owned says that the stack made the function. One that it did not make is
	// measured as it is and never reconfigured unless asked.
	Owned bool `json:"owned"`
	// Reconfigure allows cold starts of a function that is not ours to be forced by
	// changing one of its environment variables; it is put back afterwards.
	Reconfigure bool `json:"reconfigure,omitempty"`
	// Payload replaces the contract's events for a function that is not ours.
	Payload json.RawMessage `json:"payload,omitempty"`
	// SHA256 is the hash of the artefact in hexadecimal, empty for a function that
	// is not ours.
	SHA256 string `json:"sha256,omitempty"`
}

// Measured says whether the benchmark measures the function: ours if they have the
// contract of the benchmark, and all that are not ours.
func (f Function) Measured() bool { return !f.Owned || f.Contract() == functions.ContractHello }

// Contract is the contract of the catalogue's function of that name, or
// [functions.ContractNone] if the function is not ours.
func (f Function) Contract() functions.Contract {
	if !f.Owned {
		return functions.ContractNone
	}
	i := slices.IndexFunc(functions.Catalogue(), func(row functions.Function) bool { return row.Name == f.Variant.Function })
	if i < 0 {
		return functions.ContractNone
	}
	return functions.Catalogue()[i].Contract
}

// Parse reads what a stack wrote.
func Parse(data []byte) (Stack, error) {
	var s Stack
	if err := json.Unmarshal(data, &s); err != nil {
		return Stack{}, fmt.Errorf("parse deployed stack: %w", err)
	}
	if s.Platform != AWS && s.Platform != Local {
		return Stack{}, fmt.Errorf("parse deployed stack: platform %q is neither %s nor %s", s.Platform, AWS, Local)
	}
	return s, nil
}
