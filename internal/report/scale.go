package report

import (
	"math"
	"strconv"
)

// scale maps values to a stretch of a picture.
type scale struct {
	lo, hi     float64 // values
	from, to   float64 // coordinates
	logarithms bool
}

// linear begins at zero and ends at a round number that is not below most.
func linear(most, from, to float64) scale {
	if !(most > 0) || math.IsInf(most, 0) {
		most = 1
	}
	step := roundUp(most/7, coarse)
	return scale{lo: 0, hi: math.Ceil(most/step-1e-9) * step, from: from, to: to}
}

// logarithmic ends at round numbers around least and most, which are above 0. Where they
// are not, and where there are none ([noExtent]), it is some scale: nothing is drawn on it.
func logarithmic(least, most, from, to float64) scale {
	if !(least > 0) || math.IsInf(least, 0) {
		least = 0.001
	}
	if !(most > least) || math.IsInf(most, 0) {
		most = least * 1.0001
	}
	s := scale{lo: roundDown(least, fine), hi: roundUp(most, fine), from: from, to: to, logarithms: true}
	if s.hi <= s.lo {
		s.hi = roundUp(s.lo*1.01, fine)
	}
	return s
}

// around is logarithmic and has the same room on both sides of 1: a ratio and its
// inverse are equally far from it.
func around(farthest, from, to float64) scale {
	if math.IsInf(farthest, 0) || math.IsNaN(farthest) {
		farthest = 1
	}
	hi := roundUp(max(farthest, 1.25), fine)
	return scale{lo: 1 / hi, hi: hi, from: from, to: to, logarithms: true}
}

// at is the coordinate of a value; what is off the scale is drawn at its end.
func (s scale) at(v float64) float64 {
	v = min(max(v, s.lo), s.hi)
	share := (v - s.lo) / (s.hi - s.lo)
	if s.logarithms {
		share = math.Log(v/s.lo) / math.Log(s.hi/s.lo)
	}
	return s.from + share*(s.to-s.from)
}

// Leading digits of round numbers, from few to many.
var (
	decades = []float64{1}
	halves  = []float64{1, 3}
	coarse  = []float64{1, 2, 5}
	medium  = []float64{1, 1.5, 2, 3, 5, 7}
	fine    = []float64{1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8}
)

// ticks are round values of the scale, and at most as many as that.
func (s scale) ticks(most int) []float64 {
	if !s.logarithms {
		var all []float64
		step := roundUp((s.hi-s.lo)/float64(most), coarse)
		for i := 0; ; i++ {
			v := s.lo + float64(i)*step
			if v > s.hi*(1+1e-9) {
				return all
			}
			all = append(all, v)
		}
	}
	for _, digits := range [][]float64{fine, medium, coarse, halves, decades} {
		if all := s.round(digits, 1); len(all) <= most {
			return all
		}
	}
	for every := 2; ; every++ {
		if all := s.round(decades, every); len(all) <= max(most, 1) {
			return all
		}
	}
}

// round are the values of the scale with one of the leading digits, in every so-manyth decade.
func (s scale) round(digits []float64, every int) (all []float64) {
	first := int(math.Floor(math.Log10(s.lo)))
	for exponent := first; math.Pow10(exponent) <= s.hi*(1+1e-9); exponent++ {
		if exponent%every != 0 {
			continue
		}
		for _, d := range digits {
			if v := d * math.Pow10(exponent); v >= s.lo*(1-1e-9) && v <= s.hi*(1+1e-9) {
				all = append(all, v)
			}
		}
	}
	return all
}

// roundUp is the smallest round number that is not below v.
func roundUp(v float64, digits []float64) float64 {
	decade := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, d := range digits {
		if d*decade >= v*(1-1e-9) {
			return d * decade
		}
	}
	return 10 * decade
}

// roundDown is the largest round number that is not above v.
func roundDown(v float64, digits []float64) float64 {
	decade := math.Pow10(int(math.Floor(math.Log10(v))))
	best := decade
	for _, d := range digits {
		if d*decade <= v*(1+1e-9) {
			best = d * decade
		}
	}
	return best
}

// extent is the smallest and the largest of values, of which there may be none yet.
type extent struct{ least, most float64 }

func noExtent() extent { return extent{math.Inf(1), math.Inf(-1)} }

func (e *extent) add(values ...float64) {
	for _, v := range values {
		e.least, e.most = min(e.least, v), max(e.most, v)
	}
}

func (e extent) empty() bool { return e.least > e.most }

// tickLabel is short: 0.5, 20, 1,000.
func tickLabel(v float64) string {
	if v >= 1000 && v == math.Trunc(v) {
		return grouped(int64(v))
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}
