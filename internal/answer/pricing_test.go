package answer_test

import (
	"math"
	"testing"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/answer"
	"github.com/lambda-benchmark/lambda-benchmark/internal/cost"
	"github.com/lambda-benchmark/lambda-benchmark/internal/deployed"
	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// billed is a run whose cells were billed exactly so.
func billed(platform deployed.Platform, region string, cells ...billedCell) results.Run {
	var all []cell
	for _, c := range cells {
		all = append(all, c.cell)
	}
	r := run(platform, all...)
	r.Manifest.Region = region
	for i, s := range r.Samples {
		for _, c := range cells {
			if s.Variant == c.variant() {
				d := c.warmMs
				if s.Wanted == results.Cold {
					d = c.coldMs
				}
				*r.Samples[i].Record.BilledDuration = time.Duration(d) * time.Millisecond
			}
		}
	}
	return r
}

type billedCell struct {
	cell
	coldMs, warmMs int
}

func TestPricing(t *testing.T) {
	a := only(billed(deployed.AWS, "us-east-1", billedCell{hello("a", 100, 10).with(1024), 200, 10}))
	p := a.Pricing
	if p == nil || p.Region != "us-east-1" || p.AsIf || len(p.Cells) != 1 {
		t.Fatalf("pricing is %+v", p)
	}
	c := p.Cells[0]
	for _, row := range []struct {
		name      string
		got, want float64
	}{
		{"warm", c.Warm, 1e6 * (0.01*0.0000166667 + 0.0000002)},
		{"cold", c.Cold, 1e6 * (0.2*0.0000166667 + 0.0000002)},
		{"a tenth cold", c.At(0.1), 1e6 * (0.029*0.0000166667 + 0.0000002)},
		{"the curve's last", c.Curve[len(c.Curve)-1], c.At(0.1)},
		{"the curve's first", c.Curve[0], c.At(0.0001)},
		{"requests", p.Request.USD, 0.20},
		{"API Gateway", p.APIGateway.USD, 3.50},
	} {
		if math.Abs(row.got-row.want) > 1e-9 {
			t.Errorf("%s costs %v, want %v", row.name, row.got, row.want)
		}
	}
	for i, share := range p.ColdShares[1:] {
		if step := share / p.ColdShares[i]; math.Abs(step-math.Pow(10, 0.25)) > 1e-9 {
			t.Errorf("from %v to %v is a factor of %v, want 4 steps for each factor of ten", p.ColdShares[i], share, step)
		}
	}
	if p := only(billed(deployed.Local, "eu-central-1", billedCell{hello("a", 100, 10), 200, 10})).Pricing; p == nil || !p.AsIf {
		t.Errorf("pricing of a local run is %+v, want as if AWS had billed it", p)
	}
	if p := only(billed(deployed.AWS, "eu-west-1", billedCell{hello("a", 100, 10), 200, 10})).Pricing; p == nil || p.APIGateway.Confidence != cost.Unconfirmed {
		t.Errorf("pricing in Ireland is %+v, want API Gateway unconfirmed", p)
	}
	if p := only(billed(deployed.AWS, "eu-atlantis-1", billedCell{hello("a", 100, 10), 200, 10})).Pricing; p != nil {
		t.Errorf("an unknown region is priced: %+v", p)
	}
}

// TestGigabyteSeconds is of a region without prices: what is billed is known all the same,
// and decides where a GB-second costs the same on both sides.
func TestGigabyteSeconds(t *testing.T) {
	a := only(billed(deployed.AWS, "eu-atlantis-1",
		billedCell{hello("a", 100, 10).with(1024).samples(600, 1500), 200, 20}, billedCell{hello("b", 100, 10).with(1024).samples(600, 1500), 100, 10}))
	if a.Pricing != nil || len(a.Billed) != 2 {
		t.Fatalf("pricing %+v and billed %+v, want no dollars and two cells", a.Pricing, a.Billed)
	}
	if c := a.Billed[0]; math.Abs(c.Cold-200_000) > 1e-6 || math.Abs(c.Warm-20_000) > 1e-6 || math.Abs(c.At(0.01)-21_800) > 1e-6 {
		t.Errorf("a is billed %+v, want 200,000 GB-seconds cold and 20,000 warm", c)
	}
	runtimes := find(t, a, answer.Runtime)
	if runtimes.Word != answer.Tie || runtimes.Pick != "b" {
		t.Errorf("the runtime is %s: %q of %+v, want the one that is billed less", runtimes.Word, runtimes.Pick, runtimes.Levels)
	}
	if l := runtimes.Levels[0]; l.PerMillion != nil || l.GBSeconds == nil || math.Abs(*l.GBSeconds-21_800) > 1e-6 {
		t.Errorf("a is %+v, want 21,800 GB-seconds and no dollars", l)
	}
}

func TestBreakEven(t *testing.T) {
	of := func(kind answer.BreakEvenKind, cells ...billedCell) answer.BreakEven {
		t.Helper()
		for _, e := range only(billed(deployed.AWS, "us-east-1", cells...)).Pricing.BreakEvens {
			if e.Kind == kind {
				return e
			}
		}
		t.Fatalf("no break-even of %s", kind)
		return answer.BreakEven{}
	}
	const armed, intel = 0.0000133334, 0.0000166667
	for _, row := range []struct {
		name  string
		got   answer.BreakEven
		at    float64 // 0 is none
		below bool
	}{
		{"arm64 is cheaper warm and dearer cold", of(answer.ByArchitecture, billedCell{hello("a", 1, 1).on(arm).with(1024), 1000, 10}, billedCell{hello("a", 1, 1).with(1024), 500, 10}),
			(0.01*intel - 0.01*armed) / ((0.99 * armed) - (0.49 * intel)), true},
		{"arm64 is cheaper always", of(answer.ByArchitecture, billedCell{hello("a", 1, 1).on(arm), 100, 10}, billedCell{hello("a", 1, 1), 100, 10}), 0, true},
		{"arm64 is dearer always", of(answer.ByArchitecture, billedCell{hello("a", 1, 1).on(arm), 200, 20}, billedCell{hello("a", 1, 1), 100, 10}), 0, false},
		// 512 MB: 100 and 20 ms; 1024 MB: 40 and 11 ms, in GB-ms 50 and 10 against 40 and 11.
		{"more memory pays from a share of cold starts on", of(answer.ByMemory, billedCell{hello("a", 1, 1), 100, 20}, billedCell{hello("a", 1, 1).with(1024), 40, 11}), 1.0 / 11, true},
		{"more memory never pays", of(answer.ByMemory, billedCell{hello("a", 1, 1), 100, 20}, billedCell{hello("a", 1, 1).with(1024), 100, 20}), 0, true},
		// An hour is 3600 x 0.0000041667; a call saves 0.99 x 0.1 GB-s + 0.01 x 1 GB-s on demand less 0.1 GB-s.
		{"provisioned", of(answer.ByProvisioning, billedCell{hello("a", 1, 1).with(1024), 1000, 100}), 3600 * 0.0000041667 / ((0.99*0.1+0.01*1)*intel - 0.1*0.0000097222), false},
		{"provisioned for what is short", of(answer.ByProvisioning, billedCell{hello("a", 1, 1).with(1024), 10, 1}), 0, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			switch at := row.got.At; {
			case row.at == 0 && at != nil:
				t.Errorf("at %v, want none in %v", *at, row.got.Range)
			case row.at != 0 && (at == nil || math.Abs(*at-row.at) > 1e-6*row.at):
				t.Errorf("%+v, want at %v", row.got, row.at)
			case row.got.CheaperBelow != row.below:
				t.Errorf("A is cheaper below: %v", row.got.CheaperBelow)
			}
		})
	}
}

