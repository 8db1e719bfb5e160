package differential

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lambda-benchmark/lambda-benchmark/local/states"
)

// generated is how many machines are drawn; they are those of the seeds from 0.
const generated = 400

// validated is how many of them asl-validator looks at.
const validated = 15

func TestGeneratedMachines(t *testing.T) {
	var all []execution
	for seed := range uint64(generated) {
		e := generate(seed)
		e.Unchecked = seed >= validated
		all = append(all, e)
	}
	agree(t, all, nil)
}

// TestGeneratorDrawsTheLanguage keeps the comparison from becoming one of nothing:
// whatever the generator knows is drawn, and machines end in every way.
func TestGeneratorDrawsTheLanguage(t *testing.T) {
	var definitions strings.Builder
	ends := map[string]int{}
	for seed := range uint64(generated) {
		e := generate(seed)
		definitions.Write(e.Definition)
		got := ours(t, e)
		ends[got.Error]++
	}
	for _, word := range []string{
		`"Task"`, `"Pass"`, `"Wait"`, `"Choice"`, `"Succeed"`, `"Fail"`, `"Map"`, `"DISTRIBUTED"`,
		`"InputPath"`, `"Parameters"`, `"ItemSelector"`, `"ResultSelector"`, `"ResultPath": null`, `"OutputPath": null`, `"Retry"`, `"Catch"`,
		`"MaxConcurrencyPath"`, `"SecondsPath"`, `"ErrorPath"`, `"CausePath"`, `"And"`, `"Or"`, `"Not"`, `$$.Execution.Input`,
		"States.Format(", "States.ArrayLength(", "States.ArrayRange(", "States.StringToJson(", "States.JsonToString(", "States.JsonMerge(", "States.MathAdd(",
	} {
		if n := strings.Count(definitions.String(), word); n < 3 {
			t.Errorf("%s is drawn %d times", word, n)
		}
	}
	for name, least := range map[string]int{"": generated / 4, busy: 10, broken: 10, "Gone": 3, states.ErrRuntime: 10, states.ErrNoChoiceMatched: 3} {
		if ends[name] < least {
			t.Errorf("%d of %d machines end with %q, want %d or more", ends[name], generated, name, least)
		}
	}
}

// agree executes all by both interpreters and compares. check, if there is one,
// is told of what became of each.
func agree(t *testing.T, all []execution, check func(t *testing.T, i int, got outcome)) {
	t.Helper()
	for i, want := range reference(t, all) {
		t.Run(all[i].Name, func(t *testing.T) {
			got := ours(t, all[i])
			if check != nil {
				check(t, i, got)
			}
			if all[i].Racing {
				want.Calls, got.Calls = nil, nil
			}
			if diff := cmp.Diff(comparable(want), comparable(got)); diff != "" {
				t.Errorf("outcome (-%s +ours):\n%s\ninput %v\ntasks %+v\n%s", referenceName, diff, plain(t, all[i].Input), all[i].Tasks, all[i].Definition)
			}
		})
	}
}

// comparable leaves out what may differ: the causes that an interpreter itself
// gives, whose words are its own, and the order in which the iterations of a map
// call one and the same task.
func comparable(o outcome) outcome {
	if strings.HasPrefix(o.Error, "States.") {
		o.Cause = ""
	}
	o.Output = withoutCauses(o.Output)
	calls := map[string][]any{}
	for key, inputs := range o.Calls {
		for _, input := range inputs {
			calls[key] = append(calls[key], withoutCauses(input))
		}
		slices.SortFunc(calls[key], func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
	o.Calls = calls
	return o
}

func withoutCauses(v any) any {
	switch v := v.(type) {
	case map[string]any:
		name, _ := v["Error"].(string)
		fields := map[string]any{}
		for k, field := range v {
			if k != "Cause" || !strings.HasPrefix(name, "States.") {
				fields[k] = withoutCauses(field)
			}
		}
		return fields
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = withoutCauses(item)
		}
		return items
	}
	return v
}
