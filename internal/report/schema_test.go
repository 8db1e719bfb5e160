package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/resultstest"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// schemaOf is the schema of a type. Fields may be added without a new version, so that
// what is not in it is allowed, and a reader that is older takes no offence.
func schemaOf(t *testing.T, id string, v any) []byte {
	t.Helper()
	r := jsonschema.Reflector{AllowAdditionalProperties: true, Mapper: func(of reflect.Type) *jsonschema.Schema {
		switch of {
		case reflect.TypeFor[time.Time]():
			return &jsonschema.Schema{Type: "string", Format: "date-time"}
		case reflect.TypeFor[lifecycle.Date]():
			return &jsonschema.Schema{Type: "string", Format: "date"}
		}
		return nil
	}}
	s := r.Reflect(v)
	s.ID = jsonschema.ID("https://github.com/lambda-benchmark/lambda-benchmark/" + id)
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// validate holds a text against a schema that is written down.
func validate(t *testing.T, schema string, text []byte) {
	t.Helper()
	c := validator.NewCompiler()
	c.AssertFormat()
	compiled, err := c.Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(document); err != nil {
		t.Errorf("%s: %v", schema, err)
	}
}

// runs are two runs with cells and a load test each.
func runs(t *testing.T) (all [2]results.Run) {
	t.Helper()
	for i := range all {
		cell := resultstest.Cell{Starts: 12, Warm: 2, InitMs: 100, FirstMs: 2, WarmMs: 1, MemoryMB: 70, Version: "22.1"}
		dir := resultstest.Run{Seed: uint64(i), Cells: map[matrix.Variant]resultstest.Cell{resultstest.Variant("nodejs18.x"): cell, resultstest.Variant("nodejs22.x"): cell}, Targets: map[string]float64{"esmodule": 10, "commonjs": 20}}.Write(t, "run")
		r, err := results.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		r.Load.Comparison = r.Load.Compare(verdict.Options{})
		r.Thresholds = []results.Threshold{{Condition: "p99>1ms", Outcome: results.Breached, Checks: []results.Check{{Outcome: results.Breached, Left: results.Figure{Target: "esmodule", Name: "p99", Value: new(21.1), Unit: results.Milliseconds}}}}}
		all[i] = r
	}
	return all
}

func TestSchemas(t *testing.T) {
	both := runs(t)
	p, err := pair.Judge(pair.Side{Name: "before", Runs: both[:1]}, pair.Side{Name: "after", Runs: both[1:]}, verdict.Options{MarginRel: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	var run, compared bytes.Buffer
	if err := Write(&run, FormatJSON, both[0]); err != nil {
		t.Fatal(err)
	}
	if err := WritePair(&compared, FormatJSON, p); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "../run.schema.json", schemaOf(t, "run.schema.json", runJSON{}))
	golden.Compare(t, "../pair.schema.json", schemaOf(t, "pair.schema.json", pairJSON{}))
	validate(t, "run.schema.json", run.Bytes())
	validate(t, "pair.schema.json", compared.Bytes())

	var wrong map[string]any
	if err := json.Unmarshal(run.Bytes(), &wrong); err != nil {
		t.Fatal(err)
	}
	wrong["manifest"].(map[string]any)["seed"] = "seven"
	delete(wrong, "schemaVersion")
	text, err := json.Marshal(wrong)
	if err != nil {
		t.Fatal(err)
	}
	document, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if validator.NewCompiler().MustCompile("run.schema.json").Validate(document) == nil {
		t.Error("a run with a text for a seed and without a version is valid")
	}
}

func TestCSV(t *testing.T) {
	r := runs(t)[0]
	r.Variants[0].Reason = "=1+1"
	r.Variants = append(r.Variants, results.VariantSummary{Variant: resultstest.Variant("nodejs16.x"), Status: results.Failed, Reason: "wrong\nanswer, \"so\""})
	var b bytes.Buffer
	if err := CSV(&b, r); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "run.csv", b.Bytes())
}

func TestJUnit(t *testing.T) {
	r := runs(t)[0]
	r.Thresholds = append(r.Thresholds, results.Threshold{Condition: "errors>1%", Outcome: results.Passed}, results.Threshold{Condition: "p50<1s", Outcome: results.NotDecided})
	r.Variants = append(r.Variants,
		results.VariantSummary{Variant: resultstest.Variant("nodejs16.x"), Status: results.Failed, Reason: "wrong answer: <b>&\x1b"},
		results.VariantSummary{Variant: resultstest.Variant("nodejs14.x"), Status: results.Skipped, Reason: "no toolchain"})
	var b bytes.Buffer
	if err := JUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "run.junit.xml", b.Bytes())
}

func TestMarkdown(t *testing.T) {
	both := runs(t)
	both[0].Variants = append(both[0].Variants, results.VariantSummary{Variant: resultstest.Variant("nodejs16.x"), Status: results.Failed, Reason: "<img src=x> [link](http://x) `code` @someone"})
	p, err := pair.Judge(pair.Side{Name: "before", Runs: both[:1]}, pair.Side{Name: "after", Runs: both[1:]}, verdict.Options{MarginRel: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Markdown(&b, both[0]); err != nil {
		t.Fatal(err)
	}
	if err := PairMarkdown(&b, p); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "run.md", b.Bytes())
}
