package verdict_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

var (
	full   = flag.Bool("full", false, "simulate 2,000 trials or more of every row")
	update = flag.Bool("update", false, "with -full: write the table of METHOD.md")
)

// A simulation is one row of a table: how often something happens.
type simulation struct {
	name string
	// before is the rate of the bootstrap that this package once was, where it is known.
	before string
	// atMost and atLeast are the limits of the rate; 0 is none. never is the limit 0.
	atMost, atLeast float64
	never           bool
	trial           func(rng *rand.Rand) bool
}

// fullTrials are those of a row with -full.
const fullTrials = 2000

// hits runs the trials, each with a random stream of its own, so that the result
// does not depend on how many processors there are.
func (s simulation) hits(trials int) int {
	var next, sum atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := next.Add(1); i <= int64(trials); i = next.Add(1) {
				if s.trial(rand.New(rand.NewPCG(uint64(i), 0x5eed))) {
					sum.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return int(sum.Load())
}

// bounds are the one-sided 99 % bounds of a rate: C. Clopper and E. Pearson, The Use
// of Confidence or Fiducial Limits, Biometrika 26 (1934).
func bounds(hits, trials int) (lower, upper float64) {
	upper = 1
	k, n := float64(hits), float64(trials)
	if hits > 0 {
		lower = mathext.InvRegIncBeta(k, n-k+1, 0.01)
	}
	if hits < trials {
		upper = mathext.InvRegIncBeta(k+1, n-k, 0.99)
	}
	return lower, upper
}

// test runs the row and returns it as Markdown. It fails where the rate is beyond the
// limit by more than chance explains.
func (s simulation) test(t *testing.T, short int) (markdown string) {
	trials := short
	if *full {
		trials = fullTrials
	}
	hits := s.hits(trials)
	rate := float64(hits) / float64(trials)
	lower, upper := bounds(hits, trials)
	markdown = fmt.Sprintf("| %s | %s | %.3f | %s |\n", s.name, s.before, rate, s.limit())
	t.Logf("of %d trials: %s", trials, markdown)
	switch {
	case s.never && hits > 0:
		t.Errorf("%d of %d trials, want none", hits, trials)
	case s.atMost > 0 && lower > s.atMost:
		t.Errorf("%.4f of %d trials (99 %% sure of %.4f), want %v at most", rate, trials, lower, s.atMost)
	case s.atLeast > 0 && upper < s.atLeast:
		t.Errorf("%.4f of %d trials (99 %% sure of %.4f), want %v at least", rate, trials, upper, s.atLeast)
	}
	return markdown
}

func (s simulation) limit() string {
	switch {
	case s.never:
		return "0"
	case s.atMost > 0:
		return fmt.Sprintf("at most %v", s.atMost)
	case s.atLeast > 0:
		return fmt.Sprintf("at least %v", s.atLeast)
	}
	return ""
}

const (
	methodFile = "../../METHOD.md"
	tableBegin = "<!-- simulations -->\n"
	tableEnd   = "<!-- end -->\n"
	tableHead  = "| case | before | now | must be |\n| --- | --: | --: | --: |\n"
)

// methodTable returns METHOD.md around the table, and the table.
func methodTable(t *testing.T) (before, table, after string) {
	method, err := os.ReadFile(methodFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(method), tableBegin)
	table, after, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the table between %q and %q", methodFile, tableBegin, tableEnd)
	}
	return before, table, after
}

// The table of METHOD.md. A command writes it again, in minutes:
//
//	go test ./internal/verdict -run TestTable -full -update -timeout 1h
func TestTable(t *testing.T) {
	_, written, _ := methodTable(t)
	table := tableHead
	for _, row := range tableRows() {
		t.Run(row.name, func(t *testing.T) { table += row.test(t, 40) })
		if !*update && !strings.Contains(written, "| "+row.name+" |") {
			t.Errorf("%s does not have the row %q: go test ./internal/verdict -run TestTable -full -update -timeout 1h", methodFile, row.name)
		}
	}
	if *full && *update {
		before, _, after := methodTable(t)
		if err := os.WriteFile(methodFile, []byte(before+tableBegin+table+tableEnd+after), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// What the table does not have: every shape, size and percentile, and how often true
// differences are found. Rows without a limit are for -full.
func TestSimulations(t *testing.T) {
	for _, row := range slices.Concat(overTimeRows(), independentRows(), rankRows(), runRows(), roundRows(), boundRows()) {
		if !*full && row.limit() == "" {
			continue
		}
		t.Run(row.name, func(t *testing.T) { row.test(t, 10) })
	}
}
