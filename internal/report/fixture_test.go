package report_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/lambdalog"
	"github.com/lambda-benchmark/lambda-benchmark/internal/latency"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// options are how the fixtures are judged.
var options = verdict.Options{MarginAbs: 1}

// The numbers of the fixtures are drawn from a seed: they look like a run and are none.
var started = time.Date(2026, time.March, 4, 12, 0, 0, 0, time.UTC)

// cell is a variant of the fixture with its medians in milliseconds.
type cell struct {
	variant                    matrix.Variant
	version                    string
	init, first, warm, network float64
	memory                     int
}

func cells() []cell {
	make := func(language, runtime, version string, init, first, warm float64, memory int) cell {
		return cell{matrix.Variant{Function: "hello", Language: language, Runtime: runtime, Architecture: functions.X8664, MemoryMB: 512}, version, init, first, warm, 0.9, memory}
	}
	return []cell{
		make("go", "provided.al2023", "go1.26.8", 12, 1.4, 0.8, 18),
		make("rust", "provided.al2023", "1.95.0", 5.1, 0.9, 0.6, 12),
		make("nodejs", "nodejs18.x", "18.20.8", 104, 6, 1.1, 71),
		make("nodejs", "nodejs22.x", "22.22.0", 108, 6.2, 1.1, 76),
		make("python", "python3.11", "3.11.7", 88, 3.1, 1.3, 40),
		make("java", "java21", "21.0.9", 310, 210, 2.1, 96),
	}
}

// own are numbers that some of the runtimes count of themselves.
func own(language string, invocation int) map[string]float64 {
	n := float64(invocation)
	switch language {
	case "go":
		return map[string]float64{"collections": 0, "heapAllocBytes": 136_808 + 1000*n, "heapObjects": 590 + 7*n, "collectionCpuShare": 0.0125}
	case "rust":
		return map[string]float64{"virtualMemoryOfTheWholeProcessAtItsHighestBytes": 123_456_789}
	case "java":
		return map[string]float64{"collections": 3, "collectionMs": 41.5, "heapUsedBytes": 12_345_678}
	}
	return nil
}

// samples draws cold and warm samples of every cell.
func samples(cold, warm int) []results.Sample { return samplesOf(cells(), deployed.Local, cold, warm) }

func samplesOf(cells []cell, platform deployed.Platform, cold, warm int) []results.Sample {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(median float64) time.Duration {
		return time.Duration(median * math.Exp(0.08*rng.NormFloat64()) * float64(time.Millisecond))
	}
	var all []results.Sample
	at := started
	for _, c := range cells {
		for _, event := range []functions.Event{{Workload: functions.WorkloadHello}, {Workload: functions.WorkloadSHA256, Iterations: 2000}} {
			work := 0.0
			if event.Workload == functions.WorkloadSHA256 {
				work = 3 * c.warm
			}
			for i := range cold + warm {
				s := results.Sample{
					Run: "20260304-120000", Platform: platform, Round: i%max(cold, 1) + 1, Variant: c.variant, Event: event,
					RequestID: fmt.Sprintf("%08d-0000-4000-8000-000000000000", len(all)), Start: at, Wanted: results.Warm,
				}
				invocation, duration := 3+i, draw(c.warm+work)
				record := &lambdalog.Record{Kind: lambdalog.Report, RequestID: s.RequestID, MemorySizeMB: new(c.variant.MemoryMB), MaxMemoryUsedMB: new(c.memory + i%3)}
				total := time.Duration(0)
				if i < cold {
					s.Wanted, invocation, duration = results.Cold, 1, draw(c.first+work)
					total = draw(c.init)
					record.InitDuration = new(total)
					if c.variant.SnapStart {
						record.InitDuration, record.RestoreDuration = nil, new(total)
					}
				}
				total += duration
				record.Duration = &duration
				record.BilledDuration = new((total + time.Millisecond - 1).Truncate(time.Millisecond))
				s.Record, s.Elapsed = record, total+draw(c.network)
				s.Answer = &functions.Answer{
					Message: "Hello, world!", Language: c.variant.Language, RuntimeVersion: c.version, EnvironmentID: fmt.Sprint(i),
					Invocation: invocation, InitializationType: functions.OnDemand,
					CPUMs: 0.8 * duration.Seconds() * 1000, ProcessCPUMs: total.Seconds() * 1000, WallMs: 0.9 * duration.Seconds() * 1000,
					Metrics: own(c.variant.Language, invocation),
				}
				if c.variant.SnapStart {
					s.Answer.InitializationType = functions.SnapStart
					s.Published = started.Add(-3 * time.Minute)
				}
				if c.variant.Language == "java" { // it counts clock ticks
					s.Answer.CPUMs = 10 * math.Floor(s.Answer.CPUMs/10)
				}
				all = append(all, s)
				at = at.Add(s.Elapsed)
			}
		}
	}
	return all
}

