package results

import "github.com/lambda-benchmark/lambda-benchmark/internal/verdict"

// Compare judges a against b at a percentile, and at the others beside it. The
// values are milliseconds.
func Compare(a, b string, da, db verdict.Distribution, o verdict.Options, percentile float64, others ...float64) Comparison {
	c := comparison(a, b, verdict.Compare(da, db, percentile, o))
	for _, p := range others {
		c.Others = append(c.Others, comparison(a, b, verdict.Compare(da, db, p, o)))
	}
	return c
}

func comparison(a, b string, j verdict.Judgement) Comparison {
	c := Comparison{A: a, B: b, Percentile: j.Percentile, Verdict: string(j.Word), Reason: j.Reason}
	if j.Judged {
		c.DifferenceMs = &j.Difference
		c.IntervalMs = j.Interval[:]
	}
	return c
}

// ClassName is how a [Comparison] names a class.
func (c Class) ClassName() string {
	if c.Initialization == "" {
		return c.Environment
	}
	return c.Environment + ", " + c.Initialization
}
