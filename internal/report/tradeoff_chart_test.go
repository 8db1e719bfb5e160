package report

import (
	"slices"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
)

func TestParetoFront(t *testing.T) {
	for _, test := range []struct {
		name   string
		points []tradeoffPoint
		want   []float64 // dollars of the front
	}{
		{"none", nil, nil},
		{"one", []tradeoffPoint{{usd: 1, cold: 5}}, []float64{1}},
		{"one beats all", []tradeoffPoint{{usd: 2, cold: 6}, {usd: 1, cold: 5}, {usd: 3, cold: 5}}, []float64{1}},
		{"each is cheaper or faster", []tradeoffPoint{{usd: 3, cold: 1}, {usd: 1, cold: 5}, {usd: 2, cold: 3}}, []float64{1, 2, 3}},
		{"the slower of the same price is beaten", []tradeoffPoint{{usd: 1, cold: 6}, {usd: 1, cold: 5}}, []float64{1}},
		{"the dearer of the same time is beaten", []tradeoffPoint{{usd: 2, cold: 5}, {usd: 1, cold: 5}}, []float64{1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []float64
			for _, p := range front(test.points) {
				got = append(got, p.usd)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("the front is %v, want %v", got, test.want)
			}
		})
	}
}

// A load test of one target has no question about modules, and no card.
func TestCards(t *testing.T) {
	answers := answer.Answers{Answers: []answer.Answer{
		{Question: answer.Runtime, Word: answer.NotAsked, Missing: answer.NothingMeasured},
		{Question: answer.Modules, Word: answer.Clear, Pick: "esmodule"},
	}}
	for _, test := range []struct {
		name     string
		loadOnly bool
		want     []string
	}{
		{"a run of cells", false, []string{"Which runtime? not asked", "Which module system? clear esmodule"}},
		{"a load test alone", true, []string{"Which module system? clear esmodule"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range cards(answers, test.loadOnly) {
				text := c.Question + " " + c.Text
				if c.Pick != "" {
					text += " " + c.Pick
				}
				got = append(got, text)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("cards are %q, want %q", got, test.want)
			}
		})
	}
}
