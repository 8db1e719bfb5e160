package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// Markdown writes what a run says, briefly, for the summary of a CI job: the conditions,
// the answers, what failed, and whether the load test is valid.
func Markdown(w io.Writer, r results.Run) error {
	r = cleaned(r)
	var b strings.Builder
	fmt.Fprintf(&b, "## lambda-benchmark %s\n\n", markdownText(r.ID))
	line := func(text string) { b.WriteString("- " + markdownText(text) + "\n") }
	for _, text := range thresholdLines(r.Thresholds) {
		line(text)
	}
	all := answer.All(r)
	for _, a := range all[0].Answers {
		if a.Word != answer.NotAsked {
			line(questionName(a.Question) + ": " + answerText(a))
		}
	}
	for _, workload := range all {
		for _, u := range workload.Upgrades {
			line(upgradeText(workload, u))
		}
	}
	for _, v := range r.Variants {
		if v.Status == results.Failed {
			line(v.Variant.String() + " failed: " + v.Reason)
		}
	}
	if l := r.Load; l != nil {
		for _, t := range l.Targets {
			line(fmt.Sprintf("%s: p50 %s, p99 %s, %s of %s without an answer", t.Name,
				withUnit(bound(t.Latency.Percentiles, "p50", t.Latency.P50)), withUnit(needs(t.Latency.Percentiles)), grouped(t.Planned-t.Answered), counted(t.Planned, "request")))
		}
		if l.Run != "" {
			line("The load test is that of " + runOf(l.Run, l.Started) + ".")
		}
		if l.Generator.Valid {
			line("The load test is valid.")
		} else {
			line(notValid + ": " + strings.Join(NotValidReasons(*l), "; "))
		}
	}
	if m := r.Manifest; m.Platform != "" {
		fmt.Fprintf(&b, "\nplatform %s, region %s, version %s, seed %d\n", m.Platform, markdownText(cmp.Or(m.Region, absent)), markdownText(m.Version), m.Seed)
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

// PairMarkdown writes what a pair says, briefly: the verdict, what was not the same, and
// each difference that has a word.
func PairMarkdown(w io.Writer, p results.Pair) error {
	p = cleaned(p)
	var b strings.Builder
	fmt.Fprintf(&b, "## lambda-benchmark %s\n\n", markdownText(PairVerdict(p)))
	line := func(text string) { b.WriteString("- " + markdownText(text) + "\n") }
	for _, d := range p.Differences {
		line("not the same: " + d.What + ": " + cmp.Or(d.After, absent) + " against " + cmp.Or(d.Before, absent))
	}
	for _, d := range p.Doubts {
		line("doubt: " + doubtText(d))
	}
	for _, group := range pairGroups(p.Series) {
		for _, m := range group.rows {
			if m.Verdict != verdict.Undecided && m.Verdict != verdict.Same {
				line(fmt.Sprintf("%s, %s: %s, %s against %s, by %s", m.cell, group.title, metricWord(m.PairMetric), mediansOf(m.After), mediansOf(m.Before), signedOptional(m.Difference)))
			}
		}
	}
	for _, t := range p.Targets {
		for _, c := range judged(t.Comparison) {
			if c.Verdict != verdict.Undecided && c.Verdict != verdict.Same {
				line(t.Name + ": " + verdictLine(c, percentileName(c.Percentile)))
			}
		}
	}
	_, err := io.WriteString(w, b.String()+"\n")
	return err
}

// markdownText makes every character of a text stand for itself.
func markdownText(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>#|~!&@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
