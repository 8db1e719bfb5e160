package executions

import (
	"errors"
	"fmt"
	"testing"

	"github.com/lambda-benchmark/lambda-benchmark/local/apierror"
)

// A schedule that runs for months does not fill the memory.
func TestEndedExecutionsAreForgotten(t *testing.T) {
	for _, row := range []struct {
		name  string
		count int
		input string
		kept  int
	}{
		{"many", maxEnded + 5, `{"n":0}`, maxEnded},
		{"few with long histories", 12, `{"n":3000}`, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := service(t, Options{}, `{"StartAt":"Count","States":{
				"Count":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":0,"Next":"Less"}],"Default":"End"},
				"Less":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, -1)"},"Next":"Count"},
				"End":{"Type":"Pass","End":true}}}`)
			var arns []string
			for i := range row.count {
				e, err := s.StartExecution(t.Context(), machineARN, fmt.Sprint("run-", i), row.input)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := s.Wait(t.Context(), e.ARN); err != nil {
					t.Fatal(err)
				}
				arns = append(arns, e.ARN)
			}
			s.running.Wait()
			kept := 0
			for i, arn := range arns {
				_, err := s.DescribeExecution(arn)
				refused, ok := errors.AsType[*apierror.Error](err)
				switch {
				case err == nil:
					kept++
				case !ok || refused.Code != "ExecutionDoesNotExist":
					t.Fatal(err)
				case kept > 0:
					t.Errorf("execution %d is forgotten, and an earlier one is not", i)
				}
			}
			if len(s.executions) != kept || len(s.ended) != kept || kept > row.kept || kept == 0 || s.endedEvents > maxEndedEvents {
				t.Errorf("%d are kept (%d, %d) with %d events, want %d", kept, len(s.executions), len(s.ended), s.endedEvents, row.kept)
			}
			if s.Executions() != row.count {
				t.Errorf("%d have been started, want %d", s.Executions(), row.count)
			}
		})
	}
}

// An execution that goes round for ever ends as on AWS.
func TestHistoryIsBounded(t *testing.T) {
	s := service(t, Options{}, `{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}`)
	e, err := s.StartExecution(t.Context(), machineARN, "round", `{}`)
	if err != nil {
		t.Fatal(err)
	}
	if e, err = s.Wait(t.Context(), e.ARN); err != nil || e.Status != "FAILED" || e.Error != "States.Runtime" || e.Cause != errHistory.Error() {
		t.Errorf("%+v, %v", e, err)
	}
	events, err := s.History(e.ARN)
	if err != nil || len(events) != maxHistory {
		t.Errorf("%d events, error %v; want %d", len(events), err, maxHistory)
	}
}
