package lambda

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/lambda-benchmark/lambda-benchmark/local/iam"
	"github.com/lambda-benchmark/lambda-benchmark/local/logs"
)

func TestLogs(t *testing.T) {
	const group = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/hello"
	stream := iam.Statement{Actions: []string{"logs:CreateLogStream"}, Resources: []string{group + ":*"}}
	put := iam.Statement{Actions: []string{"logs:PutLogEvents"}, Resources: []string{group + ":*"}}
	createGroup := iam.Statement{Actions: []string{"logs:CreateLogGroup"}, Resources: []string{"*"}}
	for name, test := range map[string]struct {
		allowed []iam.Statement
		exists  bool
		lost    string // part of what is said, or empty
	}{
		"as deployed":           {[]iam.Statement{stream, put}, true, ""},
		"group by the role":     {[]iam.Statement{stream, put, createGroup}, false, ""},
		"no group":              {[]iam.Statement{stream, put}, false, "logs:CreateLogGroup"},
		"may not make a stream": {[]iam.Statement{put}, true, "logs:CreateLogStream"},
		"may not put events":    {[]iam.Statement{stream}, true, "logs:PutLogEvents"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := logs.NewStore("")
				var said []string
				l := &fakeLauncher{}
				s := newService(t, l, func(o *Options) {
					o.Logs, o.Directory = store, directory(t, test.allowed...)
					o.Progress = func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
				})
				if test.exists {
					if err := store.CreateGroup("/aws/lambda/hello"); err != nil {
						t.Fatal(err)
					}
				}
				create(t, s, func(c *FunctionConfig) { c.Publish = true })
				for _, qualifier := range []string{"", "1"} {
					invoke(t, s, InvokeInput{Qualifier: qualifier, LogTail: true})
				}
				if test.lost != "" {
					if len(said) != 1 || !strings.Contains(said[0], "its logs are lost") || !strings.Contains(said[0], test.lost) {
						t.Errorf("said %q, want once that the logs are lost for want of %s", said, test.lost)
					}
					if name := l.environments()[0].log.Name(); !strings.Contains(name, "/[$LATEST]") {
						t.Errorf("the lost stream is called %q", name)
					}
					return
				}
				events, _, err := store.Filter(logs.Query{Group: "/aws/lambda/hello"})
				if err != nil || len(events) != 2 || len(said) != 0 {
					t.Fatalf("events %v, %v; said %q", events, err, said)
				}
				for i, version := range []string{`\$LATEST`, "1"} {
					// synctest's clock begins with 2000.
					if want := regexp.MustCompile(`^2000/01/01/\[` + version + `\][0-9a-f]{32}$`); !want.MatchString(events[i].Stream) {
						t.Errorf("stream %s, want %s", events[i].Stream, want)
					}
				}
			})
		})
	}
}
