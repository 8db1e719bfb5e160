// Package functions describes what runs inside Lambda. It is data only: the
// catalogue of functions (functions.json), where the source of each one is,
// and the event and the answer that every benchmarked function agrees on
// (CONTRACT.md is the authority). It imports nothing of this project, so
// everything else may import it.
package functions

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Architecture is an instruction set as Lambda names it.
type Architecture string

// The two architectures that Lambda offers.
const (
	ARM64 Architecture = "arm64"
	X8664 Architecture = "x86_64"
)

// Contract names what a function promises about its answer.
type Contract string

const (
	// ContractHello is the contract of the benchmarked functions: [Event] in, [Answer] out.
	ContractHello Contract = "hello"
	// ContractModule is the contract of the two functions behind the API: an SSM
	// parameter's value as body and the x-... headers of CONTRACT.md.
	ContractModule Contract = "module"
	// ContractNone is a function of ours that is never measured.
	ContractNone Contract = "none"
)

// Function is one row of the catalogue: one source tree, and every runtime and
// architecture that it is deployed on.
type Function struct {
	// Name is what the function is for: hello, esmodule, commonjs, or the name of a harness main.
	Name string `json:"name"`
	// Language is nodejs, python, dotnet, java, go or rust.
	Language string `json:"language"`
	// Source is the folder of the source, relative to the folder functions, with slashes.
	Source string `json:"source"`
	// Builder names the recipe of package artifact that turns Source into a zip.
	Builder string `json:"builder"`
	// Handler is the handler string that Lambda is configured with.
	Handler string `json:"handler"`
	// Contract is what the answer looks like.
	Contract Contract `json:"contract"`
	// Runtimes are AWS's identifiers, such as nodejs22.x, of those that it is deployed on.
	Runtimes []string `json:"runtimes"`
	// OptionalRuntimes are those that it is deployed on where a stage includes them.
	OptionalRuntimes []string `json:"optionalRuntimes,omitempty"`
	// Architectures that it is deployed on.
	Architectures []Architecture `json:"architectures"`
}

// AllRuntimes are the runtimes of a function, the optional ones last.
func (f Function) AllRuntimes() []string { return slices.Concat(f.Runtimes, f.OptionalRuntimes) }

//go:embed functions.json
var catalogueJSON []byte

// Catalogue returns every function in the order of functions.json. The slice is
// the caller's; the rows' own slices are shared and must not be changed.
func Catalogue() []Function { return slices.Clone(catalogue()) }

// catalogue is parsed once, because the contract of a function is looked up at every sample.
var catalogue = sync.OnceValue(func() []Function {
	rows, err := ParseCatalogue(catalogueJSON)
	if err != nil {
		panic(fmt.Sprintf("functions.json, which is part of this program, is broken: %v", err))
	}
	return rows
})

// Find returns the row of the catalogue that describes a function of that name
// and language on a runtime and an architecture.
func Find(name, language, runtime string, architecture Architecture) (Function, bool) {
	for _, f := range Catalogue() {
		if f.Name == name && f.Language == language &&
			slices.Contains(f.AllRuntimes(), runtime) && slices.Contains(f.Architectures, architecture) {
			return f, true
		}
	}
	return Function{}, false
}

// ParseCatalogue reads a catalogue and names the first row that cannot be used.
func ParseCatalogue(data []byte) ([]Function, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	var rows []Function
	if err := dec.Decode(&rows); err != nil {
		return nil, fmt.Errorf("parse catalogue: %w", err)
	}
	seen := map[string]bool{}
	for i, f := range rows {
		if err := f.validate(); err != nil {
			return nil, fmt.Errorf("parse catalogue: row %d (%s, %s): %w", i+1, f.Name, f.Language, err)
		}
		for _, runtime := range f.AllRuntimes() {
			key := f.Name + "\x00" + f.Language + "\x00" + runtime
			if seen[key] {
				return nil, fmt.Errorf("parse catalogue: row %d: %s in %s on %s is there twice", i+1, f.Name, f.Language, runtime)
			}
			seen[key] = true
		}
	}
	return rows, nil
}

func (f Function) validate() error {
	for _, field := range []struct{ name, value string }{
		{"name", f.Name}, {"language", f.Language}, {"source", f.Source},
		{"builder", f.Builder}, {"handler", f.Handler},
	} {
		if field.value == "" {
			return fmt.Errorf("%q is missing", field.name)
		}
	}
	if !slices.Contains([]Contract{ContractHello, ContractModule, ContractNone}, f.Contract) {
		return fmt.Errorf("contract %q is none of hello, module, none", f.Contract)
	}
	if f.Contract == ContractHello && len(f.AllRuntimes()) == 0 || f.Contract != ContractHello && len(f.Runtimes) == 0 {
		return fmt.Errorf("no runtime")
	}
	if f.Contract != ContractHello && len(f.OptionalRuntimes) > 0 {
		return fmt.Errorf("optionalRuntimes: a stage includes benchmarked functions only (contract %s)", ContractHello)
	}
	if len(f.Architectures) == 0 {
		return fmt.Errorf("no architecture")
	}
	for _, a := range f.Architectures {
		if a != ARM64 && a != X8664 {
			return fmt.Errorf("architecture %q is neither %s nor %s", a, ARM64, X8664)
		}
	}
	return nil
}
