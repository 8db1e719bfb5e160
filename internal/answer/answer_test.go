package answer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// cell is a variant with its medians in milliseconds and its numbers of samples.
type cell struct {
	runtime      string
	architecture functions.Architecture
	memoryMB     int
	init, warm   float64
	cold         int
	warmSamples  int
}

func hello(runtime string, init, warm float64) cell {
	return cell{runtime, functions.X8664, 512, init, warm, 30, 60}
}

func (c cell) on(a functions.Architecture) cell { c.architecture = a; return c }
func (c cell) with(memoryMB int) cell           { c.memoryMB = memoryMB; return c }
func (c cell) samples(cold, warmSamples int) cell {
	c.cold, c.warmSamples = cold, warmSamples
	return c
}

func (c cell) variant() matrix.Variant {
	return matrix.Variant{Function: "hello", Language: c.runtime, Runtime: c.runtime, Architecture: c.architecture, MemoryMB: c.memoryMB}
}

// run is a run of these cells. Values are drawn from a seed, 8 % around the medians.
func run(platform deployed.Platform, cells ...cell) results.Run {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(median float64) time.Duration {
		return time.Duration(median * math.Exp(0.08*rng.NormFloat64()) * float64(time.Millisecond))
	}
	r := results.Run{ID: "r", Manifest: results.Manifest{Platform: platform, Region: "us-east-1"}}
	at := time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)
	for _, c := range cells {
		for i := range c.cold + c.warmSamples {
			s := results.Sample{
				Run: "r", Platform: platform, Round: i % 10, Variant: c.variant(), Event: functions.Event{Workload: functions.WorkloadHello},
				RequestID: fmt.Sprint(len(r.Samples)), Start: at, Wanted: results.Warm,
			}
			duration, total, invocation := draw(c.warm), time.Duration(0), 2
			record := &lambdalog.Record{}
			if i < c.cold {
				s.Wanted, invocation = results.Cold, 1
				total = draw(c.init)
				record.InitDuration = new(total)
			}
			total += duration
			record.Duration = &duration
			record.BilledDuration = new((total + time.Millisecond - 1).Truncate(time.Millisecond))
			s.Record, s.Elapsed = record, total+time.Millisecond
			s.Answer = &functions.Answer{EnvironmentID: fmt.Sprint(i), Invocation: invocation, InitializationType: functions.OnDemand}
			r.Samples = append(r.Samples, s)
			at = at.Add(2 * time.Second)
		}
	}
	all := results.Summarise(slices.Values(r.Samples))
	for _, c := range cells {
		r.Variants = append(r.Variants, results.VariantSummary{Variant: c.variant(), Status: results.Measured, Series: all[c.variant()]})
	}
	return r
}

func find(t *testing.T, a answer.Answers, q answer.Question) answer.Answer {
	t.Helper()
	for _, one := range a.Answers {
		if one.Question == q {
			return one
		}
	}
	t.Fatalf("no answer to %s", q)
	return answer.Answer{}
}

func TestPick(t *testing.T) {
	for _, test := range []struct {
		name     string
		run      results.Run
		question answer.Question
		word     answer.Word
		pick     string
		against  string
		missing  answer.Missing
	}{
		{"the faster runtime", run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2)), answer.Runtime, answer.Clear, "fast", "slow", ""},
		{"three runtimes", run(deployed.AWS, hello("slow", 100, 5), hello("fast", 50, 2), hello("middle", 70, 3)), answer.Runtime, answer.Clear, "fast", "middle", ""},
		{"one runtime", run(deployed.AWS, hello("fast", 50, 2)), answer.Runtime, answer.NotAsked, "", "", answer.OneLevel},
		{"a local run's architecture", run(deployed.Local, hello("fast", 50, 2), hello("slow", 100, 5)), answer.Architecture, answer.NotAsked, "", "", answer.HostOnly},
		{"nothing", run(deployed.AWS), answer.Memory, answer.NotAsked, "", "", answer.NothingMeasured},
		{"too few samples", run(deployed.AWS, hello("slow", 100, 5).samples(5, 5), hello("fast", 50, 2).samples(5, 5)), answer.Runtime, answer.Open, "", "slow", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := find(t, answer.Of(test.run), test.question)
			if a.Word != test.word || a.Pick != test.pick || test.against != "" && a.Against != test.against || a.Missing != test.missing {
				t.Errorf("%s is %s: pick %q against %q, missing %q; want %s: %q against %q, missing %q",
					test.question, a.Word, a.Pick, a.Against, a.Missing, test.word, test.pick, test.against, test.missing)
			}
		})
	}
}