func summary(cold, warm int) results.Summary {
	all := samples(cold, warm)
	series := results.Summarise(slices.Values(all))
	var s results.Summary
	for _, c := range cells() {
		s.Variants = append(s.Variants, results.VariantSummary{
			Variant: c.variant, Status: results.Measured, RanOn: &results.RanOn{Version: c.version}, AnswerOK: new(true), Series: series[c.variant],
		})
	}
	results.SetPlaces(s.Variants, results.ValuesOf(slices.Values(all)), verdict.Options{})
	other := func(language, runtime string, a functions.Architecture, status results.Status, reason string) {
		s.Variants = append(s.Variants, results.VariantSummary{
			Variant: matrix.Variant{Function: "hello", Language: language, Runtime: runtime, Architecture: a, MemoryMB: 512}, Status: status, Reason: reason,
		})
	}
	noSDK := "the .NET 8 SDK is missing: install it from https://dot.net, or leave the cells out with -only or with the setting exclude: dotnet8"
	other("dotnet", "dotnet8", functions.ARM64, results.Skipped, noSDK)
	other("dotnet", "dotnet8", functions.X8664, results.Skipped, noSDK)
	other("go", "provided.al2023", functions.ARM64, results.Checked, "answers checked under qemu-aarch64-static 7.2.17")
	other("java", "java21", functions.ARM64, results.Failed, `wrong answer: answer is "feed", want "2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e"`)
	s.Variants[2].Missed = map[results.Temperature]int{results.Proactive: 2, results.Warm: 1}
	s.Variants[2].Errors = 1
	for _, i := range []int{0, 1} {
		s.Variants[i].Reason = "4 of 5 cold hello samples"
	}
	return s
}

func manifest() results.Manifest {
	return results.Manifest{
		Tool: "local", Version: "v0.1.0", Platform: "local", Region: "eu-central-1", Stage: "dev", Started: started, Ended: started.Add(time.Minute), Seed: 42,
		Settings: results.Settings{SSMLatencyMs: new(20.0)},
		Machine:  map[string]string{"cpu": "AMD EPYC, 2 cores", "os": "linux 6.12"},
		Knobs:    map[string]string{"freeze": "cgroup v2", "cpu": "cgroup v2, 0.29 processors at 512 MB", "memory": "not enforced: the memory controller is not delegated; peaks are read from VmHWM"},
	}
}

// target is one module under load: its latencies, split into classes and seconds.
type target struct {
	name    string
	all     *latency.Histogram
	classes map[string]*latency.Histogram
	log     []latency.Interval
	// classLogs are the logs of the classes.
	classLogs map[string][]latency.Interval
}

// targets draws n requests for each module; the first 20 are an environment's first.
func targets(n int) []target {
	rng := rand.New(rand.NewPCG(3, 4))
	var all []target
	for _, module := range []struct {
		name         string
		first, later float64
	}{{"esmodule", 6, 3.2}, {"commonjs", 27, 3.3}} {
		t := target{name: module.name, all: latency.New(), classes: map[string]*latency.Histogram{"first": latency.New(), "later": latency.New()}, classLogs: map[string][]latency.Interval{}}
		for i := range n {
			median, class := module.later, "later"
			if i%(n/20) == 0 {
				median, class = module.first, "first"
			}
			d := time.Duration(median * math.Exp(0.2*rng.NormFloat64()) * float64(time.Millisecond))
			if rng.Float64() < 0.004 {
				d += 30 * time.Millisecond
			}
			if second := i / 10; len(t.log) <= second {
				row := func() latency.Interval {
					return latency.Interval{Start: started.Add(time.Duration(second) * time.Second), Length: time.Second, Histogram: latency.New()}
				}
				t.log = append(t.log, row())
				for name := range t.classes {
					t.classLogs[name] = append(t.classLogs[name], row())
				}
			}
			t.classLogs[class][len(t.log)-1].Histogram.Record(d)
			t.log[len(t.log)-1].Histogram.Record(d)
			t.all.Record(d)
			t.classes[class].Record(d)
		}
		all = append(all, t)
	}
	return all
}

func load(n int) results.Load {
	all := targets(n)
	l := results.Load{Generator: results.Generator{
		Engine: "epoll", Slip: latency.Timing{Percentiles: latency.Percentiles{N: int64(2 * n), P50: new(0.004), P99: new(0.031), Max: new(0.4)}},
		Busy: new(0.07), GCPauseMaxMs: new(0.08), OfferedRate: new(20.0), AchievedRate: new(20.0), Valid: true,
	}}
	for _, t := range all {
		l.Targets = append(l.Targets, t.record())
	}
	l.Judge(options)
	return l
}

// record is the target as attack fills it in.
func (t target) record() results.Target {
	n := t.all.N()
	r := results.Target{
		Name: t.name, URL: "http://127.0.0.1:9001/dev/" + t.name, Planned: n, Sent: n, Answered: n,
		Failed: map[string]int64{}, Status: map[int]int64{200: n},
		Latency: latency.NewTiming(t.all, nil), Service: latency.NewTiming(t.all, nil), FirstByte: latency.NewTiming(t.all, nil), Environments: 20,
	}
	for _, row := range t.log {
		r.Intervals = append(r.Intervals, results.Interval{Start: row.Start, Length: row.Length, Latency: row.Histogram.Counts()})
	}
	for _, name := range []string{"first", "later"} {
		h := t.classes[name]
		class := results.Class{ClassKey: results.ClassKey{Environment: name, Initialization: "provisioned-concurrency"}, Latency: latency.NewTiming(h, nil)}
		for _, row := range t.classLogs[name] {
			class.Intervals = append(class.Intervals, results.Interval{Start: row.Start, Length: row.Length, Latency: row.Histogram.Counts()})
		}
		r.Classes = append(r.Classes, class)
	}
	return r
}

// run is a run of local.
func run(s results.Summary, m results.Manifest) results.Run {
	return results.Run{Manifest: m, Summary: s}
}

// loadTest is a run of loadgen.
func loadTest(l results.Load, m results.Manifest) results.Run {
	return run(results.Summary{Load: &l}, m)
}