// TestPricingOfSnapStart: a cold start is restored, which costs by the memory except for
// Java, and a published version costs by the month however often it is invoked.
func TestPricingOfSnapStart(t *testing.T) {
	for _, row := range []struct {
		language          string
		restore, snapshot float64
	}{
		{"python", 0.0001397998, 0.0000015046 * 3600 * 24 * 365 / 12},
		{"java", 0, 0},
	} {
		t.Run(row.language, func(t *testing.T) {
			c := hello("a", 100, 10).with(1024)
			c.language, c.snapStart = row.language, true
			p := only(billed(deployed.AWS, "us-east-1", billedCell{c, 200, 10})).Pricing
			if p == nil || len(p.Cells) != 1 {
				t.Fatalf("pricing is %+v", p)
			}
			cell := p.Cells[0]
			if want := 1e6 * (0.2*0.0000166667 + 0.0000002 + row.restore); math.Abs(cell.Cold-want) > 1e-9 {
				t.Errorf("cold costs %v, want %v", cell.Cold, want)
			}
			if want := 1e6 * (0.01*0.0000166667 + 0.0000002); math.Abs(cell.Warm-want) > 1e-9 {
				t.Errorf("warm costs %v, want %v", cell.Warm, want)
			}
			got := 0.0
			if s := cell.SnapshotPerMonth; s != nil {
				got = s.USD
			}
			if math.Abs(got-row.snapshot) > 1e-9 {
				t.Errorf("a version costs %v a month, want %v", got, row.snapshot)
			}
			if len(p.BreakEvens) != 0 {
				t.Errorf("break-evens %+v: AWS provisions no environments of a version with SnapStart", p.BreakEvens)
			}
		})
	}
}
