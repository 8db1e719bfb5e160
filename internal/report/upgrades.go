package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lifecycle"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// writeUpgrades writes, for every workload, what each step from a runtime to the one that
// follows it changes, with AWS's dates of those that it has deprecated.
func writeUpgrades(s *sheet, all []answer.Answers) {
	t := table{columns: []column{
		{"", "", true},
		{"cold total", "x", false}, {"cold total", "95 % interval", false}, {"cold total", "", true},
		{"warm duration", "x", false}, {"warm duration", "95 % interval", false}, {"warm duration", "", true},
	}}
	for _, a := range all {
		if len(a.Upgrades) > 0 {
			t.heading(workloadOf(a) + overPairs(a.Upgrades))
		}
		for _, u := range a.Upgrades {
			name := stepName(u)
			if u.Lifecycle != nil {
				name += " " + deprecatedMark
			}
			row := []string{name}
			for _, temperature := range upgradeTemperatures {
				row = append(row, upgradeCells(u, temperature)...)
			}
			t.add(row...)
		}
	}
	if len(t.rows) == 0 {
		return
	}
	s.wrap("", indent, fmt.Sprintf("upgrading: ratios of medians, the later runtime over the one before it, all else equal; x below 1: the later one is faster; same: within %s", inPercent(all[0].Margin)))
	s.WriteString("\n")
	t.write(s)
	for _, l := range ended(all[0].Upgrades) {
		s.wrap(indent, indent+indent, deprecatedMark+" "+l.ID+": "+lifecycleText(l))
	}
	for _, a := range all {
		for _, line := range openUpgrades(a) {
			if len(all) > 1 {
				line = string(a.Event.Workload) + ", " + line
			}
			s.wrap(indent, indent+indent, line)
		}
	}
	if slices.ContainsFunc(all, unconfirmedNeeds) {
		s.wrap(indent, indent+indent, unconfirmedNeedsNote(all[0]))
	}
	if t.has(absent) {
		s.wrap(indent, indent+indent, absent+": too few samples for a ratio")
	}
	s.WriteString("\n")
}

// workloadOf is the workload that answers are about.
func workloadOf(a answer.Answers) string {
	return event{string(a.Event.Workload), a.Event.Iterations}.String()
}

// deprecatedMark stands behind the name of a runtime that AWS has deprecated.
const deprecatedMark = "*"

// stepName is a step of an upgrade as it stands before a row.
func stepName(u answer.Upgrade) string {
	if u.SnapStart {
		return strings.TrimSuffix(u.From, snapStart) + " to " + strings.TrimSuffix(u.To, snapStart) + "," + snapStart
	}
	return u.From + " to " + u.To
}

// snapStart ends the name of a runtime that has it.
const snapStart = " SnapStart"

var upgradeTemperatures = []results.Temperature{results.Cold, results.Warm}

// upgradeCells are the ratio of a temperature, its interval and its word.
func upgradeCells(u answer.Upgrade, t results.Temperature) []string {
	for _, r := range u.Ratios {
		switch {
		case r.Measure.Temperature != t:
		case r.Ratio == nil:
			return []string{absent, "", upgradeWord(r.Word)}
		default:
			return []string{number(*r.Ratio), number(r.Interval[0]) + " to " + number(r.Interval[1]), upgradeWord(r.Word)}
		}
	}
	return []string{absent, "", ""}
}

// overPairs says over how many pairs of cells the ratios of upgrades are, where that is not
// one each.
func overPairs(all []answer.Upgrade) string {
	least, most := 0, 0
	for _, u := range all {
		for _, r := range u.Ratios {
			if least == 0 || r.Pairs < least {
				least = r.Pairs
			}
			most = max(most, r.Pairs)
		}
	}
	if most < 2 {
		return ""
	}
	return ", over " + fromTo(fmt.Sprint(least), fmt.Sprint(most)) + " pairs of cells"
}

// ended are the lifecycles of what upgrades lead away from.
func ended(all []answer.Upgrade) (dates []lifecycle.Runtime) {
	for _, u := range all {
		if u.Lifecycle != nil && !slices.Contains(dates, *u.Lifecycle) {
			dates = append(dates, *u.Lifecycle)
		}
	}
	return dates
}

// openUpgrades say of the steps that have no word what would decide them, or why nothing
// would: a line for each measure.
func openUpgrades(a answer.Answers) (lines []string) {
	var apart reasons
	var measures []answer.Measure
	more := map[answer.Measure][]string{} // steps that take samples and nothing else
	others := map[answer.Measure]*reasons{}
	for _, u := range a.Upgrades {
		if len(u.Ratios) == 0 {
			apart.add("no two cells differ in nothing else", stepName(u))
		}
		for _, r := range u.Ratios {
			if r.Word != verdict.Undecided {
				continue
			}
			if others[r.Measure] == nil {
				measures, others[r.Measure] = append(measures, r.Measure), &reasons{}
			}
			if n := needsOf(u, r.Measure); n != nil && n.Rounds+n.Environments == 0 {
				more[r.Measure] = append(more[r.Measure], stepName(u)+" "+moreText(*n))
			} else {
				others[r.Measure].add(whyOpen(u, r), stepName(u))
			}
		}
	}
	for _, m := range measures {
		var parts []string
		if len(more[m]) > 0 {
			parts = append(parts, "about so many more "+samplesName(m)+"s of each would tell: "+strings.Join(more[m], ", "))
		}
		parts = append(parts, others[m].texts()...)
		lines = append(lines, measureName(m)+", open: "+strings.Join(parts, "; "))
	}
	return append(lines, apart.texts()...)
}

