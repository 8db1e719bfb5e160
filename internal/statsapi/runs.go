package statsapi

import (
	"net/http"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// Run is a run in the list of runs.
type Run struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"` // of its start, in Unix seconds
	// Ended is absent while the run goes on, or if it was killed.
	Ended       *int64 `json:"ended,omitempty"`
	Platform    string `json:"platform,omitempty"`
	Region      string `json:"region,omitempty"`
	Stage       string `json:"stage,omitempty"`
	Tool        string `json:"tool"`
	Version     string `json:"version"`
	Seed        uint64 `json:"seed"`
	Interrupted bool   `json:"interrupted,omitempty"`
}

func newRun(r results.Run) Run {
	m := r.Manifest
	run := Run{
		ID: r.ID, Timestamp: m.Started.Unix(),
		Platform: m.Platform, Region: m.Region, Stage: m.Stage,
		Tool: m.Tool, Version: m.Version, Seed: m.Seed, Interrupted: m.Interrupted,
	}
	if !m.Ended.IsZero() {
		ended := m.Ended.Unix()
		run.Ended = &ended
	}
	return run
}

func (a *api) serveRuns(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.Query(), runsParameters)
	if err != nil {
		return err
	}
	var found []Run
	for run, err := range a.runs(r.Context(), q) {
		if err != nil {
			return err
		}
		if len(found) == q.limit {
			return writeList(w, r, q, found, &position{Started: run.Manifest.Started, Run: run.ID})
		}
		found = append(found, newRun(run))
	}
	return writeList(w, r, q, found, nil)
}

func (a *api) serveRun(w http.ResponseWriter, r *http.Request, id string) error {
	if _, err := parseQuery(r.URL.Query(), nil); err != nil {
		return err
	}
	run, ok, err := a.reader.Run(r.Context(), id)
	if err != nil {
		return err
	}
	if !ok {
		return &failure{status: http.StatusNotFound, message: "there is no run " + id + "; /v1/runs lists them"}
	}
	records, err := a.reader.SeriesOf(r.Context(), id)
	if err != nil {
		return err
	}
	answer := struct {
		Run
		Manifest results.Manifest `json:"manifest"`
		Total    int              `json:"total"`
		Items    []Item           `json:"items"`
	}{Run: newRun(run), Manifest: run.Manifest, Items: items(records)}
	answer.Total = len(answer.Items)
	if answer.Items == nil {
		answer.Items = []Item{}
	}
	return writeAnswer(w, r, answer)
}
