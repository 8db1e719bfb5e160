package report

import "strconv"

// dollars has as many decimals as tell cells apart that all pay the same for a request.
func dollars(usd float64) string {
	decimals := 3
	switch {
	case usd >= 100:
		decimals = 0
	case usd >= 1:
		decimals = 2
	}
	return strconv.FormatFloat(usd, 'f', decimals, 64)
}

// inPercent is a part of 1 in percent: 1 %.
func inPercent(v float64) string { return strconv.FormatFloat(100*v, 'g', 3, 64) + " %" }
