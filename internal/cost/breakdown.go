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
}

// PerRun is what one run costs, in US dollars.
func (b Breakdown) PerRun() float64 { return sum(b.Run) }

// StandingPerMonth is what a month of the stage costs while nothing is measured, in US dollars.
func (b Breakdown) StandingPerMonth() float64 { return sum(b.Standing) }

// PerMonth is what a month of the stage costs with its scheduled runs, in US dollars.
func (b Breakdown) PerMonth() float64 { return sum(b.Standing) + sum(b.Scheduled) }

// Sentence is the estimate in short.
func (b Breakdown) Sentence() string {
	s := fmt.Sprintf("about %s a month while nothing is measured, and %s for each run of about %s", Dollars(b.StandingPerMonth()), Dollars(b.PerRun()), minutes(b.RunTime))
	if b.RunsPerMonth > 0 {
		s += fmt.Sprintf("; the schedule starts %.0f runs a month, which makes %s a month in all", b.RunsPerMonth, Dollars(b.PerMonth()))
	}
	return s
}

func sum(lines []Line) (usd float64) {
	for _, l := range lines {
		usd += l.USD
	}
	return usd
}

// worst is the least sure of the lines' prices.
func worst(lines []Line) Confidence {
	c := Seen
	for _, l := range lines {
		c = Least(c, l.Confidence)
	}
	return c
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
	var rows [][3]string
	unconfirmed := false
	section := func(title string, lines []Line, total float64) {
		rows = append(rows, [3]string{title})
		for _, l := range lines {
			usd := Dollars(l.USD) + " "
			if l.Confidence == Unconfirmed {
				usd, unconfirmed = Dollars(l.USD)+"*", true
			}
			rows = append(rows, [3]string{"  " + l.What, quantity(l.Quantity) + " " + plural(l.Unit, l.Quantity), usd})
		}
		rows = append(rows, [3]string{"  in all", "", Dollars(total) + " "})
	}
	section("One run", b.Run, b.PerRun())
	rows = append(rows, [3]string{})
	section("One month while nothing is measured", b.Standing, b.StandingPerMonth())
	rows = append(rows, [3]string{})
	section("One month of scheduled runs", b.Scheduled, sum(b.Scheduled))

	var width [3]int
	for _, row := range rows {
		for i, cell := range row {
			width[i] = max(width[i], len(cell))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		line := fmt.Sprintf("%-*s  %*s  %*s", width[0], row[0], width[1], row[1], width[2], row[2])
		fmt.Fprintln(&text, strings.TrimRight(line, " "))
	}
	list := Prices()
	fmt.Fprintf(&text, "\nA run takes about %s, if AWS takes as long for an update of a function as internal/cost/assumptions.json says.\n", minutes(b.RunTime))
	fmt.Fprintf(&text, "List prices of %s, checked on %s, without free tiers, taxes, data transfer and load tests.\n", list.Region, list.Checked)
	if unconfirmed {
		fmt.Fprintln(&text, "* with a price that is not confirmed; internal/cost/prices.json has the sources.")
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
