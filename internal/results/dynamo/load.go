package dynamo

import (
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// PutLoad puts the load test of a run. Putting it again replaces it.
func (s *Store) PutLoad(ctx context.Context, run results.Run) error {
	if run.Load == nil {
		return fmt.Errorf("put the load test of run %s: it has none", run.ID)
	}
	doing := "put the load test of run " + run.ID
	logs, err := run.Load.Logs()
	if err != nil {
		return wrap(doing, err)
	}
	load := *run.Load
	load.Run = run.ID
	i := newItem(loadKey(run.ID))
	if err := i.setZipped(load); err != nil {
		return wrap(doing, err)
	}
	if load.Compares() {
		i.index(loadsPartition, runMoment(run.Manifest.Started, run.ID))
	}
	items := []item{i}
	for n, log := range logs {
		i := newItem(logKey(run.ID, n))
		if err := i.setZipped(log); err != nil {
			return wrap(doing, err)
		}
		items = append(items, i)
	}
	// One by one: a batch has 16 MB at most, and there are few.
	for _, i := range items {
		if err := s.write(ctx, i); err != nil {
			return wrap(doing, err)
		}
	}
	return nil
}

// LoadOf is the load test that a run is shown with, and the logs of its targets: its
// own or, where it had none, the latest one of the table that compares its targets,
// whose Run then says which run that was. It is nil if there is neither.
func (s *Store) LoadOf(ctx context.Context, run string) (*results.Load, []results.TargetLog, error) {
	doing := "read the load test of run " + run
	load, err := s.load(ctx, run)
	if err == nil && load == nil {
		load, err = s.latestLoad(ctx)
	}
	if err != nil {
		return nil, nil, wrap(doing, err)
	}
	if load == nil {
		return nil, nil, nil
	}
	var logs []results.TargetLog
	for log, err := range decoded[results.TargetLog](s.partition(ctx, runPartition(load.Run), logPrefix), doing) {
		if err != nil {
			return nil, nil, err
		}
		logs = append(logs, log)
	}
	if load.Run == run {
		load.Run = ""
	}
	return load, logs, nil
}

// load is a run's own load test, or nil.
func (s *Store) load(ctx context.Context, run string) (*results.Load, error) {
	i, err := s.read(ctx, loadKey(run))
	if err != nil || i == nil {
		return nil, err
	}
	var load results.Load
	if err := i.data(&load); err != nil {
		return nil, err
	}
	return &load, nil
}

// latestLoad is the latest load test that compares its targets, or nil.
func (s *Store) latestLoad(ctx context.Context) (*results.Load, error) {
	newest, stop := iter.Pull2(decoded[results.Load](s.query(ctx, expression.NewBuilder().WithKeyCondition(indexKey(loadsPartition, span{})),
		dynamodb.QueryInput{IndexName: aws.String(Index), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(1)}), "find the latest load test"))
	defer stop()
	load, err, ok := newest()
	if err != nil || !ok {
		return nil, err
	}
	return &load, nil
}
