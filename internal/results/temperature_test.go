package results_test

import (
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

const ms = time.Millisecond

// record is a REPORT of 10 ms; init and restore of 0 are absent.
func record(init, restore time.Duration) *lambdalog.Record {
	r := &lambdalog.Record{Kind: lambdalog.Report, RequestID: "r", Duration: new(10 * ms)}
	if init > 0 {
		r.InitDuration = &init
	}
	if restore > 0 {
		r.RestoreDuration = &restore
	}
	return r
}

func answer(invocation int, how functions.InitializationType) *functions.Answer {
	return &functions.Answer{Invocation: invocation, InitializationType: how}
}

func TestTemperature(t *testing.T) {
	for _, test := range []struct {
		name      string
		record    *lambdalog.Record
		answer    *functions.Answer
		elapsed   time.Duration
		snapStart bool
		err       string
		want      results.Temperature
	}{
		{name: "init that the client waited for", record: record(100*ms, 0), answer: answer(1, functions.OnDemand), elapsed: 111 * ms, want: results.Cold},
		{name: "client time of exactly init and duration", record: record(100*ms, 0), answer: answer(1, functions.OnDemand), elapsed: 110 * ms, want: results.Cold},
		{name: "restored from a snapshot", record: record(0, 100*ms), answer: answer(1, functions.SnapStart), elapsed: 111 * ms, want: results.Cold},
		{name: "restored in a cell with SnapStart", snapStart: true, record: record(0, 100*ms), answer: answer(1, functions.SnapStart), elapsed: 111 * ms, want: results.Cold},
		{name: "later invocation of a restored environment", snapStart: true, record: record(0, 0), answer: answer(2, functions.SnapStart), elapsed: 11 * ms, want: results.Warm},
		{name: "initialised in a cell with SnapStart", snapStart: true, record: record(100*ms, 0), answer: answer(1, functions.OnDemand), elapsed: 111 * ms, want: results.Unknown},
		{name: "an init in the record, and an answer of a snapshot", record: record(100*ms, 0), answer: answer(1, functions.SnapStart), elapsed: 111 * ms, want: results.Unknown},
		{name: "restored before the request came", snapStart: true, record: record(0, 100*ms), answer: answer(1, functions.SnapStart), elapsed: 11 * ms, want: results.Proactive},
		{name: "a restore in the record of a later invocation", snapStart: true, record: record(0, 100*ms), answer: answer(2, functions.SnapStart), elapsed: 111 * ms, want: results.Unknown},
		{name: "later invocation", record: record(0, 0), answer: answer(2, functions.OnDemand), elapsed: 11 * ms, want: results.Warm},
		{name: "later invocation of a provisioned environment", record: record(0, 0), answer: answer(7, functions.ProvisionedConcurrency), elapsed: 11 * ms, want: results.Warm},
		{name: "later invocation that no client timed", record: record(0, 0), answer: answer(2, functions.OnDemand), want: results.Warm},
		{name: "provisioned, with an init before the request", record: record(100*ms, 0), answer: answer(1, functions.ProvisionedConcurrency), elapsed: 11 * ms, want: results.ProvisionedFirst},
		{name: "provisioned, and a slow network as long as the init", record: record(100*ms, 0), answer: answer(1, functions.ProvisionedConcurrency), elapsed: 500 * ms, want: results.ProvisionedFirst},
		{name: "provisioned, without an init in the record", record: record(0, 0), answer: answer(1, functions.ProvisionedConcurrency), elapsed: 11 * ms, want: results.ProvisionedFirst},
		{name: "initialised before the request came", record: record(100*ms, 0), answer: answer(1, functions.OnDemand), elapsed: 11 * ms, want: results.Proactive},
		{name: "first invocation without an init", record: record(0, 0), answer: answer(1, functions.OnDemand), elapsed: 11 * time.Second, want: results.InitTimeout},

		{name: "no answer by the contract", record: record(100*ms, 0), elapsed: 111 * ms, want: results.Unknown},
		{name: "no record in the tail", answer: answer(1, functions.OnDemand), elapsed: 111 * ms, want: results.Unknown},
		{name: "no client clock to prove that a caller waited", record: record(100*ms, 0), answer: answer(1, functions.OnDemand), want: results.Unknown},
		{name: "an init in the record of a later invocation", record: record(100*ms, 0), answer: answer(2, functions.OnDemand), elapsed: 111 * ms, want: results.Unknown},
		{name: "an environment that does not count", record: record(0, 0), answer: answer(0, functions.OnDemand), elapsed: 11 * ms, want: results.Unknown},
		{name: "an initialization type of the future", record: record(100*ms, 0), answer: answer(1, "lambda-managed-instances"), elapsed: 111 * ms, want: results.Unknown},
		{name: "a snapshot without a restore", record: record(0, 0), answer: answer(1, functions.SnapStart), elapsed: 11 * ms, want: results.Unknown},
		{name: "a wrong answer", record: record(0, 0), answer: answer(2, functions.OnDemand), elapsed: 11 * ms, err: "wrong", want: results.Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := results.Sample{Record: test.record, Answer: test.answer, Elapsed: test.elapsed, Error: test.err}
			s.Variant.SnapStart = test.snapStart
			if got := s.Temperature(); got != test.want {
				t.Errorf("temperature is %s, want %s", got, test.want)
			}
		})
	}
}

func TestSeriesLeavesOutWhatNothingPrepared(t *testing.T) {
	warm := results.Sample{Record: record(0, 0), Answer: answer(2, functions.OnDemand), Elapsed: 11 * ms}
	cold := results.Sample{Record: record(100*ms, 0), Answer: answer(1, functions.OnDemand), Elapsed: 111 * ms}
	proactive := results.Sample{Record: record(100*ms, 0), Answer: answer(1, functions.OnDemand), Elapsed: 11 * ms}
	with := func(s results.Sample, wanted results.Temperature, warmUp bool) results.Sample {
		s.Wanted, s.WarmUp = wanted, warmUp
		return s
	}
	for _, test := range []struct {
		name   string
		sample results.Sample
		want   results.Temperature // empty for none
	}{
		{"warm as wanted", with(warm, results.Warm, false), results.Warm},
		{"cold as wanted", with(cold, results.Cold, false), results.Cold},
		{"taken as it came", warm, results.Warm},
		{"warm where cold was wanted", with(warm, results.Cold, false), ""},
		{"cold where warm was wanted", with(cold, results.Warm, false), ""},
		{"a warm-up", with(warm, "", true), ""},
		{"proactive where cold was wanted", with(proactive, results.Cold, false), results.Proactive},
	} {
		t.Run(test.name, func(t *testing.T) {
			series, ok := test.sample.Series()
			if ok != (test.want != "") || series.Temperature != test.want {
				t.Errorf("series is %q, %t; want %q", series.Temperature, ok, test.want)
			}
		})
	}
}
