package cost

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/functions"
	"github.com/lambda-benchmark/lambda-benchmark/internal/golden"
	"github.com/lambda-benchmark/lambda-benchmark/internal/matrix"
)

func TestPrices(t *testing.T) {
	for _, region := range []string{"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"} {
		t.Run(region, func(t *testing.T) {
			l, ok := PricesIn(region)
			if _, err := time.Parse(time.DateOnly, l.Checked); !ok || err != nil || l.Region != region {
				t.Errorf("region %q, checked %q: %v", l.Region, l.Checked, err)
			}
			for name, p := range l.Prices {
				if p.USD <= 0 || p.Per == "" || !strings.HasPrefix(p.Source, "https://") || !slices.Contains([]Confidence{Seen, SecondHand, Unconfirmed}, p.Confidence) {
					t.Errorf("%s is %+v, want a price with a unit, a source and how sure it is", name, p)
				}
			}
			for _, kind := range []string{"lambda.duration.", "lambda.provisioned.", "lambda.provisioned.duration."} {
				if share := l.price(kind+"arm64").USD / l.price(kind+"x86_64").USD; math.Abs(share-0.8) > 1e-4 {
					t.Errorf("%sarm64 costs %v of x86_64, want 0.8", kind, share)
				}
			}
			for name, p := range map[string]Price{"lambda.request": l.price("lambda.request"), "apigateway.request": l.price("apigateway.request")} {
				if p.Per != "request" {
					t.Errorf("%s is per %s", name, p.Per)
				}
			}
		})
	}
	if l, ok := PricesIn("eu-atlantis-1"); ok {
		t.Errorf("a region that is not in the list has the prices %v", l.Prices)
	}
}

