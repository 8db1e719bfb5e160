package statsapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Run is a run in the list of runs.
type Run struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"` // of its start, in Unix seconds
	// Ended is absent while the run goes on, or if it was killed.
	Ended    *int64 `json:"ended,omitempty"`
	Platform string `json:"platform,omitempty"`
	Region   string `json:"region,omitempty"`
	Stage    string `json:"stage,omitempty"`
	Tool     string `json:"tool"`
	Version  string `json:"version"`
	Seed     uint64 `json:"seed"`
	// Status is how far the run came; empty where that was not written.
	Status      results.RunStatus `json:"status,omitempty"`
	Interrupted bool              `json:"interrupted,omitempty"`
	// Targets are those of a run that was a load test.
	Targets []string `json:"targets,omitempty"`
	// Invocations were made; absent until the collector has counted them.
	Invocations int `json:"invocations,omitempty"`
}

func newRun(r results.Run) Run {
	m := r.Manifest
	run := Run{
		ID: r.ID, Timestamp: m.Started.Unix(),
		Platform: string(m.Platform), Region: m.Region, Stage: m.Stage,
		Tool: m.Tool, Version: m.Version, Seed: m.Seed, Status: m.Status, Interrupted: m.Interrupted, Targets: m.Targets,
	}
	if m.Tally != nil {
		run.Invocations = m.Tally.Invocations
	}
	if !m.Ended.IsZero() {
		ended := m.Ended.Unix()
		run.Ended = &ended
	}
	return run
}

func (a *api) serveRuns(w http.ResponseWriter, r *http.Request) error {
	const of = "runs"
	q, err := parseQuery(r.URL.Query(), runsParameters, of)
	if err != nil {
		return err
	}
	since := q.start(a.now())
	total, err := a.reader.CountRuns(r.Context(), since)
	if err != nil {
		return err
	}
	var found []Run
	var next *position
	for run, err := range a.runs(r.Context(), q, since) {
		if err != nil {
			return err
		}
		if len(found) == q.limit {
			next = &position{Started: run.Manifest.Started, Run: run.ID}
			break
		}
		found = append(found, newRun(run))
	}
	answer, err := newList(found, total, next, q.fingerprint(of))
	if err != nil {
		return err
	}
	return writeAnswer(w, r, answer)
}

// serveRun answers one run with a page of its items, of every workload.
func (a *api) serveRun(w http.ResponseWriter, r *http.Request, id string) error {
	of := "run " + id
	q, err := parseQuery(r.URL.Query(), runParameters, of)
	if err != nil {
		return err
	}
	if q.format == formatHTML || q.format == formatText {
		return a.serveRendered(w, r, id, q)
	}
	run, err := a.run(r.Context(), id)
	if err != nil {
		return err
	}
	records, err := a.reader.SeriesOf(r.Context(), id)
	if err != nil {
		return err
	}
	head, err := encode([]any{run.Manifest, run.Thresholds})
	if err != nil {
		return err
	}
	page := packer[Item]{limit: q.limit, bytes: maxBytes - answerSize(head)}
	var last position
	var next *position
	all := items(records)
	for _, item := range all {
		if q.from.passed(run.ID, item.cell) {
			continue
		}
		fits, err := page.add(item)
		if err != nil {
			return err
		}
		if !fits {
			next = &last
			break
		}
		last = position{Started: run.Manifest.Started, Run: id, After: &item.cell}
	}
	answer := struct {
		Run
		Manifest   results.Manifest    `json:"manifest"`
		Thresholds []results.Threshold `json:"thresholds,omitempty"`
		list[Item]
	}{Run: newRun(run), Manifest: run.Manifest, Thresholds: run.Thresholds}
	if answer.list, err = newList(page.items, len(all), next, q.fingerprint(of)); err != nil {
		return err
	}
	return writeAnswer(w, r, answer)
}

// run is the run with an ID; a [failure] says that there is none.
func (a *api) run(ctx context.Context, id string) (results.Run, error) {
	run, ok, err := a.reader.Run(ctx, id)
	if err == nil && !ok {
		err = &failure{status: http.StatusNotFound, message: fmt.Sprintf("there is no run %.80q; /v1/runs lists them", id)}
	}
	return run, err
}
