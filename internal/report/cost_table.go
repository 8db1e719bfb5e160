package report

import (
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
)

// costTable is what invocations of every cell cost, over the share of cold starts.
type costTable struct {
	Title  string
	Shares []string
	Rows   []costRow
	// BreakEvens say where two ways to run a function cost the same.
	BreakEvens []string
	Note       string
}

type costRow struct {
	Cell string
	USD  []string
}

// newCostTable is nil where nothing is priced.
func newCostTable(b board) *costTable {
	p := b.answers.Pricing
	if p == nil {
		return nil
	}
	t := &costTable{Title: b.event.String(), BreakEvens: breakEvenLines(p.BreakEvens, b.answers.ColdShare), Note: pricesNote(*p)}
	for _, at := range tableShares {
		t.Shares = append(t.Shares, inPercent(at))
	}
	for _, c := range p.Cells {
		one := costRow{Cell: c.Variant.String()}
		for _, at := range tableShares {
			one.USD = append(one.USD, cost.Marked(money(c.At(at)), c.Confidence))
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