// reasons are texts with the steps that each is said of.
type reasons struct {
	order []string
	steps map[string][]string
}

func (r *reasons) add(text, step string) {
	if r.steps == nil {
		r.steps = map[string][]string{}
	}
	if r.steps[text] == nil {
		r.order = append(r.order, text)
	}
	r.steps[text] = append(r.steps[text], step)
}

func (r *reasons) texts() (all []string) {
	for _, text := range r.order {
		all = append(all, text+" ("+strings.Join(r.steps[text], ", ")+")")
	}
	return all
}

// whyOpen says what would decide a ratio of an upgrade, or why nothing that is known would.
func whyOpen(u answer.Upgrade, r answer.Ratio) string {
	if n := needsOf(u, r.Measure); n != nil {
		return needsText(n)
	}
	return reasonOf(r.Reason, r.Measure.Percentile)
}

// needsOf is what would decide a measure of an upgrade; nil if that is not known.
func needsOf(u answer.Upgrade, m answer.Measure) *answer.Needs {
	for _, n := range u.Needs {
		if n.Measure == m {
			return &n
		}
	}
	return nil
}

// upgradeText is an upgrade in a sentence.
func upgradeText(a answer.Answers, u answer.Upgrade) string {
	from := u.From
	if u.Lifecycle != nil {
		from += " (" + lifecycleText(*u.Lifecycle) + ")"
	}
	var parts []string
	for _, r := range u.Ratios {
		text := ratioWords(r, &answer.Needs{Measure: r.Measure})
		if r.Word == verdict.Undecided {
			text += ": " + whyOpen(u, r)
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		parts = []string{"no two cells differ in nothing else"}
	}
	return fmt.Sprintf("Upgrade from %s to %s, %s: %s", from, u.To, workloadOf(a), strings.Join(parts, "; "))
}

// upgradeTable draws the ratios of upgrades around 1.
type upgradeTable struct {
	stripTable
	// Notes are AWS's dates, and what would decide the steps that are open.
	Notes []string
}

// newUpgrades is nil where there is no step.
func newUpgrades(b board) *upgradeTable {
	all := b.answers.Upgrades
	var ratios []answer.Ratio
	for _, u := range all {
		ratios = append(ratios, u.Ratios...)
	}
	if len(all) == 0 {
		return nil
	}
	factor, _ := farthest(ratios)
	x := around(min(max(1.15*factor, 1.2), 20), stripFrom, stripTo)
	const most = 4
	t := &upgradeTable{stripTable: stripTable{
		Caption: fmt.Sprintf("Ratios of medians, %s%s: left of 1, the later one is faster", b.event, overPairs(all)),
		Heads:   []string{"cold start", "warm invocation"},
		Key: legend(keyEntry{"dot better", "the later one is faster"}, keyEntry{"dot worse", "the later one is slower"},
			keyEntry{"dot neutral", "not told apart, or the same"}, keyEntry{"line interval neutral-line", "95 % interval"}),
	}}
	t.Axis = stripAxis(x, most, tickLabel)
	marks := ratioMarks{ratioMark{"better", "faster"}, ratioMark{"worse", "slower"}}
	for _, u := range all {
		row := stripRow{Name: stepName(u)}
		if u.Lifecycle != nil {
			row.Note = fmt.Sprintf("deprecated %v", u.Lifecycle.Deprecated)
		}
		for _, temperature := range upgradeTemperatures {
			cell := ratioCell(x, most, temperature, u.Ratios, marks)
			for _, r := range u.Ratios {
				if r.Measure.Temperature == temperature {
					cell.Text = strings.TrimPrefix(cell.Text+" "+upgradeWord(r.Word), absent+" ")
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	for _, l := range ended(all) {
		t.Notes = append(t.Notes, l.ID+": "+lifecycleText(l))
	}
	t.Notes = append(t.Notes, openUpgrades(b.answers)...)
	if unconfirmedNeeds(b.answers) {
		t.Notes = append(t.Notes, unconfirmedNeedsNote(b.answers))
	}
	return t
}

// upgradeWord is a verdict as it stands beside its ratio.
func upgradeWord(w verdict.Word) string {
	if w == verdict.Undecided {
		return "open"
	}
	return string(w)
}
