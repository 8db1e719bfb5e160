package statsapi

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// checkKnown refuses a filter's value that the catalogue, the stack's functions and
// the results do not have: an empty answer would hide a typing error.
func (a *api) checkKnown(ctx context.Context, f dynamo.Filter) error {
	if len(f.Runtimes)+len(f.Languages)+len(f.MemoriesMB) == 0 {
		return nil // the others have fixed values
	}
	deployed, err := a.reader.Functions(ctx)
	if err != nil {
		return err
	}
	runtimes, languages, memories := map[string]bool{}, map[string]bool{}, map[int]bool{}
	for _, row := range functions.Catalogue() {
		if row.Contract != functions.ContractHello {
			continue
		}
		languages[row.Language] = true
		for _, r := range row.Runtimes {
			runtimes[r] = true
		}
	}
	for _, fn := range deployed {
		v := fn.Variant
		if v.Language != "" { // a function that exists already may not say
			languages[v.Language] = true
		}
		runtimes[v.Runtime], runtimes[v.RuntimeLabel()], memories[v.MemoryMB] = true, true, true
		if v.SnapStart {
			runtimes[matrix.SnapStart] = true
		}
	}
	maps.Copy(runtimes, languages) // as -only takes them
	var sizes []string
	for _, mb := range slices.Sorted(maps.Keys(memories)) {
		sizes = append(sizes, strconv.Itoa(mb))
	}

	for _, v := range f.Runtimes {
		if err := a.known(ctx, "runtime", v, slices.Sorted(maps.Keys(runtimes)), dynamo.Filter{Runtimes: matrix.Selection{v}}); err != nil {
			return err
		}
	}
	for _, v := range f.Languages {
		if err := a.known(ctx, "language", v, slices.Sorted(maps.Keys(languages)), dynamo.Filter{Languages: []string{v}}); err != nil {
			return err
		}
	}
	for _, mb := range f.MemoriesMB {
		if err := a.known(ctx, "memory", strconv.Itoa(mb), sizes, dynamo.Filter{MemoriesMB: []int{mb}}); err != nil {
			return err
		}
	}
	return nil
}

// known refuses one value of a parameter that is not among the known ones, unless
// an earlier run has results of it.
func (a *api) known(ctx context.Context, parameter, value string, among []string, f dynamo.Filter) error {
	if slices.Contains(among, value) {
		return nil
	}
	n, err := a.reader.CountCells(ctx, time.Time{}, f)
	if err != nil || n > 0 {
		return err
	}
	list := "there is none yet"
	if len(among) > 0 {
		list = "choose from " + strings.Join(among, ", ")
	}
	return bad(parameter, "%s: nothing was measured with %.80q: %s", parameter, value, list)
}
