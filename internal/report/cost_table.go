package report

import (
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
)

// costTable is what invocations of every cell cost, over the share of cold starts.
type costTable struct {
	Title string
	// Unit is what the table counts.
	Unit   string
	Shares []string
	Rows   []costRow
	// BreakEvens say where two ways to run a function cost the same.
	BreakEvens []string
	Note       string
}

type costRow struct {
	Cell string
	At   []string
}

// newCostTable is nil where nothing was billed.
func newCostTable(b board) *costTable {
	cells := cellCosts(b.answers)
	if len(cells) == 0 {
		return nil
	}
	t := &costTable{Title: b.event.String(), Unit: "GB-seconds", Note: "no dollars, since " + noPrices(b.answers)}
	if p := b.answers.Pricing; p != nil {
		t.Unit, t.BreakEvens, t.Note = "dollars", breakEvenLines(p.BreakEvens, b.answers.ColdShare), pricesNote(*p)
	}
	for _, at := range tableShares {
		t.Shares = append(t.Shares, inPercent(at))
	}
	for _, c := range cells {
		one := costRow{Cell: c.cell}
		for _, at := range tableShares {
			one.At = append(one.At, c.at(at))
		}
		t.Rows = append(t.Rows, one)
	}
	return t
}

// pricesNote says which prices costs are of, and what they leave out.
func pricesNote(p answer.Pricing) string {
	note := "list prices of " + p.Region + ", checked on " + p.Checked + ", without free tier and tax; API Gateway would add " +
		cost.Marked(money(p.APIGateway.USD), p.APIGateway.Confidence)
	if unconfirmed(p) {
		note += "; " + cost.UnconfirmedMark + ": with a price that is not confirmed"
	}
	return note
}
