package awsapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
)

// maxFilterLimit is the most events that one page of FilterLogEvents has.
const maxFilterLimit = 10_000

type cloudWatchLogs struct {
	server *Server
	store  *logs.Store
	quota  *rate.Limiter // of FilterLogEvents
}

func newCloudWatchLogs(s *Server) *cloudWatchLogs {
	perSecond := cmp.Or(s.options.FilterRate, 5)
	return &cloudWatchLogs{
		server: s, store: s.options.Logs, quota: rate.NewLimiter(rate.Limit(perSecond), max(1, int(math.Ceil(perSecond)))),
	}
}

func (l *cloudWatchLogs) operations() Operations {
	return Operations{
		"FilterLogEvents":   Operation(l.filterLogEvents),
		"DescribeLogGroups": Operation(l.describeLogGroups),
	}
}

type filterLogEventsInput struct {
	LogGroupName        string   `json:"logGroupName"`
	LogGroupIdentifier  string   `json:"logGroupIdentifier"`
	LogStreamNames      []string `json:"logStreamNames"`
	LogStreamNamePrefix string   `json:"logStreamNamePrefix"`
	StartTime           *int64   `json:"startTime"`
	EndTime             *int64   `json:"endTime"`
	FilterPattern       string   `json:"filterPattern"`
	NextToken           string   `json:"nextToken"`
	Limit               *int     `json:"limit"`
	// Interleaved is taken for true, as on AWS since 2019.
	Interleaved bool `json:"interleaved"`
}

type filterLogEventsOutput struct {
	Events             []logEventJSON `json:"events"`
	SearchedLogStreams []struct{}     `json:"searchedLogStreams"` // AWS leaves it empty since 2020
	NextToken          string         `json:"nextToken,omitempty"`
}

type logEventJSON struct {
	LogStreamName string `json:"logStreamName"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
	EventID       string `json:"eventId"`
}

func (l *cloudWatchLogs) filterLogEvents(_ context.Context, c *Call, in filterLogEventsInput) (filterLogEventsOutput, error) {
	group := l.group(in)
	// The resource that AWS names has an empty log stream, so log-group:NAME:* matches it and log-group:NAME does not.
	if err := c.Authorize("logs:FilterLogEvents", l.server.arn("logs", "log-group:"+group+":log-stream:")); err != nil {
		return filterLogEventsOutput{}, err
	}
	if !l.quota.Allow() {
		return filterLogEventsOutput{}, &apierror.Error{Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	query, err := in.query(group)
	if err != nil {
		return filterLogEventsOutput{}, err
	}
	events, next, err := l.store.Filter(query)
	if errors.Is(err, logs.ErrNoGroup) {
		return filterLogEventsOutput{}, &apierror.Error{Code: "ResourceNotFoundException", Message: "The specified log group does not exist."}
	}
	if err != nil {
		return filterLogEventsOutput{}, invalidQuery(err.Error())
	}
	out := filterLogEventsOutput{Events: make([]logEventJSON, 0, len(events)), SearchedLogStreams: []struct{}{}, NextToken: next}
	for _, e := range events {
		out.Events = append(out.Events, logEventJSON{
			LogStreamName: e.Stream, Message: e.Message, EventID: e.ID,
			Timestamp: e.Timestamp.UnixMilli(), IngestionTime: e.Ingestion.UnixMilli(),
		})
	}
	return out, nil
}

// group is the log group that is asked for; an identifier is its name or its ARN.
func (l *cloudWatchLogs) group(in filterLogEventsInput) string {
	name := cmp.Or(in.LogGroupName, in.LogGroupIdentifier)
	return strings.TrimPrefix(name, l.server.arn("logs", "log-group:"))
}

func (in filterLogEventsInput) query(group string) (logs.Query, error) {
	q := logs.Query{
		Group: group, Streams: in.LogStreamNames, StreamPrefix: in.LogStreamNamePrefix,
		Filter: in.FilterPattern, NextToken: in.NextToken, Limit: maxFilterLimit,
	}
	if (in.LogGroupName == "") == (in.LogGroupIdentifier == "") {
		return q, invalidQuery("give either logGroupName or logGroupIdentifier")
	}
	if in.Limit != nil {
		if *in.Limit < 1 || *in.Limit > maxFilterLimit {
			return q, invalidQuery(fmt.Sprintf("limit must be from 1 to %d, not %d", maxFilterLimit, *in.Limit))
		}
		q.Limit = *in.Limit
	}
	if in.StartTime != nil {
		q.From = time.UnixMilli(*in.StartTime)
	}
	if in.EndTime != nil {
		q.To = time.UnixMilli(*in.EndTime)
	}
	return q, nil
}

func invalidQuery(message string) *apierror.Error {
	return &apierror.Error{Code: "InvalidParameterException", Message: message}
}

// maxLogGroups is the most groups that one page of DescribeLogGroups has.
const maxLogGroups = 50

type describeLogGroupsInput struct {
	LogGroupNamePrefix  string `json:"logGroupNamePrefix"`
	LogGroupNamePattern string `json:"logGroupNamePattern"` // a part of the name
	Limit               *int   `json:"limit"`
	NextToken           string `json:"nextToken"`
}

type describeLogGroupsOutput struct {
	LogGroups []logGroupJSON `json:"logGroups"`
	NextToken string         `json:"nextToken,omitempty"`
}

type logGroupJSON struct {
	LogGroupName  string `json:"logGroupName"`
	ARN           string `json:"arn"`
	LogGroupClass string `json:"logGroupClass"`
}

// describeLogGroups pages through the groups by name. A token is the last name of
// the page before.
func (l *cloudWatchLogs) describeLogGroups(_ context.Context, c *Call, in describeLogGroupsInput) (describeLogGroupsOutput, error) {
	out := describeLogGroupsOutput{LogGroups: []logGroupJSON{}}
	if err := c.Authorize("logs:DescribeLogGroups", l.server.arn("logs", "log-group::log-stream:")); err != nil {
		return out, err
	}
	if in.LogGroupNamePrefix != "" && in.LogGroupNamePattern != "" {
		return out, invalidQuery("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	limit := maxLogGroups
	if in.Limit != nil {
		if limit = *in.Limit; limit < 1 || limit > maxLogGroups {
			return out, invalidQuery(fmt.Sprintf("limit must be from 1 to %d, not %d", maxLogGroups, limit))
		}
	}
	for _, name := range l.store.Groups() {
		if !strings.HasPrefix(name, in.LogGroupNamePrefix) || !strings.Contains(name, in.LogGroupNamePattern) || name <= in.NextToken {
			continue
		}
		if len(out.LogGroups) == limit {
			out.NextToken = out.LogGroups[limit-1].LogGroupName
			break
		}
		out.LogGroups = append(out.LogGroups, logGroupJSON{LogGroupName: name, ARN: l.server.arn("logs", "log-group:"+name+":*"), LogGroupClass: "STANDARD"})
	}
	return out, nil
}
