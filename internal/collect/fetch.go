package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go"
)

// LogsAPI is the call that collecting needs; *cloudwatchlogs.Client has it.
type LogsAPI interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

// The bounds of one query. A function that logs more in a run's window has only
// the records of the first pages found.
const (
	maxPages      = 200
	throttleWait  = 500 * time.Millisecond
	throttleTries = 8
)

// unreadableLogError says that a function's log cannot be read, or not to its end.
type unreadableLogError struct {
	// loss names what is lost by it.
	loss string
	// final says that reading it again later does not help.
	final bool
	err   error
}

func (e *unreadableLogError) Error() string { return e.err.Error() }
func (e *unreadableLogError) Unwrap() error { return e.err }

// fetch reads a log group's events of a window, both ends included, page by page.
// There is no filter pattern: malformed lines would not match it. The error is the
// context's or an [*unreadableLogError], which concerns this function only.
func (c *Collector) fetch(ctx context.Context, group string, from, to time.Time, add func(event)) error {
	input := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &group, StartTime: aws.Int64(from.UnixMilli()), EndTime: aws.Int64(to.UnixMilli()),
	}
	for range maxPages {
		out, err := c.page(ctx, input)
		if ctx.Err() != nil {
			return fmt.Errorf("filter log events of %s: %w", group, context.Cause(ctx))
		}
		if err != nil {
			return unreadable(group, err)
		}
		for _, e := range out.Events {
			add(event{
				id: aws.ToString(e.EventId), stream: aws.ToString(e.LogStreamName), message: aws.ToString(e.Message),
				timestamp: time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC(),
			})
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		input.NextToken = out.NextToken
	}
	return &unreadableLogError{loss: LossLongLog, final: true, err: fmt.Errorf(
		"filter log events of %s: more than %d pages from %s to %s: have the function log less", group, maxPages, from.Format(time.RFC3339), to.Format(time.RFC3339))}
}

// unreadable classifies an error of CloudWatch Logs.
func unreadable(group string, err error) *unreadableLogError {
	u := &unreadableLogError{loss: LossUnreadableLog, err: fmt.Errorf("filter log events of %s: %w", group, err)}
	api, ok := errors.AsType[smithy.APIError](err)
	switch {
	case !ok:
	case api.ErrorCode() == "ResourceNotFoundException":
		u.loss, u.final = LossNoLog, true
	case api.ErrorFault() == smithy.FaultClient && api.ErrorCode() != throttlingCode:
		u.final = true // such as AccessDeniedException
	}
	return u
}

const throttlingCode = "ThrottlingException"

// page asks for one page, at the rate that the quota allows. Other clients of the
// account use the same quota, so a throttle may still come; it is waited out.
func (c *Collector) page(ctx context.Context, input *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	wait := throttleWait
	for try := 1; ; try++ {
		if err := c.limit().Wait(ctx); err != nil {
			return nil, err
		}
		out, err := c.Logs.FilterLogEvents(ctx, input)
		api, ok := errors.AsType[smithy.APIError](err)
		if !ok || api.ErrorCode() != throttlingCode || try == throttleTries {
			return out, err
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
