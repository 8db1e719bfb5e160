package awsapi

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"
)

const group = "/aws/lambda/echo"

// writeLogs logs four events in two streams, one second apart.
func writeLogs(t *testing.T, e *endpoint, start time.Time) {
	t.Helper()
	for _, event := range []struct {
		stream, message string
	}{
		{"2026/11/25/[1]a", "START RequestId: r1"},
		{"2026/11/25/[1]a", "REPORT RequestId: r1\tDuration: 1 ms"},
		{"2026/11/25/[1]b", "START RequestId: r2"},
		{"2026/11/24/[1]c", "REPORT RequestId: r2\tDuration: 2 ms"},
	} {
		stream, err := e.logs.NewStream(group, event.stream)
		if err != nil {
			t.Fatal(err)
		}
		stream.Append(start, []byte(event.message))
		start = start.Add(time.Second)
	}
}

func TestFilterLogEvents(t *testing.T) {
	e := newEndpoint(t, func(o *Options) { o.FilterRate = 1000 })
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	writeLogs(t, e, start)
	client := sdk.NewFromConfig(e.config(operatorKey))
	millis := func(seconds int) *int64 {
		return aws.Int64(start.Add(time.Duration(seconds) * time.Second).UnixMilli())
	}
	for _, tt := range []struct {
		name string
		in   sdk.FilterLogEventsInput
		want []string
	}{
		{"all", sdk.FilterLogEventsInput{}, []string{"START RequestId: r1", "REPORT RequestId: r1\tDuration: 1 ms", "START RequestId: r2", "REPORT RequestId: r2\tDuration: 2 ms"}},
		{"pages", sdk.FilterLogEventsInput{Limit: aws.Int32(1), FilterPattern: aws.String("START")}, []string{"START RequestId: r1", "START RequestId: r2"}},
		{"phrase", sdk.FilterLogEventsInput{FilterPattern: aws.String(`"REPORT RequestId: r2"`)}, []string{"REPORT RequestId: r2\tDuration: 2 ms"}},
		{"window", sdk.FilterLogEventsInput{StartTime: millis(1), EndTime: millis(2)}, []string{"REPORT RequestId: r1\tDuration: 1 ms", "START RequestId: r2"}},
		{"streams", sdk.FilterLogEventsInput{LogStreamNames: []string{"2026/11/25/[1]b"}}, []string{"START RequestId: r2"}},
		{"prefix", sdk.FilterLogEventsInput{LogStreamNamePrefix: aws.String("2026/11/24")}, []string{"REPORT RequestId: r2\tDuration: 2 ms"}},
		{"nothing", sdk.FilterLogEventsInput{FilterPattern: aws.String("nothing")}, nil},
		{"by ARN", sdk.FilterLogEventsInput{LogGroupIdentifier: aws.String("arn:aws:logs:eu-central-1:123456789012:log-group:" + group), LogStreamNamePrefix: aws.String("2026/11/24")},
			[]string{"REPORT RequestId: r2\tDuration: 2 ms"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.in.LogGroupIdentifier == nil {
				tt.in.LogGroupName = aws.String(group)
			}
			var got []string
			pages := sdk.NewFilterLogEventsPaginator(client, &tt.in)
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, event := range page.Events {
					got = append(got, aws.ToString(event.Message))
					if aws.ToString(event.LogStreamName) == "" || aws.ToString(event.EventId) == "" || aws.ToInt64(event.IngestionTime) == 0 || aws.ToInt64(event.Timestamp) < start.UnixMilli() {
						t.Errorf("event %+v", event)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFilterLogEventsErrors(t *testing.T) {
	e := newEndpoint(t, func(o *Options) {
		o.FilterRate = 1000
		o.Directory = readerDirectory(t, allow("logs:FilterLogEvents", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/echo:*"))
	})
	for _, tt := range []struct {
		name, key string
		in        sdk.FilterLogEventsInput
		code      string
	}{
		{"no such group", operatorKey, sdk.FilterLogEventsInput{LogGroupName: aws.String("nope")}, "ResourceNotFoundException"},
		{"no group", operatorKey, sdk.FilterLogEventsInput{}, "InvalidParameterException"},
		{"two selections", operatorKey, sdk.FilterLogEventsInput{LogGroupName: aws.String(group), LogStreamNames: []string{"a"}, LogStreamNamePrefix: aws.String("a")}, "InvalidParameterException"},
		{"a pattern that is not here", operatorKey, sdk.FilterLogEventsInput{LogGroupName: aws.String(group), FilterPattern: aws.String("{ $.a = 1 }")}, "InvalidParameterException"},
		{"a token of nobody", operatorKey, sdk.FilterLogEventsInput{LogGroupName: aws.String(group), NextToken: aws.String("x")}, "InvalidParameterException"},
		{"too many at once", operatorKey, sdk.FilterLogEventsInput{LogGroupName: aws.String(group), Limit: aws.Int32(10001)}, "InvalidParameterException"},
		{"what the policy allows", functionKey, sdk.FilterLogEventsInput{LogGroupName: aws.String(group)}, ""},
		{"another group", functionKey, sdk.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/other")}, "AccessDeniedException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := sdk.NewFromConfig(e.config(tt.key)).FilterLogEvents(t.Context(), &tt.in)
			if tt.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkCode(t, err, tt.code)
		})
	}
}

func TestFilterLogEventsQuota(t *testing.T) {
	e := newEndpoint(t) // outside of the bubble, whose clock the server must not see
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Region: region, AccountID: account, Directory: operators(), Logs: e.logs})
		throttled := 0
		for range 8 {
			if w := call(s, "Logs_20140328.FilterLogEvents", operatorKey, `{"logGroupName":"`+group+`"}`); w.Code == 400 {
				throttled++
			}
		}
		if throttled != 3 {
			t.Errorf("%d of 8 calls at once were throttled, want 3", throttled)
		}
	})
}

func TestDescribeLogGroups(t *testing.T) {
	e := newEndpoint(t)
	for _, name := range []string{"other", "/aws/lambda/b", "/aws/lambda/a"} {
		if err := e.logs.CreateGroup(name); err != nil {
			t.Fatal(err)
		}
	}
	client := sdk.NewFromConfig(e.config(operatorKey))
	for _, tt := range []struct {
		name string
		in   sdk.DescribeLogGroupsInput
		want [][]string // the names of each page
		code string
	}{
		{"all", sdk.DescribeLogGroupsInput{}, [][]string{{"/aws/lambda/a", "/aws/lambda/b", group, "other"}}, ""},
		{"by prefix", sdk.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/lambda/a")}, [][]string{{"/aws/lambda/a"}}, ""},
		{"by pattern", sdk.DescribeLogGroupsInput{LogGroupNamePattern: aws.String("the")}, [][]string{{"other"}}, ""},
		{"in pages", sdk.DescribeLogGroupsInput{Limit: aws.Int32(3)}, [][]string{{"/aws/lambda/a", "/aws/lambda/b", group}, {"other"}}, ""},
		{"both", sdk.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("a"), LogGroupNamePattern: aws.String("b")}, nil, "InvalidParameterException"},
		{"too many", sdk.DescribeLogGroupsInput{Limit: aws.Int32(51)}, nil, "InvalidParameterException"},
		{"what is not here", sdk.DescribeLogGroupsInput{LogGroupClass: types.LogGroupClassStandard}, nil, "ValidationException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [][]string
			pages := sdk.NewDescribeLogGroupsPaginator(client, &tt.in)
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if tt.code != "" {
					checkCode(t, err, tt.code)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, g := range page.LogGroups {
					names = append(names, aws.ToString(g.LogGroupName))
				}
				got = append(got, names)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
		})
	}
}
