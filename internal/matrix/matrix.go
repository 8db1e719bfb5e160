// Package matrix names the cells that are deployed and measured. A cell is a
// [Variant]: one function in one language, on one runtime, architecture and
// memory size, with SnapStart or without. Variants are plain data, comparable, and
// so usable as map keys; names are built from them and never parsed back.
package matrix

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
)

// Variant is one cell of the matrix. Two languages share the runtime
// provided.al2023, so the language is a part of it.
type Variant struct {
	Function     string                 `json:"function"`
	Language     string                 `json:"language"`
	Runtime      string                 `json:"runtime"`
	Architecture functions.Architecture `json:"architecture"`
	MemoryMB     int                    `json:"memoryMB"`
	// SnapStart says that an execution environment begins as a copy of a snapshot, which
	// Lambda takes after the init phase when a version of the function is published.
	SnapStart bool `json:"snapStart,omitempty"`
}

// Name is the variant in the characters that AWS allows in a function's name,
// such as hello-nodejs22-arm64-512 or hello-java21-arm64-512-snapstart. Different
// variants have different names.
func (v Variant) Name() string {
	label := strings.ReplaceAll(strings.TrimSuffix(v.RuntimeLabel(), ".x"), ".", "")
	name := fmt.Sprintf("%s-%s-%s-%d", v.Function, label, strings.ReplaceAll(string(v.Architecture), "_", "-"), v.MemoryMB)
	if v.SnapStart {
		name += "-" + SnapStart
	}
	return name
}

// RuntimeLabel is what people call the runtime: its identifier, or the
// language where the runtime is AWS's bare operating system. .NET has both, and
// its programs for the bare operating system are named for how they are compiled.
func (v Variant) RuntimeLabel() string {
	switch {
	case !strings.HasPrefix(v.Runtime, "provided"):
		return v.Runtime
	case v.Language == "dotnet":
		return "dotnet-aot"
	}
	return v.Language
}

// RuntimeWithSnapStart is the label with what people choose besides: java21 SnapStart.
func (v Variant) RuntimeWithSnapStart() string {
	if v.SnapStart {
		return v.RuntimeLabel() + " SnapStart"
	}
	return v.RuntimeLabel()
}

// String is the variant for people: hello nodejs22.x arm64 512 MB.
func (v Variant) String() string {
	text := fmt.Sprintf("%s %s %s %d MB", v.Function, v.RuntimeLabel(), v.Architecture, v.MemoryMB)
	if v.SnapStart {
		text += " SnapStart"
	}
	return text
}

// WithoutSnapStart is the cell that has everything but SnapStart in common with the variant.
func (v Variant) WithoutSnapStart() Variant {
	v.SnapStart = false
	return v
}

// Compare orders variants by function, language, runtime (the older generation first),
// architecture and memory. A cell with SnapStart follows the one without.
func Compare(a, b Variant) int {
	return cmp.Or(
		cmp.Compare(a.Function, b.Function),
		cmp.Compare(a.Language, b.Language),
		natural(a.Runtime, b.Runtime),
		cmp.Compare(a.Architecture, b.Architecture),
		cmp.Compare(a.MemoryMB, b.MemoryMB),
		compareBool(a.SnapStart, b.SnapStart),
	)
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// SnapStart is the word for cells with SnapStart, in a selection and in names.
const SnapStart = "snapstart"

// Selection is a set of runtimes, languages and architectures, and [SnapStart], as
// people write it: nodejs22.x,go,arm64.
type Selection []string

// Groups are words that stand for several others in a selection.
type Groups map[string]Selection

// ParseSelection reads a comma-separated list of runtimes (their identifiers or
// labels), languages and architectures, of [SnapStart], and of the words of groups,
// which it replaces. A word that no function of the catalogue has is an error, so that a
// misspelt one cannot leave a cell in or out unnoticed.
func ParseSelection(list string, catalogue []functions.Function, groups Groups) (Selection, error) {
	known := map[string]Selection{SnapStart: {SnapStart}}
	for _, f := range catalogue {
		for _, v := range Expand(f, []int{0}) {
			for _, word := range []string{v.Language, v.Runtime, v.RuntimeLabel(), string(v.Architecture)} {
				known[word] = Selection{word}
			}
		}
	}
	maps.Copy(known, groups)
	var s Selection
	for word := range strings.SplitSeq(list, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		words, ok := known[word]
		if !ok {
			return nil, fmt.Errorf("%q is no runtime, language or architecture: choose from %s", word, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		for _, w := range words {
			if !slices.Contains(s, w) {
				s = append(s, w)
			}
		}
	}
	return s, nil
}

// Has says whether the selection names the variant's runtime, language or
// architecture, or SnapStart if the variant has it.
func (s Selection) Has(v Variant) bool {
	return s.hasRuntime(v) || s.hasArchitecture(v) || v.SnapStart && s.NamesSnapStart()
}

// Keeps says whether the variant is among those that the selection narrows all
// variants down to: java,arm64 keeps Java on arm64, and java,snapstart keeps Java with
// SnapStart. An empty one keeps all.
func (s Selection) Keeps(v Variant) bool {
	runtimes := slices.ContainsFunc(s, isRuntime)
	architectures := slices.ContainsFunc(s, isArchitecture)
	return (!runtimes || s.hasRuntime(v)) && (!architectures || s.hasArchitecture(v)) && (!s.NamesSnapStart() || v.SnapStart)
}

// NamesSnapStart says whether the selection has the word [SnapStart].
func (s Selection) NamesSnapStart() bool { return slices.Contains(s, SnapStart) }

func (s Selection) hasRuntime(v Variant) bool {
	return slices.Contains(s, v.Runtime) || slices.Contains(s, v.RuntimeLabel()) || slices.Contains(s, v.Language)
}

func (s Selection) hasArchitecture(v Variant) bool {
	return slices.Contains(s, string(v.Architecture))
}

// isRuntime says whether a word stands for runtimes: it may be a language.
func isRuntime(word string) bool { return !isArchitecture(word) && word != SnapStart }

func isArchitecture(word string) bool {
	return word == string(functions.ARM64) || word == string(functions.X8664)
}

// Expand returns the variants of one function without SnapStart at each memory size,
// those of its optional runtimes included, sorted.
func Expand(f functions.Function, memoryMB []int) []Variant {
	var all []Variant
	for _, runtime := range f.AllRuntimes() {
		for _, architecture := range f.Architectures {
			for _, memory := range memoryMB {
				all = append(all, Variant{
					Function: f.Name, Language: f.Language, Runtime: runtime,
					Architecture: architecture, MemoryMB: memory,
				})
			}
		}
	}
	slices.SortFunc(all, Compare)
	return all
}
