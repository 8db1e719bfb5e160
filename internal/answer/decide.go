package answer

import (
	"cmp"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// decide sets Front, Pick, Against, Ratios and Word from the combined ratios. Of two
// levels in front, the cheaper one comes first.
func (a *Answer) decide() {
	levels := slices.Clone(a.Levels)
	if by := a.cost(); by != nil {
		slices.SortStableFunc(levels, func(x, y Level) int { return cmp.Compare(*by(x), *by(y)) })
	}
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = l.Name
	}
	a.Front = a.front(names)
	first := a.Front[0]
	a.Against, a.Word = "", ""
	for _, other := range a.Front[1:] {
		if word := a.between(first, other); a.Word == "" || worse(word, a.Word) {
			a.Against, a.Word = other, word
		}
	}
	if a.Against == "" { // every other level is beaten
		rest := slices.DeleteFunc(names, func(name string) bool { return name == first })
		a.Against = a.front(rest)[0]
		a.Word = a.between(first, a.Against)
	}
	if a.Word != Open {
		a.Pick = first
	}
	a.Ratios = a.ratios(first, a.Against)
}

// cost is by what levels are the cheaper ones: dollars, or GB-seconds where no price is
// known. A GB-second of one architecture costs another amount than one of the other, so
// without prices it says nothing about those. It is nil where nothing is known.
func (a *Answer) cost() func(Level) *float64 {
	known := func(by func(Level) *float64) bool {
		return !slices.ContainsFunc(a.Levels, func(l Level) bool { return by(l) == nil })
	}
	usd, billed := func(l Level) *float64 { return l.PerMillion }, func(l Level) *float64 { return l.GBSeconds }
	switch {
	case known(usd):
		return usd
	case a.Question != Architecture && known(billed):
		return billed
	}
	return nil
}

// front are those of the levels that no other one of them beats; all of them, if they
// beat each other in a circle.
func (a *Answer) front(names []string) []string {
	var front []string
	for _, name := range names {
		if !slices.ContainsFunc(names, func(other string) bool { return other != name && a.between(other, name) == Clear }) {
			front = append(front, name)
		}
	}
	if len(front) == 0 {
		return names
	}
	return front
}

// between is the word on two levels, in favour of the first.
func (a *Answer) between(first, other string) Word {
	var faster, slower, same, unjudged, all int
	for _, r := range a.ratios(first, other) {
		all++
		if r.Ratio == nil {
			unjudged++
		}
		switch r.Word {
		case verdict.Faster:
			faster++
		case verdict.Slower:
			slower++
		case verdict.Same:
			same++
		case verdict.Undecided:
			if r.places.b { // the medians leave it open, and the places have the other one first
				unjudged++
			}
		}
	}
	// Faster in one measure says nothing while the other was not judged at all, or while
	// the places say the opposite there. A load
	// test states p99 from 368 requests on; first requests alone are an answer there.
	if unjudged > 0 && a.Question != Modules {
		return Open
	}
	switch {
	case faster > 0 && slower > 0:
		return Trade
	case faster > 0:
		return Clear
	case all > 0 && same == all:
		return Tie
	}
	return Open
}

// worse says that a word leaves more open than another.
func worse(word, than Word) bool {
	order := []Word{Clear, Tie, Trade, Open}
	return slices.Index(order, word) > slices.Index(order, than)
}

// ratios are those of a level to another over all pairs.
func (a *Answer) ratios(first, other string) []Ratio { return ofLevels(a.Combined, first, other) }

// ofLevels are those of the ratios that are of two levels, as of the first over the other.
func ofLevels(ratios []Ratio, first, other string) (all []Ratio) {
	for _, r := range ratios {
		switch {
		case r.A == first && r.B == other:
			all = append(all, r)
		case r.A == other && r.B == first:
			all = append(all, r.Reversed())
		}
	}
	return all
}
