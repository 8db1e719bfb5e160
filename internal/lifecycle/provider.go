package lifecycle

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

//go:embed provider.json
var providerJSON []byte

// Provider is Pulumi's AWS provider. It takes the runtimes of a list that was built
// into it and refuses all others, which package stack deploys by CloudFormation
// instead. Which ones that are is data, provider.json, with the version of the
// provider and the day on which it was checked.
type Provider struct {
	// Module and Version are those of go.mod.
	Module  string `json:"module"`
	Version string `json:"version"`
	Checked Date   `json:"checked"`
	Source  string `json:"source"`

	// Refused are the runtimes of the table that the provider does not take.
	Refused []string `json:"refused"`
}

// ReadProvider returns what this program knows of the provider. It is shared and must not be
// changed.
var ReadProvider = sync.OnceValue(func() Provider {
	var p Provider
	if err := json.Unmarshal(providerJSON, &p); err != nil {
		panic(fmt.Sprintf("internal/lifecycle/provider.json, which is part of this program, is broken: %v", err))
	}
	return p
})

// Refuses says whether the provider does not take a runtime.
func (p Provider) Refuses(id string) bool { return slices.Contains(p.Refused, id) }