func TestUSD(t *testing.T) {
	const request = 0.0000002
	for _, row := range []struct {
		name string
		Invocation
		want float64
	}{
		{"a GB-second", Invocation{Billed: time.Second, MemoryMB: 1024, Architecture: functions.X8664}, 0.0000166667 + request},
		{"on arm64", Invocation{Billed: time.Second, MemoryMB: 1024, Architecture: functions.ARM64}, 0.0000133334 + request},
		{"half the memory", Invocation{Billed: time.Second, MemoryMB: 512, Architecture: functions.X8664}, 0.0000166667/2 + request},
		{"a millisecond", Invocation{Billed: time.Millisecond, MemoryMB: 128, Architecture: functions.X8664}, 0.0000166667/8000 + request},
		{"provisioned", Invocation{Billed: time.Second, MemoryMB: 1024, Architecture: functions.X8664, Provisioned: true}, 0.0000097222 + request},
		{"nothing but the request", Invocation{MemoryMB: 1024, Architecture: functions.ARM64}, request},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := pricesFor(complete).USD(row.Invocation).USD; math.Abs(got-row.want) > 1e-15 {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}

// stage is a small one; change may make it another.
func stage(change func(*Stage)) Stage {
	s := Stage{
		Cold: 5, Warm: 20, Rounds: 5, Iterations: 2000, Every: 2 * time.Hour, ProvisionedConcurrency: 20, SampleTTLDays: 14, Secrets: 1,
		Harness: matrix.Variant{Function: "runner", Language: "go", Architecture: functions.ARM64, MemoryMB: 512},
	}
	for _, language := range []string{"go", "java", "nodejs"} {
		for _, a := range []functions.Architecture{functions.ARM64, functions.X8664} {
			s.Measured = append(s.Measured, matrix.Variant{Function: "hello", Language: language, Architecture: a, MemoryMB: 512})
		}
	}
	for _, name := range []string{"commonjs", "esmodule"} {
		s.Modules = append(s.Modules, matrix.Variant{Function: name, Language: "nodejs", Architecture: functions.ARM64, MemoryMB: 512})
	}
	if change != nil {
		change(&s)
	}
	return s
}

func TestText(t *testing.T) {
	for region, file := range map[string]string{"us-east-1": "estimate.golden", "eu-central-1": "estimate-eu-central-1.golden", "eu-atlantis-1": "estimate-unknown.golden"} {
		t.Run(region, func(t *testing.T) {
			b, err := Estimate(stage(func(s *Stage) { s.Region = region }))
			if err != nil {
				t.Fatal(err)
			}
			var text strings.Builder
			if err := b.Text(&text); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, file, text.String())
		})
	}
}

// TestRegions wants each region's own prices, and those that stand in for others marked.
func TestRegions(t *testing.T) {
	for _, row := range []struct {
		region, what string
		in           func(Breakdown) []Line
		each         float64
		confidence   Confidence
		standIn      bool
	}{
		{"eu-central-1", "provisioned concurrency of esmodule, 20", func(b Breakdown) []Line { return b.Standing }, 0.0000040118, Unconfirmed, false},
		{"eu-central-1", "stats API", func(b Breakdown) []Line { return b.Standing }, 0.0000037, SecondHand, false},
		{"eu-central-1", "logs", func(b Breakdown) []Line { return b.Run }, 0.63, SecondHand, false},
		{"eu-central-1", "workflow", func(b Breakdown) []Line { return b.Run }, 0.000025, Unconfirmed, true},
		{"ap-northeast-1", "table, writes", func(b Breakdown) []Line { return b.Run }, 0.000000715, SecondHand, false},
		{"eu-atlantis-1", "benchmarked functions, requests", func(b Breakdown) []Line { return b.Run }, 0.0000002, Unconfirmed, true},
		{"us-east-1", "workflow", func(b Breakdown) []Line { return b.Run }, 0.000025, Seen, false},
		{"", "workflow", func(b Breakdown) []Line { return b.Run }, 0.000025, Seen, false},
	} {
		t.Run(row.region+" "+row.what, func(t *testing.T) {
			b, err := Estimate(stage(func(s *Stage) { s.Region = row.region }))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(row.in(b), func(l Line) bool { return l.What == row.what })
			if i < 0 {
				t.Fatalf("no such line in %+v", row.in(b))
			}
			l := row.in(b)[i]
			if each := l.USD / l.Quantity; math.Abs(each-row.each) > 1e-9*row.each || l.Confidence != row.confidence || l.StandIn != row.standIn {
				t.Errorf("%v each, %s, stands in: %v; want %v, %s, %v", each, l.Confidence, l.StandIn, row.each, row.confidence, row.standIn)
			}
			if marked := strings.Contains(b.Sentence(), UnconfirmedMark); marked != (row.region != "" && row.region != complete) {
				t.Errorf("the estimate in short is marked: %v: %s", marked, b.Sentence())
			}
		})
	}
}

// TestEstimateByHand reckons some lines again, from their prices' definitions.
func TestEstimateByHand(t *testing.T) {
	b, err := Estimate(stage(func(s *Stage) { s.ProvisionedConcurrency = 3 }))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		what           string
		in             []Line
		quantity, each float64
	}{
		// 6 functions x 2 workloads x (5 cold + 20 warm + 5 warm-up calls)
		{"benchmarked functions, requests", b.Run, 360, 0.0000002},
		// begin 3, end 3, 5 rounds x (2 + 6 x 3), 2 passes x 2 + 1 wait
		{"workflow", b.Run, 111, 0.000025},
		// 360 samples of 3 KB twice, 30 visits' originals twice, 24 aggregates twice
		{"table, writes", b.Run, 2*360*3 + 60 + 48, 0.000000625},
		// 3 environments of half a GB for 365/12 days
		{"provisioned concurrency of esmodule, 3", b.Standing, 1.5 * 365.0 / 12 * 86400, 0.0000033334},
		// 365 runs of 300 samples of 2,500 bytes, kept for 14 days
		{"table, storage", b.Scheduled, 365 * 300 * 2500 / 1e9 * 14 / (365.0 / 12), 0.25},
		{"API key's secret", b.Standing, 1, 0.40},
	} {
		t.Run(row.what, func(t *testing.T) {
			i := slices.IndexFunc(row.in, func(l Line) bool { return l.What == row.what })
			if i < 0 {
				t.Fatalf("no such line in %+v", row.in)
			}
			l := row.in[i]
			if math.Abs(l.Quantity-row.quantity) > 1e-6*row.quantity || math.Abs(l.USD-row.quantity*row.each) > 1e-6*l.USD {
				t.Errorf("%v %s for %v, want %v for %v", l.Quantity, l.Unit, l.USD, row.quantity, row.quantity*row.each)
			}
		})
	}
	var months float64
	for _, l := range slices.Concat(b.Standing, b.Scheduled) {
		months += l.USD
	}
	if runs := b.Scheduled[0]; runs.Quantity != 365 || math.Abs(runs.USD-365*b.PerRun().USD) > 1e-9 || math.Abs(months-b.PerMonth().USD) > 1e-9 {
		t.Errorf("a month has %v runs for %v and costs %v, want 365 runs of %v in %v", runs.Quantity, runs.USD, b.PerMonth().USD, b.PerRun().USD, months)
	}
}

