package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/baseline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/commandline"
	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/loadgen/attack"
)

// runLoadTest runs one load test, or with -ab several in turns: prepare, run, judge,
// write, print.
func runLoadTest(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, err error) {
	s, err := parseSettings(args, stdout)
	if err != nil {
		return commandline.Usage, err
	}
	c := console.New(stderr)
	if s.restore {
		return restoreProvisioned(ctx, c)
	}
	if s.given["ab"] {
		return runAlternation(ctx, s, stdout, stderr)
	}
	if s.given["runs"] {
		return commandline.Usage, errors.New("-runs needs -ab, of which it makes so many")
	}
	lt, err := prepare(ctx, s)
	if err != nil {
		return commandline.Usage, err
	}
	ctx, stop := interruptible(ctx, stderr)
	defer stop()
	if lt.provision > 0 {
		provisioned, failed := lt.startProvisioned(ctx, c)
		if failed != nil {
			return commandline.Usage, failed
		}
		defer func() {
			if left := provisioned.End(ctx); left != nil {
				code, err = exitRestore, errors.Join(err, left, errRestore)
			}
		}()
	}
	f, records, err := lt.measure(ctx, c)
	if f == nil {
		return commandline.Usage, err
	}
	if err := report.Write(stdout, report.Format(lt.format), f.run); err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	if err := commandline.StepSummary(func(w io.Writer) error { return report.Markdown(w, f.run) }); err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	lt.keep(ctx, f.run, c)
	code = f.exit(stderr)
	slower, failed := lt.againstBaseline(f.run, stdout, stderr)
	return max(code, slower), errors.Join(failed, report.Ending(stderr, f.run, records.page(), console.TerminalOf(stderr)))
}

// againstBaseline judges the run against that of -baseline. What it found follows the run
// where that is printed as text; other formats have stdout for themselves.
func (lt *loadTest) againstBaseline(r results.Run, stdout, stderr io.Writer) (code int, err error) {
	if lt.earlier == nil {
		return commandline.OK, nil
	}
	to := stdout
	if report.Format(lt.format) != report.FormatText {
		to = stderr
	}
	if lt.out != "" {
		r.ID = filepath.Base(filepath.Clean(lt.out))
	}
	return baseline.Judge(to, *lt.earlier, r, lt.margin.Options())
}

// interruptible is the context of requests. The first interrupt ends it, and the second
// the process.
func interruptible(ctx context.Context, stderr io.Writer) (context.Context, context.CancelFunc) {
	return console.Interruptible(ctx, exitKilled, func(s os.Signal) {
		fmt.Fprintf(stderr, "\n%v: waiting for what is on its way; once more leaves at once\n", s)
	})
}

// measure runs the load test, judges it and writes its run directory. There are no
// findings if the load test could not be begun.
func (lt *loadTest) measure(ctx context.Context, c *console.Console) (*findings, *records, error) {
	records := &records{test: lt}
	lt.announce(c)
	if lt.out != "" {
		lt.attack.HLog = records.log
	}
	lt.attack.Progress = func(now attack.Progress) { c.Status("%s", progressLine(now)) }
	load, err := attack.Run(ctx, lt.attack)
	c.Done()
	if load == nil {
		return nil, nil, err
	}
	f := lt.judge(load, err)
	if err := records.write(f.run); err != nil {
		f.incomplete = append(f.incomplete, err)
	}
	return f, records, nil
}

// announce says what is going to happen, and what of artillery's files makes no difference.
func (lt *loadTest) announce(c *console.Console) {
	if lt.test != nil {
		for _, ignored := range lt.test.Ignored {
			c.Printf("ignored: %s", ignored)
		}
		for _, difference := range lt.test.Differences {
			c.Printf("unlike artillery: %s", difference)
		}
	}
	if limit := lt.stack.APIRequestsPerSecond; limit > 0 && lt.attack.Closed != nil {
		c.Printf("the API of stage %s takes %d requests/s and answers 429 to the others: a closed loop that is faster finds this limit, not the functions'", lt.stage, limit)
	}
	what := fmt.Sprintf("closed loop of %d connections for %v", lt.conns, lt.duration)
	if lt.attack.Closed == nil {
		s := lt.attack.Schedule
		requests := "requests"
		if math.Round(s.Expected()) == 1 {
			requests = "request"
		}
		what = fmt.Sprintf("%.0f %s in %v", s.Expected(), requests, s.Duration())
		if s.Process != "" && len(s.Trace) == 0 && len(s.Phases) == 1 && s.Phases[0].From == s.Phases[0].To {
			to := "each"
			if s.Shared {
				to = "all together"
			}
			what += fmt.Sprintf(" (%g/s to %s)", s.Phases[0].From, to)
		}
	}
	c.Printf("load test of %s: %s, seed %d", strings.Join(lt.names(), " and "), what, lt.seed)
}

// progressLine is the live view. What matters most comes first, because a terminal cuts
// the end off.
func progressLine(p attack.Progress) string {
	ms := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.3g ms", *v)
	}
	parts := []string{fmt.Sprintf("%3.0f of %.0f s", p.Elapsed.Seconds(), p.Duration.Seconds())}
	if left := console.Left(p.Elapsed, p.Elapsed.Seconds()/p.Duration.Seconds()); left != "" {
		parts = append(parts, left)
	}
	parts = append(parts, fmt.Sprintf("errors %d", p.Failed))
	if p.Dropped > 0 {
		parts = append(parts, fmt.Sprintf("dropped %d", p.Dropped))
	}
	parts = append(parts, "p50 "+ms(p.P50Ms), "p99 "+ms(p.P99Ms), fmt.Sprintf("%.1f requests/s", p.Rate), fmt.Sprintf("in flight %d", p.InFlight))
	return strings.Join(parts, "   ")
}
