package statsapi

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/internal/console"
	"github.com/lambda-benchmark/lambda-benchmark/internal/pair"
	"github.com/lambda-benchmark/lambda-benchmark/internal/report"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// The formats of a run, beside JSON.
const (
	formatJSON = "json"
	formatHTML = "html"
	formatText = "text"
)

// compareMargin is the relative difference that does not matter when two runs are
// compared: words about one run of each side take one.
const compareMargin = 0.05

// maxRenderedSamples are as many samples as are read for a page: those of 42 cells three
// times over. A page of more is made from the values that are kept of them, and lacks how
// long further samples would take.
const maxRenderedSamples = 40_000

// serveRendered answers a run as package report shows it, alone or against another one.
func (a *api) serveRendered(w http.ResponseWriter, r *http.Request, id string, q query) error {
	run, err := a.whole(r.Context(), id)
	if err != nil {
		return err
	}
	run.CheckAA(verdict.Options{})
	var b bytes.Buffer
	contentType := "text/plain; charset=utf-8"
	switch {
	case q.against != "":
		before, err := a.whole(r.Context(), q.against)
		if err != nil {
			return err
		}
		p, err := pair.Judge(pair.Side{Name: before.ID, Runs: []results.Run{before}}, pair.Side{Name: run.ID, Runs: []results.Run{run}}, verdict.Options{MarginRel: compareMargin})
		if err != nil {
			return bad("against", "against: %v", err)
		}
		err = report.PairText(&b, p, console.Terminal{})
		if err != nil {
			return err
		}
	case q.format == formatText:
		err = report.Text(&b, run, console.Terminal{})
	default:
		contentType = "text/html; charset=utf-8"
		w.Header().Set("Content-Security-Policy", reportPolicy().policy)
		err = report.HTML(&b, run)
	}
	if err != nil {
		return fmt.Errorf("render run %s: %w", id, err)
	}
	if answerSize(b.Bytes()) > maxBytes {
		w.Header().Del("Content-Security-Policy")
		return bad("format", "format: the run is too large to be shown by this API; go run ./report -url … %s writes its page", id)
	}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return writeTagged(w, r, contentType, cacheAnswer, b.Bytes())
}

// whole is a run with what its report is made of.
func (a *api) whole(ctx context.Context, id string) (results.Run, error) {
	run, err := a.run(ctx, id)
	if err != nil {
		return run, err
	}
	if t := run.Manifest.Tally; t == nil || t.Invocations <= maxRenderedSamples {
		return a.reader.Fetch(ctx, id)
	}
	if run.Variants, err = a.reader.VariantsOf(ctx, id); err != nil {
		return run, err
	}
	values, err := a.reader.ValuesOf(ctx, id)
	for _, v := range run.Variants {
		v.SetValues(values)
	}
	if err != nil {
		return run, err
	}
	load, logs, err := a.reader.LoadOf(ctx, id)
	if err == nil {
		err = run.AddLoad(load, logs)
	}
	return run, err
}
