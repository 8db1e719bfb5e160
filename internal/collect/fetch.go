package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"

	"github.com/lambda-benchmark/lambda-benchmark/internal/workflow"
)

// LogsAPI is the call that collecting needs; *cloudwatchlogs.Client has it.
type LogsAPI interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

// The bounds of one query: a function that logs more than this in a run's window
// has its records found in the log's tails or not at all.
const (
	maxPages     = 200
	throttleWait = 500 * time.Millisecond
	throttleMost = 8
)

// fetch reads a log group's events of a window, both ends included, page by
// page. There is no filter pattern: what is malformed would not match it.
func (c *Collector) fetch(ctx context.Context, group string, from, to time.Time) ([]Event, error) {
	var events []Event
	input := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, StartTime: aws.Int64(from.UnixMilli()), EndTime: aws.Int64(to.UnixMilli()),
	}
	for page := 1; ; page++ {
		out, err := c.page(ctx, input)
		if err != nil {
			return nil, fmt.Errorf("filter log events of %s: %w", group, err)
		}
		for _, e := range out.Events {
			events = append(events, Event{
				ID: aws.ToString(e.EventId), Stream: aws.ToString(e.LogStreamName), Message: aws.ToString(e.Message),
				Timestamp: time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC(),
			})
		}
		if aws.ToString(out.NextToken) == "" {
			return events, nil
		}
		if page == maxPages {
			return nil, fmt.Errorf("filter log events of %s: more than %d pages from %s to %s: have the function log less", group, maxPages, from.Format(time.RFC3339), to.Format(time.RFC3339))
		}
		input.NextToken = out.NextToken
	}
}

// page asks for one page, no sooner than the quota allows. Others in the account
// use the same quota, so a throttle may still come; it is waited out.
func (c *Collector) page(ctx context.Context, input *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	wait := throttleWait
	for try := 1; ; try++ {
		if err := c.limit().Wait(ctx); err != nil {
			return nil, err
		}
		out, err := c.Logs.FilterLogEvents(ctx, input)
		var api smithy.APIError
		if err == nil || !errors.As(err, &api) || api.ErrorCode() != "ThrottlingException" {
			return out, err
		}
		if try == throttleMost {
			return nil, &workflow.ThrottledError{Err: err}
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, context.Cause(ctx)
		}
		wait = min(2*wait, 8*time.Second)
	}
}
