package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/threshold"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
)

// loadTest runs one load test: plan, run, judge, write, print.
func loadTest(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, err error) {
	s, err := parseSettings(args)
	if err != nil {
		return exitUsage, err
	}
	p, err := newPlan(ctx, s)
	if err != nil {
		return exitUsage, err
	}
	ctx, stop := interruptible(ctx, stderr)
	defer stop()

	records, err := openRecords(p)
	if err != nil {
		return exitUsage, err
	}
	c := console.New(stderr)
	p.announce(c)
	p.attack.HLog = records.log
	p.attack.Progress = func(now attack.Progress) { c.Status("%s", progressLine(now)) }
	result, err := attack.Run(ctx, p.attack)
	c.Done()
	if result == nil {
		return exitUsage, err
	}
	f := p.judge(result, err)
	if err := records.write(f); err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	page, err := records.page(f)
	if err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	if err := printPage(stdout, p.format, page); err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	return f.exit(stderr), nil
}

// announce says what is going to happen, and what of artillery's files makes no difference.
func (p *plan) announce(c *console.Console) {
	if p.test != nil {
		for _, ignored := range p.test.Ignored {
			c.Printf("ignored: %s", ignored)
		}
	}
	what := fmt.Sprintf("closed loop of %d connections for %v", p.conns, p.duration)
	if p.attack.Closed == nil {
		s := p.attack.Schedule
		what = fmt.Sprintf("%.0f requests in %v", s.Expected(), s.Duration())
		if s.Process != "" && len(s.Trace) == 0 && len(s.Phases) == 1 && s.Phases[0].From == s.Phases[0].To {
			what += fmt.Sprintf(" (%g/s to each)", s.Phases[0].From)
		}
	}
	c.Printf("load test of %s: %s, seed %d", strings.Join(p.names(), " and "), what, p.seed)
}

// progressLine is the live view.
func progressLine(p attack.Progress) string {
	ms := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.3g ms", *v)
	}
	line := fmt.Sprintf("%3.0f of %.0f s   %.1f requests/s   in flight %d   p50 %s   p99 %s   errors %d",
		p.Elapsed.Seconds(), p.Duration.Seconds(), p.Rate, p.InFlight, ms(p.P50Ms), ms(p.P99Ms), p.Failed)
	if p.Dropped > 0 {
		line += fmt.Sprintf("   dropped %d", p.Dropped)
	}
	return line
}

// findings are what a load test found, and what is missing from its records.
type findings struct {
	result     *attack.Result
	load       results.Load
	incomplete []error
}

// judge compares the targets, and holds the figures against the thresholds.
func (p *plan) judge(r *attack.Result, err error) *findings {
	f := &findings{result: r, load: r.Load()}
	if err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	f.load.Comparison = r.Compare(p.margin.options(p.seed))
	var targets []threshold.Target
	for i := range r.Targets {
		t := &r.Targets[i]
		targets = append(targets, threshold.Target{
			Name: t.Name, Planned: t.Planned, Sent: t.Sent, Dropped: t.Dropped, Answered: t.Answered,
			Latency: t.Latency, Service: t.Service, FirstByte: t.FirstByte, Connect: t.Connect,
		})
	}
	for _, t := range p.failIf {
		f.load.Thresholds = append(f.load.Thresholds, t.Judge(targets))
	}
	f.load.Manifest = p.manifest(f.load)
	return f
}

// exit is the code, with its reason on stderr where nobody would look for it elsewhere.
func (f *findings) exit(stderr io.Writer) int {
	code := exitOK
	say := func(c int, format string, args ...any) {
		fmt.Fprintf(stderr, "loadgen: "+format+"\n", args...)
		code = max(code, c)
	}
	for _, t := range f.load.Thresholds {
		if t.Breached {
			say(exitThreshold, "%s: %s", t.Condition, t.Reason)
		}
	}
	if f.load.Manifest.Interrupted && len(f.load.Thresholds) > 0 {
		say(exitThreshold, "the run was interrupted: a part of it cannot pass -fail-if")
	}
	for _, err := range f.incomplete {
		say(exitInvalid, "%v", err)
	}
	if !f.load.Generator.Valid {
		say(exitInvalid, "not valid: %s", strings.Join(f.load.Generator.Reasons, "; "))
	}
	var answered int64
	for _, t := range f.load.Targets {
		answered += t.Answered
	}
	if answered == 0 {
		say(exitSilence, "no request was answered")
	}
	return code
}

// records are where a load test is written: a run directory, or memory as far
// as what is printed needs it.
type records struct {
	plan *plan
	dir  *results.Dir // nil without -out
	logs map[string]*bytes.Buffer
}

func openRecords(p *plan) (*records, error) {
	r := &records{plan: p, logs: map[string]*bytes.Buffer{}}
	if p.out == "" {
		return r, nil
	}
	var err error
	if r.dir, err = results.CreateDir(p.out, p.manifest(results.Load{})); err != nil {
		return nil, fmt.Errorf("-out: %w", err)
	}
	return r, nil
}

// log opens the histogram log of a target.
func (r *records) log(target string) (io.WriteCloser, error) {
	if r.dir != nil {
		return r.dir.Create(results.LogFile(target))
	}
	if r.plan.format != formatHTML {
		return nopCloser{io.Discard}, nil
	}
	r.logs[target] = &bytes.Buffer{}
	return nopCloser{r.logs[target]}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// write completes the run directory; the page comes last, since it shows the rest.
func (r *records) write(f *findings) error {
	if r.dir == nil {
		return nil
	}
	if err := r.dir.WriteJSON(results.SummaryFile, f.load); err != nil {
		return err
	}
	if err := r.dir.Finish(f.load.Manifest); err != nil {
		return err
	}
	page, err := report.ReadPage(r.dir.Path())
	if err != nil {
		return err
	}
	return r.dir.WriteFile(results.ReportFile, page.WriteHTML)
}

// page is what is printed.
func (r *records) page(f *findings) (report.Page, error) {
	page := report.LoadPage(f.load)
	for i := range f.result.Targets {
		t := &f.result.Targets[i]
		log := report.Log{Target: t.Name}
		switch {
		case r.plan.format == formatHTML && r.dir != nil:
			return report.ReadPage(r.dir.Path())
		case r.plan.format == formatHTML:
			var err error
			if log, err = report.ReadLog(r.logs[t.Name]); err != nil {
				return page, fmt.Errorf("histogram log of %s: %w", t.Name, err)
			}
			log.Target = t.Name
		default:
			log.Rows = []latency.Interval{{Start: f.result.Started, Length: f.result.Elapsed, Histogram: t.Latency}}
		}
		page.Logs = append(page.Logs, log)
	}
	return page, nil
}
