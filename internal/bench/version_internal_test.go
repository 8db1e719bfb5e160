package bench

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestParseMark(t *testing.T) {
	published := time.Date(2026, 11, 29, 12, 0, 0, 5, time.UTC)
	for _, row := range []struct {
		description, run string
		published        time.Time
	}{
		{`{"benchmarkRun":"run-1","published":"2026-11-29T12:00:00.000000005Z"}`, "run-1", published},
		{"", "", time.Time{}},
		{"hello java21 arm64 512 MB SnapStart", "", time.Time{}},
		{`{"benchmarkRun":"","published":"2026-11-29T12:00:00Z"}`, "", time.Time{}},
		{`{"benchmarkRun":"run-1","published":"yesterday"}`, "", time.Time{}},
		{`{"benchmarkRun":"run-1"}`, "", time.Time{}},
		{`{"release":7}`, "", time.Time{}},
		{`null`, "", time.Time{}},
	} {
		t.Run(row.description, func(t *testing.T) {
			m, ok := parseMark(row.description)
			if ok != (row.run != "") || ok && (m.Run != row.run || !m.Published.Equal(row.published)) {
				t.Errorf("the mark is %+v, %t", m, ok)
			}
		})
	}
}

// FuzzParseMark: a description is anyone's. What is taken for a mark is read as it was written.
func FuzzParseMark(f *testing.F) {
	f.Add(`{"benchmarkRun":"run-1","published":"2026-11-29T12:00:00Z"}`)
	f.Add(`{"benchmarkRun":5}`)
	f.Add("the function")
	f.Fuzz(func(t *testing.T, description string) {
		m, ok := parseMark(description)
		if !ok {
			return
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if again, ok := parseMark(string(text)); !ok || again.Run != m.Run || !again.Published.Equal(m.Published) {
			t.Errorf("%q is %+v, and written again %+v", description, m, again)
		}
	})
}

// versions is a Lambda that answers about versions as it is told to.
type versions struct {
	LambdaAPI
	published *lambda.PublishVersionOutput
	state     types.State
	listed    []types.FunctionConfiguration
	deleted   []string
}

func (v *versions) PublishVersion(context.Context, *lambda.PublishVersionInput, ...func(*lambda.Options)) (*lambda.PublishVersionOutput, error) {
	return v.published, nil
}

func (v *versions) GetFunction(context.Context, *lambda.GetFunctionInput, ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	return &lambda.GetFunctionOutput{Configuration: &types.FunctionConfiguration{State: v.state, StateReason: aws.String("the init failed"), StateReasonCode: "FunctionError"}}, nil
}

func (v *versions) ListVersionsByFunction(context.Context, *lambda.ListVersionsByFunctionInput, ...func(*lambda.Options)) (*lambda.ListVersionsByFunctionOutput, error) {
	return &lambda.ListVersionsByFunctionOutput{Versions: v.listed}, nil
}

func (v *versions) DeleteFunction(_ context.Context, in *lambda.DeleteFunctionInput, _ ...func(*lambda.Options)) (*lambda.DeleteFunctionOutput, error) {
	v.deleted = append(v.deleted, aws.ToString(in.Qualifier))
	return &lambda.DeleteFunctionOutput{}, nil
}

const marked = `{"benchmarkRun":"run-1","published":"2000-01-01T00:00:00Z"}`

// TestOnlyMarkedVersionsAreDeleted: neither the function nor a version of its owner is.
func TestOnlyMarkedVersionsAreDeleted(t *testing.T) {
	client := &versions{listed: []types.FunctionConfiguration{
		{Version: aws.String("$LATEST"), Description: aws.String(marked)},
		{Version: aws.String(""), Description: aws.String(marked)},
		{Version: aws.String("3"), Description: aws.String("a release")},
		{Version: aws.String("4"), Description: aws.String(marked)},
		{Version: aws.String("5")},
	}}
	p := publisher{client: client, arn: "arn", patience: time.Second}
	all, err := p.marked(t.Context())
	if err == nil {
		err = p.delete(t.Context(), all, func(version) bool { return true })
	}
	if err != nil || strings.Join(client.deleted, " ") != "4" {
		t.Errorf("deleted %q (%v), want version 4 alone", client.deleted, err)
	}
}

// TestAVersionOfAnotherRun: Lambda publishes nothing where nothing has changed, and
// answers with the last version.
func TestAVersionOfAnotherRun(t *testing.T) {
	for _, description := range []string{marked, "a release", ""} {
		client := &versions{published: &lambda.PublishVersionOutput{Version: aws.String("7"), Description: &description}}
		_, err := publisher{client: client, arn: "arn", patience: time.Second}.publish(t.Context(), "run-2")
		if err == nil || !strings.Contains(err.Error(), "version 7, which this run has not made") {
			t.Errorf("%q: error is %v", description, err)
		}
	}
}

func TestStatesOfAVersion(t *testing.T) {
	for _, row := range []struct {
		state types.State
		age   time.Duration
		wait  time.Duration
		err   string
	}{
		{state: types.StateActive},
		{state: types.StatePending, age: time.Second, wait: 89 * time.Second, err: "version 1, published at "},
		{state: types.StatePending, age: 3 * time.Minute, wait: 15 * time.Second, err: "is still Pending"},
		{state: types.StateInactive, age: 3 * time.Minute, wait: 15 * time.Second, err: "is still Pending"},
		{state: types.StatePending, age: 16 * time.Minute, err: "version 1: its state is Pending 16m0s after it was published"},
		{state: types.StateFailed, err: "version 1: the snapshot could not be taken: the init failed (FunctionError)"},
	} {
		t.Run(string(row.state)+" "+row.age.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := publisher{client: &versions{state: row.state}, arn: "arn", patience: time.Second}
				_, err := p.configuration(t.Context(), version{"1", mark{Run: "run-1", Published: time.Now().Add(-row.age)}})
				if (err != nil) != (row.err != "") || err != nil && !strings.Contains(err.Error(), row.err) {
					t.Errorf("error is %v, want %q", err, row.err)
				}
				wait := time.Duration(0)
				if pending, ok := err.(*PendingError); ok {
					wait = pending.Wait
				}
				if wait != row.wait {
					t.Errorf("wait %v, want %v", wait, row.wait)
				}
			})
		})
	}
}
