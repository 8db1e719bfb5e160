package results

import (
	"cmp"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

// HistoryKey names a history: one number, followed over runs for every variant.
type HistoryKey struct {
	Workload    functions.Workload
	Temperature Temperature // cold or warm
	Metric      string      // by [Metric.Name]
}

// Moment is what one run found in the series of a history, or one day's runs did.
type Moment struct {
	// Run is empty for a day.
	Run string `json:"run,omitempty"`
	// Started is when the run did, or the beginning of the day in UTC.
	Started time.Time `json:"started"`
	Points  []Point   `json:"points"`
}

// Point is one series of a [Moment]. All of its figures are those of one run.
type Point struct {
	Variant matrix.Variant `json:"variant"`
	// Iterations are the event's.
	Iterations int     `json:"iterations,omitempty"`
	P50        float64 `json:"p50"`
	// Interval is that of the median; absent where there were too few samples for one.
	Interval []float64 `json:"interval,omitempty"`
	P90      float64   `json:"p90"`
	N        int       `json:"n"`
	// Version is the runtime's own, and SHA256 begins the hash of the artefact. A change
	// of either may explain one of the numbers.
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256,omitempty"`
}

// hashDigits of a hash are enough to tell two artefacts apart.
const hashDigits = 12

// Moments are what a run adds to every history that it belongs to.
func (r Run) Moments() map[HistoryKey]Moment {
	moments := map[HistoryKey]Moment{}
	for _, v := range r.Variants {
		for _, s := range v.Series {
			if Decisive(s.Temperature) == "" {
				continue
			}
			for metric, m := range s.Metrics {
				if m.P50 == nil || m.P90 == nil {
					continue
				}
				p := Point{Variant: v.Variant, Iterations: s.Iterations, P50: *m.P50, Interval: m.P50Interval, P90: *m.P90, N: m.N}
				if v.RanOn != nil {
					p.Version = v.RanOn.Version
				}
				hash := r.Manifest.Artifacts[v.Variant.Name()]
				p.SHA256 = hash[:min(len(hash), hashDigits)]
				key := HistoryKey{functions.Workload(s.Workload), s.Temperature, metric}
				moment := moments[key]
				moment.Run, moment.Started = r.ID, r.Manifest.Started
				moment.Points = append(moment.Points, p)
				moments[key] = moment
			}
		}
	}
	return moments
}

// series identifies the point's series within its history.
func (p Point) series() Series {
	return Series{Variant: p.Variant, Event: functions.Event{Iterations: p.Iterations}}
}

// DayOf is the beginning of a time's day in UTC.
func DayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// Daily is the moment of a day: of each series the run whose median is the middle one,
// the lower one of two. A mean over runs would be a number that was never measured.
func Daily(day time.Time, runs []Moment) Moment {
	of := map[Series][]Point{}
	for _, run := range runs {
		for _, p := range run.Points {
			of[p.series()] = append(of[p.series()], p)
		}
	}
	moment := Moment{Started: day}
	for _, points := range of {
		slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(a.P50, b.P50) })
		moment.Points = append(moment.Points, points[(len(points)-1)/2])
	}
	slices.SortFunc(moment.Points, func(a, b Point) int { return CompareSeries(a.series(), b.series()) })
	return moment
}
