package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// tableShares are the shares of cold starts that the table of costs has.
var tableShares = []float64{0.0001, 0.001, 0.01, 0.1}

// noPrices says why there are no dollars.
func noPrices(all answer.Answers) string {
	if all.Region == "" {
		return "the region was not recorded, and so no prices are known"
	}
	return "no prices are known of " + all.Region
}

// gigabyteSeconds is what invocations are billed, with its unit.
func gigabyteSeconds(v float64) string { return grouped(int64(math.Round(v))) + " GB-s" }

// cellCost is what a million invocations of a cell cost.
type cellCost struct {
	cell string
	// at is for a share of cold starts.
	at func(coldShare float64) string
}

// cellCosts are dollars, or GB-seconds where no price is known.
func cellCosts(all answer.Answers) (costs []cellCost) {
	if all.Pricing == nil {
		for _, b := range all.Billed {
			costs = append(costs, cellCost{b.Variant.String(), func(share float64) string { return grouped(int64(math.Round(b.At(share)))) }})
		}
		return costs
	}
	for _, c := range all.Pricing.Cells {
		costs = append(costs, cellCost{c.Variant.String(), func(share float64) string { return cost.Marked(money(c.At(share)), c.Confidence) }})
	}
	return costs
}

// writeCosts writes what invocations cost over the share of cold starts, and where two
// ways to run a function cost the same.
func writeCosts(s *sheet, all answer.Answers) {
	cells := cellCosts(all)
	if len(cells) == 0 {
		return
	}
	p, unit := all.Pricing, "dollars"
	if p == nil {
		unit = "GB-seconds"
	}
	e := event{string(all.Event.Workload), all.Event.Iterations}
	s.wrap("", indent, "costs of "+e.String()+": "+unit+" for a million invocations, by the share of cold starts")
	s.WriteString("\n")
	t := table{columns: []column{{"", "cell", true}}}
	for _, at := range tableShares {
		t.columns = append(t.columns, column{"cold starts", inPercent(at), false})
	}
	for _, c := range cells {
		row := []string{c.cell}
		for _, at := range tableShares {
			row = append(row, c.at(at))
		}
		t.add(row...)
	}
	t.write(s)
	for _, line := range costNotes(all) {
		s.wrap(indent, indent+indent, line)
	}
	s.WriteString("\n")
}

// costNotes say what costs are made of, where two ways to run a function cost the same,
// and by which prices.
func costNotes(all answer.Answers) []string {
	p := all.Pricing
	if p == nil {
		return []string{"from billed durations, init included; no dollars, since " + noPrices(all)}
	}
	lines := []string{fmt.Sprintf("from billed durations, init included; %s of each are requests; behind API Gateway add %s",
		cost.Marked(money(p.Request.USD), p.Request.Confidence), cost.Marked(money(p.APIGateway.USD), p.APIGateway.Confidence))}
	if text := snapshotCosts(p.Cells); text != "" {
		lines = append(lines, text)
	}
	lines = append(lines, breakEvenLines(p.BreakEvens, all.ColdShare)...)
	if p.AsIf {
		lines = append(lines, asIfText(*p))
	}
	note := fmt.Sprintf("list prices of %s, checked on %s, without free tier and tax", p.Region, p.Checked)
	if unconfirmed(*p) {
		note += "; " + cost.UnconfirmedMark + ": with a price that is not confirmed"
	}
	return append(lines, note)
}

// snapshotCosts says what versions with SnapStart cost by the month, by memory size.
func snapshotCosts(cells []answer.CellCost) string {
	var each []string
	for _, c := range cells {
		if c.SnapshotPerMonth == nil {
			continue
		}
		if text := fmt.Sprintf("%v at %d MB", *c.SnapshotPerMonth, c.Variant.MemoryMB); !slices.Contains(each, text) {
			each = append(each, text)
		}
	}
	if len(each) == 0 {
		return ""
	}
	return "with SnapStart, restores included; a published version costs besides, by the month: " + strings.Join(each, ", ") + "; Java's cost nothing"
}

// unconfirmed says that a price of the pricing is.
func unconfirmed(p answer.Pricing) bool {
	return p.Request.Confidence == cost.Unconfirmed || p.APIGateway.Confidence == cost.Unconfirmed ||
		slices.ContainsFunc(p.Cells, func(c answer.CellCost) bool { return c.Confidence == cost.Unconfirmed }) ||
		slices.ContainsFunc(p.BreakEvens, func(e answer.BreakEven) bool { return e.Confidence == cost.Unconfirmed })
}

// breakEvenLines are one line for each kind of break-even, those that are alike together.
func breakEvenLines(all []answer.BreakEven, coldShare float64) (lines []string) {
	for _, kind := range []struct {
		kind answer.BreakEvenKind
		name string
	}{
		{answer.ByArchitecture, "arm64 against x86_64"},
		{answer.ByMemory, "one memory size against the next larger one"},
		{answer.ByProvisioning, "provisioned against on demand at " + inPercent(coldShare) + " cold starts, calls an hour for one environment"},
	} {
		var order []string
		cells := map[string][]string{}
		for _, e := range all {
			if e.Kind != kind.kind {
				continue
			}
			outcome := breakEvenText(e)
			if cells[outcome] == nil {
				order = append(order, outcome)
			}
			cells[outcome] = append(cells[outcome], breakEvenCell(e))
		}
		var parts []string
		for _, outcome := range order {
			parts = append(parts, outcome+" ("+some(cells[outcome])+")")
		}
		if len(parts) > 0 {
			lines = append(lines, "break-even, "+kind.name+": "+strings.Join(parts, "; "))
		}
	}
	return lines
}

// some are the first of many names.
func some(names []string) string {
	const most = 3
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// breakEvenText is where the two cost the same, and which is the cheaper one where.
func breakEvenText(e answer.BreakEven) string {
	if e.Kind == answer.ByProvisioning {
		if e.At == nil {
			return "none in range, on demand is cheaper"
		}
		return cost.Marked("from "+grouped(int64(math.Ceil(*e.At))), e.Confidence)
	}
	cheaper, dearer := e.A, e.B
	if !e.CheaperBelow {
		cheaper, dearer = e.B, e.A
	}
	name := func(v, other functions.Architecture, mb int) string {
		if v != other {
			return string(v)
		}
		return fmt.Sprintf("%d MB", mb)
	}
	first := name(cheaper.Architecture, dearer.Architecture, cheaper.MemoryMB)
	if e.At == nil {
		return cost.Marked("none in range, "+first+" is cheaper", e.Confidence)
	}
	return cost.Marked(first+" is cheaper below "+inPercent(*e.At), e.Confidence)
}

// breakEvenCell names the cells of a break-even without what it is between.
func breakEvenCell(e answer.BreakEven) string {
	r := row{VariantSummary: results.VariantSummary{Variant: e.A}}
	switch e.Kind {
	case answer.ByArchitecture:
		return fmt.Sprintf("%s %d MB", r.name(), e.A.MemoryMB)
	case answer.ByMemory:
		return fmt.Sprintf("%s %s %d MB", r.name(), e.A.Architecture, e.A.MemoryMB)
	}
	return fmt.Sprintf("%s %s %d MB", r.name(), e.A.Architecture, e.A.MemoryMB)
}
