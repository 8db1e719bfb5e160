package statsapi

import (
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results/dynamo"
)

// Page is a page of a part of a run. One without NextToken is the last.
type Page[T any] struct {
	Items     []T    `json:"items"` // never null
	NextToken string `json:"nextToken,omitempty"`
}

// serveSamples answers a page of the samples that the table still has of a run, as
// samples.jsonl has them, in an order that is not that of time.
func (a *api) serveSamples(w http.ResponseWriter, r *http.Request, id string) error {
	of := "samples of " + id
	q, err := parseQuery(r.URL.Query(), pageParameters, of)
	if err != nil {
		return err
	}
	if _, err := a.run(r.Context(), id); err != nil {
		return err
	}
	cursor := ""
	if q.from != nil {
		cursor = q.from.Sample
	}
	page := packer[results.Sample]{limit: q.limit, bytes: maxBytes}
	next := ""
	for sample, err := range a.reader.SamplesFrom(r.Context(), id, cursor) {
		if err != nil {
			return err
		}
		fits, err := page.add(sample)
		if err != nil {
			return err
		}
		if !fits {
			if next, err = (position{Run: id, Sample: cursor}).token(q.fingerprint(of)); err != nil {
				return err
			}
			break
		}
		cursor = dynamo.SampleCursor(sample)
	}
	return writeAnswer(w, r, Page[results.Sample]{Items: page.all(), NextToken: next})
}

// LoadPage is a page of the histogram logs of a load test.
type LoadPage struct {
	// Load is nil where there is no load test; its Run is empty if it is the run's own.
	Load *results.Load `json:"load,omitempty"`
	Page[results.TargetLog]
}

// serveLoad answers the load test that a run is shown with, and a page of its logs.
func (a *api) serveLoad(w http.ResponseWriter, r *http.Request, id string) error {
	of := "load test of " + id
	q, err := parseQuery(r.URL.Query(), pageParameters, of)
	if err != nil {
		return err
	}
	if _, err := a.run(r.Context(), id); err != nil {
		return err
	}
	load, logs, err := a.reader.LoadOf(r.Context(), id)
	if err != nil {
		return err
	}
	record, err := encode(load)
	if err != nil {
		return err
	}
	page := packer[results.TargetLog]{limit: q.limit, bytes: maxBytes - answerSize(record)}
	from := 0
	if q.from != nil {
		from = q.from.Log
	}
	next := ""
	for i := min(from, len(logs)); i < len(logs); i++ {
		fits, err := page.add(logs[i])
		if err != nil {
			return err
		}
		if !fits {
			if next, err = (position{Run: id, Log: i}).token(q.fingerprint(of)); err != nil {
				return err
			}
			break
		}
	}
	return writeAnswer(w, r, LoadPage{load, Page[results.TargetLog]{Items: page.all(), NextToken: next}})
}

// serveVariants answers a page of what a run found about its variants, as summary.json has
// it, with the values that outlive the samples if they are asked for.
func (a *api) serveVariants(w http.ResponseWriter, r *http.Request, id string) error {
	of := "variants of " + id
	q, err := parseQuery(r.URL.Query(), variantsParameters, of)
	if err != nil {
		return err
	}
	if _, err := a.run(r.Context(), id); err != nil {
		return err
	}
	variants, err := a.reader.VariantsOf(r.Context(), id)
	if err != nil {
		return err
	}
	page := packer[results.VariantSummary]{limit: q.limit, bytes: maxBytes}
	next := ""
	var last position
	for _, v := range variants {
		at := position{Run: id, After: &cell{Variant: v.Variant}}
		if q.from.passed(id, *at.After) {
			continue
		}
		if q.values {
			if v, err = a.reader.WithValues(r.Context(), id, v); err != nil {
				return err
			}
		}
		fits, err := page.add(v)
		if err != nil {
			return err
		}
		if !fits {
			if next, err = last.token(q.fingerprint(of)); err != nil {
				return err
			}
			break
		}
		last = at
	}
	return writeAnswer(w, r, Page[results.VariantSummary]{Items: page.all(), NextToken: next})
}
