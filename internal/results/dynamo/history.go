package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// historyDays is how long a history has every run. Before that it has days.
const historyDays = 60

// maxPoints are as many points as fit into an item of 400 kB.
const maxPoints = 1000

// PutHistory adds a run to the histories of its series, and to the days of those.
// Adding it again changes nothing.
func (s *Store) PutHistory(ctx context.Context, run results.Run) error {
	moments := run.Moments()
	doing := "put the history of run " + run.ID
	var items []item
	for key, m := range moments {
		of, err := historyItems(historyPartition(key), runMoment(m.Started, m.Run), m)
		if err != nil {
			return wrap(doing, err)
		}
		for _, i := range of {
			// One day more than is read, since the days begin at midnight.
			i.expire(m.Started, (historyDays+2)*24*time.Hour)
		}
		items = append(items, of...)
	}
	if err := s.writeAll(ctx, items); err != nil {
		return wrap(doing, err)
	}
	items = nil
	day := results.DayOf(run.Manifest.Started)
	for key := range moments {
		runs, err := s.moments(ctx, historyPartition(key), day, day.AddDate(0, 0, 1))
		if err != nil {
			return wrap(doing, err)
		}
		of, err := historyItems(dayPartition(key), moment(day), results.Daily(day, runs))
		if err != nil {
			return wrap(doing, err)
		}
		items = append(items, of...)
	}
	if err := s.writeAll(ctx, items); err != nil {
		return wrap(doing, err)
	}
	return nil
}

// historyItems are a moment as items, which usually is one.
func historyItems(pk, sk string, m results.Moment) (items []item, err error) {
	points := m.Points
	for part := range slices.Chunk(points, maxPoints) {
		i := newItem(key{pk, sk + "#" + strconv.Itoa(len(items))})
		m.Points = part
		if err := i.setZipped(m); err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, nil
}

// moments are those of a partition from a time on and before another.
func (s *Store) moments(ctx context.Context, pk string, from, before time.Time) (found []results.Moment, err error) {
	condition := expression.Key(PartitionKey).Equal(expression.Value(pk)).
		And(expression.Key(SortKey).Between(expression.Value(moment(from)), expression.Value(moment(before))))
	items := s.query(ctx, expression.NewBuilder().WithKeyCondition(condition), consistent())
	for m, err := range decoded[results.Moment](items, "read a history") {
		if err != nil {
			return nil, err
		}
		if last := len(found) - 1; last >= 0 && found[last].Run == m.Run && found[last].Started.Equal(m.Started) {
			found[last].Points = append(found[last].Points, m.Points...)
			continue
		}
		found = append(found, m)
	}
	return found, nil
}

// historySpans are how many queries read the runs of a history at the same time.
const historySpans = 3

// History reads a history from a time on until now, the oldest moment first: days, of
// which daily says how many there are, and behind them the runs of the last 60 days.
func (s *Store) History(ctx context.Context, of results.HistoryKey, since, now time.Time) (moments []results.Moment, daily int, err error) {
	type part struct {
		pk           string
		from, before time.Time
	}
	cut := results.DayOf(now).AddDate(0, 0, -historyDays)
	var parts []part
	if since.Before(cut) {
		parts = append(parts, part{dayPartition(of), results.DayOf(since), cut})
		since = cut
	}
	end := now.Add(time.Minute) // another machine's clock may be ahead
	for from, step := since, end.Sub(since)/historySpans; from.Before(end); from = from.Add(step) {
		parts = append(parts, part{historyPartition(of), from, from.Add(step)})
	}
	found := make([][]results.Moment, len(parts))
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range parts {
		group.Go(func() (err error) {
			found[i], err = s.moments(ctx, p.pk, p.from, p.before)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, fmt.Errorf("read the history of %s %s %s: %w", of.Temperature, of.Workload, of.Metric, err)
	}
	if len(parts) > 0 && parts[0].pk == dayPartition(of) {
		daily = len(found[0])
	}
	return slices.Concat(found...), daily, nil
}
