package statsapi

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// History is one number, followed over runs for every variant that matches. Its columns
// are as long as Times; what a run did not measure is null.
type History struct {
	Workload    functions.Workload  `json:"workload"`
	Temperature results.Temperature `json:"temperature"`
	Metric      string              `json:"metric"`
	Unit        string              `json:"unit"`
	// Times are in Unix seconds, ascending: the beginnings of Daily days, and behind
	// them the starts of runs, whose IDs are Runs.
	Times []int64       `json:"times"`
	Daily int           `json:"daily"`
	Runs  []string      `json:"runs"`
	Cells []HistoryCell `json:"cells"`
}

// HistoryCell is the history of one variant and event.
type HistoryCell struct {
	Variant    matrix.Variant `json:"variant"`
	Iterations int            `json:"iterations,omitempty"`
	P50        []*float64     `json:"p50"`
	// Lo and Hi are the median's interval at [verdict.DefaultConfidence].
	Lo  []*float64 `json:"lo"`
	Hi  []*float64 `json:"hi"`
	P90 []*float64 `json:"p90"`
	N   []int      `json:"n"` // 0 where p50 is null
	// Changes are where the runtime's version or the artefact is another than in the
	// cell's measurement before; the first one says what they were.
	Changes []Change `json:"changes"`
}

// Change is a version or an artefact that a cell began to have.
type Change struct {
	// At is an index of Times.
	At      int    `json:"at"`
	Version string `json:"version,omitempty"`
	// SHA256 begins the artefact's hash.
	SHA256 string `json:"sha256,omitempty"`
}

const (
	// historyYears is how far back a history reaches unless since says otherwise.
	historyYears = 1
	// maxPoints bounds an answer: a year of 42 cells every two hours has 43,000 points
	// and 1.4 MB.
	maxPoints = 100_000
)

// serveHistory answers the history of one workload, temperature and metric.
func (a *api) serveHistory(w http.ResponseWriter, r *http.Request) error {
	q, err := parseQuery(r.URL.Query(), historyParameters, "history")
	if err != nil {
		return err
	}
	if len(q.Workloads) != 1 {
		return bad("workload", "workload: a history has one, not %d", len(q.Workloads))
	}
	if err := a.checkKnown(r.Context(), q.Filter); err != nil {
		return err
	}
	key := results.HistoryKey{Workload: q.Workloads[0], Temperature: cmp.Or(q.temperature, results.Cold), Metric: q.metric}
	key.Metric = cmp.Or(key.Metric, results.Decisive(key.Temperature))
	now := a.now()
	since := q.since
	if since.IsZero() {
		since = now.AddDate(-historyYears, 0, 0)
	}
	moments, daily, err := a.reader.History(r.Context(), key, since, now)
	if err != nil {
		return err
	}
	h, err := newHistory(key, q, moments, daily)
	if err != nil {
		return err
	}
	return writeAnswer(w, r, h)
}

// newHistory turns moments into columns.
func newHistory(key results.HistoryKey, q query, moments []results.Moment, daily int) (History, error) {
	h := History{
		Workload: key.Workload, Temperature: key.Temperature, Metric: key.Metric, Unit: unitOf(key.Metric),
		Times: make([]int64, len(moments)), Daily: daily, Runs: []string{}, Cells: []HistoryCell{},
	}
	at := map[results.Series]int{}
	for i, m := range moments {
		h.Times[i] = m.Started.Unix()
		if i >= daily {
			h.Runs = append(h.Runs, m.Run)
		}
		for _, p := range m.Points {
			series := results.Series{Variant: p.Variant, Event: functions.Event{Workload: key.Workload, Iterations: p.Iterations}, Temperature: key.Temperature}
			if !q.Matches(series) {
				continue
			}
			k, ok := at[series]
			if !ok {
				k = len(h.Cells)
				if (k+1)*len(moments) > maxPoints {
					return h, &failure{status: http.StatusBadRequest, message: fmt.Sprintf(
						"the history has more than %d points; ask for fewer cells (runtime, language, architecture, memory) or for a later since", maxPoints)}
				}
				at[series] = k
				h.Cells = append(h.Cells, newHistoryCell(p, len(moments)))
			}
			h.Cells[k].set(i, p)
		}
	}
	slices.SortFunc(h.Cells, func(a, b HistoryCell) int {
		return cmp.Or(matrix.Compare(a.Variant, b.Variant), cmp.Compare(a.Iterations, b.Iterations))
	})
	return h, nil
}

func newHistoryCell(p results.Point, n int) HistoryCell {
	column := func() []*float64 { return make([]*float64, n) }
	return HistoryCell{
		Variant: p.Variant, Iterations: p.Iterations, Changes: []Change{},
		P50: column(), Lo: column(), Hi: column(), P90: column(), N: make([]int, n),
	}
}

func (c *HistoryCell) set(i int, p results.Point) {
	c.P50[i], c.P90[i], c.N[i] = &p.P50, &p.P90, p.N
	if len(p.Interval) == 2 {
		c.Lo[i], c.Hi[i] = &p.Interval[0], &p.Interval[1]
	}
	if last := len(c.Changes) - 1; last < 0 || c.Changes[last].Version != p.Version || c.Changes[last].SHA256 != p.SHA256 {
		c.Changes = append(c.Changes, Change{At: i, Version: p.Version, SHA256: p.SHA256})
	}
}

func unitOf(metric string) string {
	for _, m := range results.Metrics() {
		if m.Name == metric {
			return m.Unit
		}
	}
	return ""
}
