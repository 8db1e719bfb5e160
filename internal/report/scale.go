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
	if !(most > 0) {
		most = 1
	}
	step := niceStep(most / 7)
	return scale{lo: 0, hi: math.Ceil(most/step-1e-9) * step, from: from, to: to}
}

// logarithmic ends at round numbers around least and most, which are above 0.
func logarithmic(least, most, from, to float64) scale {
	if !(least > 0) {
		least = 0.001
	}
	if !(most > least) {
		most = least * 1.0001
	}
	s := scale{lo: roundDown(least), hi: roundUp(most), from: from, to: to, logarithms: true}
	if s.hi <= s.lo {
		s.hi = roundUp(s.lo * 1.5)
	}
	return s
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

// ticks are the round values of the scale, its ends included.
func (s scale) ticks() []float64 {
	var all []float64
	if !s.logarithms {
		step := niceStep((s.hi - s.lo) / 8)
		for i := 0; ; i++ {
			v := s.lo + float64(i)*step
			if v > s.hi*(1+1e-9) {
				return all
			}
			all = append(all, v)
		}
	}
	decade := math.Pow(10, math.Floor(math.Log10(s.lo)))
	// Over many decades, 2 and 5 would run into each other.
	steps := []float64{1, 2, 5}
	if s.hi/s.lo > 5000 {
		steps = []float64{1}
	}
	for ; decade <= s.hi; decade *= 10 {
		for _, f := range steps {
			if v := f * decade; v >= s.lo*(1-1e-9) && v <= s.hi*(1+1e-9) {
				all = append(all, v)
			}
		}
	}
	return all
}

// niceStep is 1, 2 or 5 times a power of ten, and not below v.
func niceStep(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 5, 10} {
		if f*decade >= v*(1-1e-9) {
			return f * decade
		}
	}
	return 10 * decade
}

func roundUp(v float64) float64 { return niceStep(v) }

// roundDown is 1, 2 or 5 times a power of ten, and not above v.
func roundDown(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{5, 2, 1} {
		if f*decade <= v*(1+1e-9) {
			return f * decade
		}
	}
	return decade
}

// tickLabel is short: 0.5, 20, 1000.
func tickLabel(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
