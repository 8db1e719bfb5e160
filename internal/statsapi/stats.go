package statsapi

import (
	"context"
	"iter"
	"net/http"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// maxRuns is how many runs one request looks at. Filters that nothing matches
// would else read the whole history.
const maxRuns = 100

// maxBytes is how much a page of items may hold, whatever the limit. Items are as
// large as their runtimes are talkative, and Lambda takes answers of 6 MB, in
// which each quotation mark is escaped.
const maxBytes = 4 << 20

// list is a page of a list.
type list[T any] struct {
	Total     int    `json:"total"`
	Items     []T    `json:"items"` // never null
	NextToken string `json:"nextToken,omitempty"`
}

func (a *api) serveStats(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.Query(), statsParameters)
	if err != nil {
		return err
	}
	found, next, err := a.stats(r.Context(), q)
	if err != nil {
		return err
	}
	return writeList(w, r, q, found, next)
}

// stats returns the items that are asked for, and where there is more.
func (a *api) stats(ctx context.Context, q query) (found []Item, next *position, err error) {
	last := q.from
	looked, size := 0, 0
	for run, err := range a.runs(ctx, q) {
		if err != nil {
			return nil, nil, err
		}
		if looked == maxRuns {
			return found, &position{Started: run.Manifest.Started, Run: run.ID}, nil
		}
		looked++
		records, err := a.reader.SeriesOf(ctx, run.ID)
		if err != nil {
			return nil, nil, err
		}
		records = slices.DeleteFunc(records, func(r results.SeriesRecord) bool {
			return !q.matches(r.Series) || q.from.passed(run, cellOf(r))
		})
		for _, item := range items(records) {
			text, err := encode(item)
			if err != nil {
				return nil, nil, err
			}
			size += len(text)
			if len(found) == q.limit || size > maxBytes && len(found) > 0 {
				return found, last, nil
			}
			found = append(found, item)
			last = &position{Started: run.Manifest.Started, Run: run.ID, After: &item.cell}
		}
	}
	return found, nil, nil
}

// runs yields the runs that are asked for, from where the query goes on.
func (a *api) runs(ctx context.Context, q query) iter.Seq2[results.Run, error] {
	all := a.reader.Runs(ctx)
	if q.from != nil {
		all = a.reader.RunsFrom(ctx, q.from.Started, q.from.Run)
	}
	return func(yield func(results.Run, error) bool) {
		for run, err := range all {
			if err == nil && !q.since.IsZero() && run.Manifest.Started.Before(q.since) {
				return
			}
			if !yield(run, err) || err != nil {
				return
			}
		}
	}
}

// passed says whether a cell of a run was answered before.
func (p *position) passed(run results.Run, c cell) bool {
	return p != nil && p.Run == run.ID && p.After != nil && compareCells(c, *p.After) <= 0
}

func writeList[T any](w http.ResponseWriter, r *http.Request, q query, found []T, next *position) error {
	answer := list[T]{Total: len(found), Items: found}
	if answer.Items == nil {
		answer.Items = []T{}
	}
	if next != nil {
		token, err := next.token(q.fingerprint())
		if err != nil {
			return err
		}
		answer.NextToken = token
	}
	return writeAnswer(w, r, answer)
}
