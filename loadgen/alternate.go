package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// alternation is load tests of two URLs in turns, one run directory each. What differs
// from run to run of the same URL is in no single run, so it takes several of each.
type alternation struct {
	settings *settings
	tests    []alternating // in the order of time
}

// alternating is one of the load tests.
type alternating struct {
	turn
	*loadTest
}

// turn is the load test of one side in one round.
type turn struct {
	side  string // a or b
	round int
}

// turns are the load tests of so many rounds. Every second round is in reverse, a b b a,
// so that a steady change over time weighs on both sides alike.
func turns(rounds int) (all []turn) {
	for i := range rounds {
		first, second := "a", "b"
		if i%2 == 1 {
			first, second = second, first
		}
		all = append(all, turn{first, i + 1}, turn{second, i + 1})
	}
	return all
}

// betweenURLs is a comma before another URL. A comma within a URL stays.
var betweenURLs = regexp.MustCompile(`,\s*(https?://)`)

// splitPair takes -ab apart.
func splitPair(text string) (a, b string, err error) {
	urls := strings.Split(betweenURLs.ReplaceAllString(text, "\n$1"), "\n")
	if len(urls) != 2 {
		return "", "", fmt.Errorf("-ab: want two URLs with a comma between them, not %d", len(urls))
	}
	return urls[0], urls[1], nil
}

// prepareAlternation makes every load test ready, so that nothing is sent if one cannot be used.
func prepareAlternation(ctx context.Context, s *settings) (*alternation, error) {
	for _, name := range []string{"url", "targets", "only", "stage", "artillery", "fail-if", "strict", "baseline"} {
		if s.given[name] {
			return nil, fmt.Errorf("-ab and -%s exclude each other", name)
		}
	}
	switch format := report.Format(s.format); {
	case len(s.arguments) > 0:
		return nil, fmt.Errorf("-ab takes both URLs itself, with a comma between them: %d arguments are too many", len(s.arguments))
	case s.runs < 1:
		return nil, fmt.Errorf("-runs %d: want 1 or more of each", s.runs)
	case format != report.FormatText && format != report.FormatJSON:
		return nil, fmt.Errorf("-ab is printed as %s or %s", report.FormatText, report.FormatJSON)
	}
	a, b, err := splitPair(s.ab)
	if err != nil {
		return nil, err
	}
	if s.out == "" {
		s.out = "ab-" + time.Now().UTC().Format("20060102T150405Z")
	}
	alternate := &alternation{settings: s}
	for _, turn := range turns(s.runs) {
		one := *s
		one.arguments = []string{map[string]string{"a": a, "b": b}[turn.side]}
		one.out = filepath.Join(s.out, fmt.Sprint(turn.side, turn.round))
		if one.seed != 0 {
			one.seed += uint64(turn.round - 1) // the same for both of a round
		}
		if _, err := os.Stat(filepath.Join(one.out, results.ManifestFile)); err == nil {
			return nil, fmt.Errorf("-out: %s: it holds a run already", one.out)
		}
		lt, err := prepare(ctx, &one)
		if err != nil {
			return nil, err
		}
		alternate.tests = append(alternate.tests, alternating{turn, lt})
	}
	return alternate, nil
}

// runAlternation makes the load tests in turns and judges the sides by what they left
// behind. An interrupt ends the load test that is on its way and those that would follow.
func runAlternation(ctx context.Context, s *settings, stdout, stderr io.Writer) (code int, err error) {
	alternate, err := prepareAlternation(ctx, s)
	if err != nil {
		return commandline.Usage, err
	}
	ctx, stop := interruptible(ctx, stderr)
	defer stop()
	c := console.New(stderr)
	for i, lt := range alternate.tests {
		c.Printf("%s, run %d of %d", lt.out, i+1, len(alternate.tests))
		f, _, err := lt.measure(ctx, c)
		if f == nil {
			return commandline.Usage, err
		}
		for _, err := range f.incomplete {
			c.Printf("%s: %v", lt.out, err)
			code = commandline.NotValid
		}
		if f.run.Load.Targets[0].Answered == 0 {
			f.exit(stderr)
			return commandline.Nothing, nil
		}
		if f.run.Load.Interrupted {
			break
		}
	}
	sides, without, err := alternate.read()
	if err != nil {
		return commandline.NotValid, err
	}
	for _, r := range without {
		c.Printf("%s was interrupted, and is left out", r.ID)
	}
	if len(sides["a"]) == 0 || len(sides["b"]) == 0 {
		if err := report.Write(stdout, report.Format(s.format), slices.Concat(sides["a"], sides["b"])[0]); err != nil {
			return commandline.NotValid, err
		}
		return code, nil
	}
	p, err := pair.Judge(pair.Side{Name: "b", Runs: sides["b"]}, pair.Side{Name: "a", Runs: sides["a"]}, s.margin.Options())
	if err != nil {
		return commandline.NotValid, err
	}
	err = errors.Join(
		report.WritePair(stdout, report.Format(s.format), p),
		commandline.StepSummary(func(w io.Writer) error { return report.PairMarkdown(w, p) }),
	)
	if err != nil {
		return commandline.NotValid, err
	}
	return code, nil
}

// read reads the runs of each side that were made. A run that was interrupted is left out
// where the side has a whole one.
func (a *alternation) read() (sides map[string][]results.Run, without []results.Run, err error) {
	sides, parts := map[string][]results.Run{}, map[string][]results.Run{}
	for _, lt := range a.tests {
		if _, err := os.Stat(lt.out); errors.Is(err, os.ErrNotExist) {
			continue
		}
		r, err := results.Read(lt.out)
		if err != nil {
			return nil, nil, err
		}
		of := sides
		if r.Manifest.Interrupted {
			of = parts
		}
		of[lt.side] = append(of[lt.side], r)
	}
	for side, runs := range parts {
		if len(sides[side]) == 0 {
			sides[side] = runs
		} else {
			without = append(without, runs...)
		}
	}
	return sides, without, nil
}
