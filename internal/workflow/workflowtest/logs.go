package workflowtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
)

// LogEvent is one line of a log.
type LogEvent struct {
	ID, Stream, Message string
	// Timestamp is when it was written, Readable when it can be read.
	Timestamp, Readable time.Time
}

// pageEvents is the size of a page: smaller than AWS's 10,000, so that a test needs fewer.
const pageEvents = 500

// log writes what the platform logs of an invocation. The caller has the lock.
func (c *Cloud) log(f *cloudFunction, e *environment, i *Invocation, start time.Time) {
	lines := []lambdalog.Record{
		{Kind: lambdalog.Start, RequestID: i.Record.RequestID, Extra: map[string]string{lambdalog.Version: i.Answer.FunctionVersion}},
		{Kind: lambdalog.End, RequestID: i.Record.RequestID},
		i.Record,
	}
	first := lambdalog.Record{Kind: lambdalog.InitStart, Extra: map[string]string{lambdalog.RuntimeVersion: f.Variant.Runtime + ".v1"}}
	switch {
	case i.Record.RestoreDuration != nil:
		first.Kind = lambdalog.Restore
		lines = slices.Insert(lines, 0, first, lambdalog.Record{Kind: lambdalog.RestoreReport, RestoreDuration: i.Record.RestoreDuration})
	case i.Answer.Invocation == 1:
		lines = slices.Insert(lines, 0, first)
	}
	for n, line := range lines {
		at := start.Add(time.Duration(n) * time.Millisecond)
		message := line.Text()
		if i.JSON {
			message = jsonLine(line, at)
		}
		c.append(f.LogGroup, LogEvent{Stream: e.stream, Message: message + "\n", Timestamp: at, Readable: time.Now().Add(c.Latencies.Ingestion)})
	}
}

// jsonLine is the line in Lambda's JSON format, as far as the format has it.
func jsonLine(r lambdalog.Record, at time.Time) string {
	kinds := map[lambdalog.Kind]string{
		lambdalog.InitStart: "platform.initStart", lambdalog.Start: "platform.start", lambdalog.End: "platform.runtimeDone", lambdalog.Report: "platform.report",
	}
	record := map[string]any{"requestId": r.RequestID}
	if r.RequestID == "" {
		record = map[string]any{"runtimeVersion": r.Extra[lambdalog.RuntimeVersion]}
	}
	if r.Kind == lambdalog.Report {
		ms := func(d *time.Duration) float64 { return float64(*d) / float64(time.Millisecond) }
		metrics := map[string]any{"durationMs": ms(r.Duration), "billedDurationMs": ms(r.BilledDuration), "memorySizeMB": *r.MemorySizeMB, "maxMemoryUsedMB": *r.MaxMemoryUsedMB}
		if r.InitDuration != nil {
			metrics["initDurationMs"] = ms(r.InitDuration)
		}
		record["metrics"], record["status"] = metrics, "success"
	}
	text, err := json.Marshal(map[string]any{"time": at.UTC().Format(time.RFC3339Nano), "type": kinds[r.Kind], "record": record})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (c *Cloud) append(group string, e LogEvent) {
	if e.ID == "" {
		e.ID = fmt.Sprintf("%s/%d", group, len(c.logs[group]))
	}
	c.logs[group] = append(c.logs[group], e)
}

// EditLog changes what a group's log holds: the order is that in which pages list it.
func (c *Cloud) EditLog(group string, edit func([]LogEvent) []LogEvent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logs[group] = edit(c.logs[group])
}

// FilterLogEvents is CloudWatch Logs'.
func (c *Cloud) FilterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if err := sleep(ctx, c.Latencies.FilterLogEvents); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls["FilterLogEvents"]++
	if c.Refuse != nil {
		if err := c.Refuse("FilterLogEvents", *in.LogGroupName); err != nil {
			return nil, err
		}
	}
	if !c.filter.AllowN(time.Now(), 1) {
		c.throttled++
		return nil, &types.ThrottlingException{Message: aws.String("Rate exceeded")}
	}
	first := 0
	if in.NextToken != nil {
		var err error
		if first, err = strconv.Atoi(*in.NextToken); err != nil {
			return nil, err
		}
	}
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	all := c.logs[*in.LogGroupName]
	for i := first; i < len(all); i++ {
		e := all[i]
		if ms := e.Timestamp.UnixMilli(); ms < aws.ToInt64(in.StartTime) || ms > aws.ToInt64(in.EndTime) || e.Readable.After(time.Now()) {
			continue
		}
		if len(out.Events) == pageEvents {
			out.NextToken = aws.String(strconv.Itoa(i))
			break
		}
		out.Events = append(out.Events, types.FilteredLogEvent{
			EventId: &e.ID, LogStreamName: &e.Stream, Message: &e.Message, Timestamp: aws.Int64(e.Timestamp.UnixMilli()),
		})
	}
	return out, nil
}