// TestEstimateFollows says which way an estimate goes.
func TestEstimateFollows(t *testing.T) {
	base, err := Estimate(stage(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name       string
		change     func(*Stage)
		run, month int // -1 less, 0 the same, 1 more
	}{
		{"more cold starts", func(s *Stage) { s.Cold *= 2 }, 1, 1},
		{"more memory", func(s *Stage) { s.Measured[0].MemoryMB = 3008 }, 1, 1},
		{"a function less", func(s *Stage) { s.Measured = s.Measured[1:] }, -1, -1},
		{"more rounds", func(s *Stage) { s.Rounds = 10 }, 1, 1},
		{"half as often", func(s *Stage) { s.Every *= 2 }, 0, -1},
		{"no schedule", func(s *Stage) { s.Every = 0 }, 0, -1},
		{"no provisioned concurrency", func(s *Stage) { s.ProvisionedConcurrency = 0 }, 0, -1},
		{"recovery", func(s *Stage) { s.PointInTimeRecovery = true }, 0, 1},
		{"a harness on x86", func(s *Stage) { s.Harness.Architecture = functions.X8664 }, 1, 1},
		{"visits longer than a runner lives", func(s *Stage) { s.Cold, s.Rounds = 500, 1 }, 1, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, err := Estimate(stage(row.change))
			if err != nil {
				t.Fatal(err)
			}
			sign := func(a, b float64) int {
				switch {
				case a < b:
					return 1
				case a > b:
					return -1
				}
				return 0
			}
			if run, month := sign(base.PerRun().USD, b.PerRun().USD), sign(base.PerMonth().USD, b.PerMonth().USD); run != row.run || month != row.month {
				t.Errorf("run %v -> %v, month %v -> %v, want signs %d and %d", base.PerRun(), b.PerRun(), base.PerMonth(), b.PerMonth(), row.run, row.month)
			}
		})
	}
}

func TestEstimateRefuses(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Stage)
	}{
		{"no round", func(s *Stage) { s.Rounds = 0 }},
		{"no sample", func(s *Stage) { s.Cold, s.Warm = 0, 0 }},
		{"a negative number", func(s *Stage) { s.Warm = -1 }},
		{"no harness", func(s *Stage) { s.Harness = matrix.Variant{} }},
	} {
		t.Run(row.name, func(t *testing.T) {
			if b, err := Estimate(stage(row.change)); err == nil {
				t.Errorf("no error, but %+v", b)
			}
		})
	}
}

func TestDollars(t *testing.T) {
	for usd, want := range map[float64]string{0: "$0.0000", 0.00002: "< $0.0001", 0.01234: "$0.0123", 12.345: "$12.35"} {
		if got := Dollars(usd); got != want {
			t.Errorf("Dollars(%v) = %s, want %s", usd, got, want)
		}
	}
}

// A run is longer by its rounds, and shorter by what it visits at once.
func TestRunTime(t *testing.T) {
	s := Stage{Cold: 8, Warm: 60, Rounds: 8, Iterations: 2000, MapConcurrency: 10, Harness: matrix.Variant{Architecture: functions.ARM64, MemoryMB: 1769}}
	for range 20 {
		s.Measured = append(s.Measured, matrix.Variant{Language: "go", Architecture: functions.ARM64, MemoryMB: 512})
	}
	of := func(change func(*Stage)) time.Duration {
		other := s
		change(&other)
		b, err := Estimate(other)
		if err != nil {
			t.Fatal(err)
		}
		return b.RunTime
	}
	base := of(func(*Stage) {})
	for _, row := range []struct {
		name     string
		change   func(*Stage)
		min, max float64 // of base
	}{
		{"twice as much at once", func(s *Stage) { s.MapConcurrency = 20 }, 0.5, 0.99},
		{"more at once than there is", func(s *Stage) { s.MapConcurrency = 1000 }, 0.5, 0.99},
		{"one at a time", func(s *Stage) { s.MapConcurrency = 1 }, 5, 10},
		{"four times as many cold starts", func(s *Stage) { s.Cold *= 4 }, 2, 4},
		{"one function", func(s *Stage) { s.Measured = s.Measured[:1] }, 0.5, 0.99},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := of(row.change).Seconds() / base.Seconds(); got < row.min || got > row.max {
				t.Errorf("%.2f times as long as %v, want %v to %v times", got, base, row.min, row.max)
			}
		})
	}
}
