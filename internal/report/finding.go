package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// finding is one thing that a run says in words.
type finding struct {
	Subject, Text string
	// Doubt says that it speaks against the others.
	Doubt bool
}

// findings answer what a first look is for: which start is the fastest, and what
// the module systems cost. What is not decided is said to be undecided.
func findings(r results.Run) []finding {
	var all []finding
	add := func(subject, text string) {
		if text != "" {
			all = append(all, finding{Subject: subject, Text: text})
		}
	}
	if events := workloads(r); len(events) > 0 { // as in the answers, the first one leads
		raced := rows(r.Variants, events[0])
		add("Fastest cold start of "+events[0].String(), fastest(raced, coldOf, results.TotalMs))
		add("Fastest warm invocation of "+events[0].String(), fastest(raced, warmOf, results.DurationMs))
	}
	if o := r.OthersCPU; o != nil && !o.Valid {
		all = append(all, othersCPUFinding(*o))
	}
	if r.Load != nil {
		all = append(all, loadFindings(*r.Load)...)
	}
	return all
}

func coldOf(r row) *results.SeriesSummary { return r.cold }
func warmOf(r row) *results.SeriesSummary { return r.warm }

// fastest names the rows that share the first place, or says why there is none.
func fastest(all []row, of func(row) *results.SeriesSummary, metric string) string {
	withSection := len(sections(all)) > 1
	all = slices.DeleteFunc(slices.Clone(all), func(r row) bool { return median(of(r), metric) == nil })
	if len(all) == 0 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b row) int { return cmp.Compare(*median(of(a), metric), *median(of(b), metric)) })
	name := func(r row) string {
		if withSection {
			return r.name() + " " + r.section().String()
		}
		return r.name()
	}
	timed := func(r row) string { return fmt.Sprintf("%s (%s ms)", name(r), optional(median(of(r), metric))) }
	switch {
	case len(all) == 1:
		return fmt.Sprintf("only %s was measured", timed(all[0]))
	case !hasPlaces(all, of):
		return fmt.Sprintf("undecided, %s; the smallest median is that of %s", whyNoPlaces(all, of), timed(all[0]))
	}
	var firsts, others []row
	for _, r := range all {
		if p := of(r).Place; p != nil && p.Best == 1 {
			firsts = append(firsts, r)
		} else {
			others = append(others, r)
		}
	}
	if len(firsts) == 0 || len(others) == 0 {
		return ""
	}
	next := ", then " + timed(others[0])
	if *median(of(others[0]), metric) < *median(of(firsts[0]), metric) {
		next += ", whose median is smaller but which is slower more often than not"
	}
	if len(firsts) == 1 {
		text := fmt.Sprintf("%s with a median of %s ms%s", name(firsts[0]), optional(median(of(firsts[0]), metric)), next)
		if lead := of(firsts[0]).Place.Lead; lead != nil && lead.Over == others[0].Variant && lead.Probability > 0.5 {
			text += fmt.Sprintf("; it is the faster one in %s", pairsWon(lead.Superiority))
		}
		return text
	}
	const most = 4
	var names []string
	for _, r := range firsts[:min(len(firsts), most)] {
		names = append(names, timed(r))
	}
	if more := len(firsts) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ") + ", which cannot be told apart" + next
}

// whyNoPlaces says why a ranking tells nothing apart.
func whyNoPlaces(all []row, of func(row) *results.SeriesSummary) string {
	n := largest(all, of)
	for _, r := range all {
		if p := of(r).Place; p != nil && n < p.Needs {
			return fmt.Sprintf("since it takes %d of each to tell %d apart and there are %d", p.Needs, p.Of, n)
		}
	}
	return "since none can be told apart from another"
}

// loadFindings are those of a load test: first requests first, for that is where
// module systems differ.
func loadFindings(l results.Load) []finding {
	var all []finding
	if l.Run != "" {
		all = append(all, finding{Subject: "Load test", Text: runOf(l.Run, l.Started)})
	}
	c := l.Comparison
	if silent := silent(l); c != nil && len(silent) > 0 {
		return append(all, finding{Subject: "Load test", Text: noVerdict(silent), Doubt: true})
	}
	if c != nil {
		var overall []results.Comparison
		for _, one := range judged(*c) {
			switch {
			case one.Class == results.ClassKey{}:
				overall = append(overall, one)
			case one.Class.Environment == results.FirstInvocation:
				all = append(all, finding{Subject: firstSubject(one.Class), Text: verdictOn(l, one)})
			}
		}
		all = append(all, finding{Subject: "All requests", Text: atPercentiles(overall)})
	}
	if line := firstRequestLine(l.Targets); line != "" && firstRequest(l) == nil {
		all = append(all, finding{Subject: firstSubject(provisionedFirst), Text: line})
	}
	if !l.Generator.Valid {
		all = append(all, finding{Subject: "The load test is NOT VALID", Text: "its generator's own delay may be part of the latencies, so take its answers as hints; its section has the reasons", Doubt: true})
	}
	return all
}

// atPercentiles says one word for each percentile, those of the same word together.
func atPercentiles(all []results.Comparison) string {
	var words []string
	at := map[string][]string{}
	for _, c := range all {
		word := map[verdict.Word]string{
			verdict.Faster: c.A + " is faster",
			verdict.Slower: c.B + " is faster",
			verdict.Same:   "the same",
		}[c.Verdict]
		word = cmp.Or(word, "undecided")
		if at[word] == nil {
			words = append(words, word)
		}
		at[word] = append(at[word], figureName(c.Percentile))
	}
	for i, word := range words {
		words[i] = word + " at " + strings.Replace(listed(at[word]), "median", "the median", 1)
	}
	return strings.Join(words, ", ")
}

// listed is a list in a sentence: a, b and c.
func listed(items []string) string {
	last := len(items) - 1
	if last < 1 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

// firstSubject are first requests as a subject: First request of an environment, provisioned.
func firstSubject(class results.ClassKey) string {
	if class.Initialization == "" {
		return "First request of an environment"
	}
	return "First request of an environment, " + initializationWord(class)
}

// capital makes the first letter one.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// findingsTitle says of what the run speaks: a run on one machine says nothing of AWS.
func findingsTitle(m results.Manifest) string {
	switch m.Platform {
	case deployed.Local:
		return "What this run says, of this machine and not of AWS"
	case deployed.AWS:
		return "What this run says, of AWS in " + cmp.Or(m.Region, "a region that was not recorded")
	}
	return "What this run says"
}

func writeFindings(s *sheet, r results.Run) {
	all := findings(r)
	if len(all) == 0 {
		return
	}
	s.WriteString(findingsTitle(r.Manifest) + "\n\n")
	for _, f := range all {
		s.wrap(indent, indent+indent, emphasise(f.Subject+": "+f.Text))
	}
	s.WriteString("\n")
}
