package cost

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Breakdown is an estimate, line by line.
type Breakdown struct {
	// Region is the one whose list prices these are, and Checked the day on which they
	// were looked up.
	Region, Checked string
	// Run is one run. Standing is a month of the stage in which nothing is measured, and
	// Scheduled is what the runs that the schedule starts add to it.
	Run, Standing, Scheduled []Line
	// RunTime is how long a run takes, by the assumptions.
	RunTime time.Duration
	// RunsPerMonth is how many runs the schedule starts.
	RunsPerMonth float64
}

// Line is one item of a bill.
type Line struct {
	What     string
	Quantity float64
	Unit     string
	USD      float64
	// Confidence is how sure the price is.
	Confidence Confidence
	// StandIn says that the region's price is not known, and that this one is us-east-1's.
	StandIn bool
}

// PerRun is what one run costs.
func (b Breakdown) PerRun() Amount { return sum(b.Run) }

// StandingPerMonth is what a month of the stage costs while nothing is measured.
func (b Breakdown) StandingPerMonth() Amount { return sum(b.Standing) }

// PerMonth is what a month of the stage costs with its scheduled runs.
func (b Breakdown) PerMonth() Amount { return sum(b.Standing).Plus(sum(b.Scheduled)) }

// Sentence is the estimate in short.
func (b Breakdown) Sentence() string {
	s := fmt.Sprintf("about %v a month while nothing is measured, and %v for each run of about %s", b.StandingPerMonth(), b.PerRun(), minutes(b.RunTime))
	if b.RunsPerMonth > 0 {
		s += fmt.Sprintf("; the schedule starts %.0f runs a month, which makes %v a month in all", b.RunsPerMonth, b.PerMonth())
	}
	s += "; list prices of " + b.Region
	if b.PerRun().Plus(b.PerMonth()).Confidence == Unconfirmed {
		s += ", " + UnconfirmedMark + " with prices that are not confirmed there"
	}
	return s
}

// sum is what lines cost together.
func sum(lines []Line) Amount {
	all := Amount{Confidence: Seen}
	for _, l := range lines {
		all = all.Plus(Amount{l.USD, l.Confidence})
	}
	return all
}

// Dollars writes an amount with as many decimals as tell something.
func Dollars(usd float64) string {
	switch {
	case usd != 0 && usd < 0.0001:
		return "< $0.0001"
	case usd < 1:
		return fmt.Sprintf("$%.4f", usd)
	}
	return fmt.Sprintf("$%.2f", usd)
}

// minutes writes a time roughly.
func minutes(d time.Duration) string {
	if n := math.Ceil(d.Minutes()); n != 1 {
		return fmt.Sprintf("%.0f minutes", n)
	}
	return "1 minute"
}

// Text writes the estimate as a table.
func (b Breakdown) Text(w io.Writer) error {
	var rows [][4]string // what, how much of it, dollars, and whose price that is
	amount := func(a Amount) string {
		if text := a.String(); strings.HasSuffix(text, UnconfirmedMark) {
			return text
		}
		return a.String() + " "
	}
	all := Amount{Confidence: Seen}
	standIn := 0
	section := func(title string, lines []Line) {
		rows = append(rows, [4]string{title})
		for _, l := range lines {
			whose := ""
			if l.StandIn {
				whose = complete + "'s price"
				standIn++
			}
			usd := Amount{l.USD, l.Confidence}
			all = all.Plus(usd)
			rows = append(rows, [4]string{"  " + l.What, quantity(l.Quantity) + " " + plural(l.Unit, l.Quantity), amount(usd), whose})
		}
		rows = append(rows, [4]string{"  in all", "", amount(sum(lines))})
	}
	section("One run", b.Run)
	rows = append(rows, [4]string{})
	section("One month while nothing is measured", b.Standing)
	rows = append(rows, [4]string{})
	section("One month of scheduled runs", b.Scheduled)

	var width [3]int
	for _, row := range rows {
		for i := range width {
			width[i] = max(width[i], len(row[i]))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		line := fmt.Sprintf("%-*s  %*s  %*s  %s", width[0], row[0], width[1], row[1], width[2], row[2], row[3])
		fmt.Fprintln(&text, strings.TrimRight(line, " "))
	}
	fmt.Fprintf(&text, "\nA run takes about %s, if AWS takes as long for an update of a function as internal/cost/assumptions.json says.\n", minutes(b.RunTime))
	fmt.Fprintf(&text, "List prices of %s, checked on %s, without free tiers, taxes, data transfer and load tests.\n", b.Region, b.Checked)
	if standIn > 0 {
		fmt.Fprintf(&text, "Prices that are not known of %s are %s's.\n", b.Region, complete)
	}
	if all.Confidence == Unconfirmed {
		fmt.Fprintf(&text, "%s with a price that is not confirmed; internal/cost/prices.json has the sources.\n", UnconfirmedMark)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func quantity(n float64) string {
	switch {
	case n < 10 && n != float64(int(n)):
		return fmt.Sprintf("%.3g", n)
	case n < 1e6:
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.2f million", n/1e6)
}

func plural(unit string, n float64) string {
	if n == 1 || unit == "GB" || unit == "GB-month" || unit == "secret and month" {
		return unit
	}
	return unit + "s"
}
