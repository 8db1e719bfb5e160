package statsapi

import (
	"bytes"
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// maxRuns is how many runs one request reads, so that filters that match little do
// not read the whole history at once.
const maxRuns = 100

// maxBytes bounds the items of a page in the function's answer, whatever the limit:
// items grow with the numbers that their runtimes report. Lambda takes answers of 6 MB.
const maxBytes = 4 << 20

// list is a page of a list.
type list[T any] struct {
	// Total is how many items match on all pages.
	Total     int    `json:"total"`
	Items     []T    `json:"items"` // never null
	NextToken string `json:"nextToken,omitempty"`
}

func (a *api) serveStats(w http.ResponseWriter, r *http.Request) error {
	const of = "stats"
	q, err := parseQuery(r.URL.Query(), statsParameters, of)
	if err != nil {
		return err
	}
	if err := a.checkKnown(r.Context(), q.Filter); err != nil {
		return err
	}
	since := q.start(a.now())
	total, err := a.reader.CountCells(r.Context(), since, q.Filter)
	if err != nil {
		return err
	}
	found, next, err := a.stats(r.Context(), q, since)
	if err != nil {
		return err
	}
	answer, err := newList(found, total, next, q.fingerprint(of))
	if err != nil {
		return err
	}
	return writeAnswer(w, r, answer)
}

// stats returns a page of the items that are asked for, and where the next page
// begins, nil if there is none.
func (a *api) stats(ctx context.Context, q query, since time.Time) (found []Item, next *position, err error) {
	page := packer[Item]{limit: q.limit, bytes: maxBytes}
	var last position
	read := 0
	for run, err := range a.runs(ctx, q, since) {
		if err != nil {
			return nil, nil, err
		}
		if read == maxRuns {
			return page.items, &position{Started: run.Manifest.Started, Run: run.ID}, nil
		}
		read++
		records, err := a.reader.SeriesOf(ctx, run.ID)
		if err != nil {
			return nil, nil, err
		}
		records = slices.DeleteFunc(records, func(r results.SeriesRecord) bool {
			return !q.Matches(r.Series) || q.from.passed(run.ID, cellOf(r))
		})
		for _, item := range items(records) {
			fits, err := page.add(item)
			if err != nil {
				return nil, nil, err
			}
			if !fits {
				return page.items, &last, nil
			}
			last = position{Started: run.Manifest.Started, Run: run.ID, After: &item.cell}
		}
	}
	return page.items, nil, nil
}

// packer collects the items of a page, up to a number and a size.
type packer[T any] struct {
	limit, bytes int
	items        []T
	size         int
}

// add adds an item if the page has room for it. A first item always fits.
func (p *packer[T]) add(item T) (fits bool, err error) {
	text, err := encode(item)
	if err != nil {
		return false, err
	}
	size := answerSize(text)
	if len(p.items) > 0 && (len(p.items) == p.limit || p.size+size > p.bytes) {
		return false, nil
	}
	p.size += size
	p.items = append(p.items, item)
	return true, nil
}

// all are the items, never nil.
func (p *packer[T]) all() []T {
	if p.items == nil {
		return []T{}
	}
	return p.items
}

// answerSize is how long a text is in the answer of a Lambda function, which is JSON
// and escapes it.
func answerSize(text []byte) int {
	return len(text) + bytes.Count(text, []byte{'"'}) + bytes.Count(text, []byte{'\\'})
}

// runs yields the runs that are asked for, from where the query continues.
func (a *api) runs(ctx context.Context, q query, since time.Time) iter.Seq2[results.Run, error] {
	if q.from != nil {
		return a.reader.RunsFrom(ctx, since, q.from.Started, q.from.Run)
	}
	return a.reader.Runs(ctx, since)
}

// passed says whether an earlier page has a cell of a run.
func (p *position) passed(run string, c cell) bool {
	return p != nil && p.Run == run && p.After != nil && compareCells(c, *p.After) <= 0
}

// newList is a page of a list whose query has a fingerprint.
func newList[T any](found []T, total int, next *position, fingerprint string) (list[T], error) {
	l := list[T]{Total: total, Items: found}
	if l.Items == nil {
		l.Items = []T{}
	}
	var err error
	if next != nil {
		l.NextToken, err = next.token(fingerprint)
	}
	return l, err
}
