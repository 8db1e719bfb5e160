package pace

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func all(c *Cursor) []Arrival {
	var out []Arrival
	for a, ok := c.Next(); ok; a, ok = c.Next() {
		out = append(out, a)
	}
	return out
}

var schedules = []struct {
	name     string
	schedule Schedule
}{
	{"constant", Schedule{Seed: 1, Phases: At(10, time.Minute), Targets: 2}},
	{"one target", Schedule{Seed: 1, Phases: At(1000, 2*time.Second), Targets: 1}},
	{"a rate that binary fractions miss", Schedule{Seed: 7, Phases: At(0.1, 30*time.Second), Targets: 3}},
	{"ramp", Schedule{Seed: 2, Phases: []Phase{{10 * time.Second, 10, 100}}, Targets: 2}},
	{"ramp from and to nothing", Schedule{Seed: 2, Phases: []Phase{{10 * time.Second, 0, 50}, {5 * time.Second, 50, 0}}, Targets: 2}},
	{"phases with a pause", Schedule{Seed: 3, Phases: []Phase{{time.Second, 7.5, 7.5}, {2 * time.Second, 0, 0}, {time.Second, 20, 5}}, Targets: 3}},
	{"poisson", Schedule{Seed: 4, Process: Poisson, Phases: []Phase{{10 * time.Second, 100, 100}, {5 * time.Second, 20, 200}}, Targets: 2}},
	{"shared", Schedule{Seed: 8, Phases: []Phase{{time.Second, 5, 5}, {2 * time.Second, 0, 0}, {time.Second, 3, 6}}, Targets: 2, Shared: true}},
	{"shared, poisson", Schedule{Seed: 8, Process: Poisson, Phases: At(50, 4*time.Second), Targets: 3, Shared: true}},
	{"trace", Schedule{Seed: 5, Trace: []time.Duration{0, 5, 5, 100, 250}, Targets: 3}},
}

// Any number of shards has, together, the arrivals of the whole; they ascend and stay inside the schedule.
func TestShardsAreTheSchedule(t *testing.T) {
	for _, tt := range schedules {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.schedule.Validate(); err != nil {
				t.Fatal(err)
			}
			whole := all(tt.schedule.Shard(0, 1))
			for i, a := range whole {
				if a.Index != int64(i) {
					t.Fatalf("arrival %d has index %d", i, a.Index)
				}
				if i > 0 && a.At < whole[i-1].At {
					t.Fatalf("arrival %d at %v comes before the one before it at %v", i, a.At, whole[i-1].At)
				}
				if a.At < 0 || a.At > tt.schedule.Duration() {
					t.Fatalf("arrival %d at %v is outside of %v", i, a.At, tt.schedule.Duration())
				}
			}
			for _, n := range []int{2, 3, 7} {
				var union []Arrival
				for i := range n {
					union = append(union, all(tt.schedule.Shard(i, n))...)
				}
				slices.SortFunc(union, func(a, b Arrival) int { return int(a.Index - b.Index) })
				if !reflect.DeepEqual(union, whole) {
					t.Errorf("%d shards have %d arrivals, the whole has %d, or they differ", n, len(union), len(whole))
				}
			}
		})
	}
}

// In every process but Poisson each target gets the same number, and every window has each target once.
func TestTargetsShareEveryWindow(t *testing.T) {
	for _, tt := range schedules {
		if tt.schedule.Process == Poisson {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			arrivals := all(tt.schedule.Shard(0, 1))
			if got, want := float64(len(arrivals)), tt.schedule.Expected(); got != want {
				t.Errorf("%v arrivals, expected %v", got, want)
			}
			firsts := map[int]int{}
			for window := range slices.Chunk(arrivals, tt.schedule.Targets) {
				seen := map[int]bool{}
				for _, a := range window {
					seen[a.Target] = true
				}
				if len(seen) != len(window) || len(window) < tt.schedule.Targets && !tt.schedule.Shared {
					t.Fatalf("window %+v does not have every target once", window)
				}
				firsts[window[0].Target]++
			}
			if len(arrivals) > 100 && len(firsts) != tt.schedule.Targets {
				t.Errorf("only targets %v ever come first in a window", firsts)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	tests := []struct {
		name     string
		schedule Schedule
		want     []time.Duration
	}{
		{"constant", Schedule{Phases: At(2, 2*time.Second), Targets: 1}, []time.Duration{0, 500e6, 1000e6, 1500e6}},
		{"two targets alternate", Schedule{Phases: At(1, 2*time.Second), Targets: 2}, []time.Duration{0, 500e6, 1000e6, 1500e6}},
		{"a ramp from 0 to 4/s in 2 s: the count is t²", Schedule{Phases: []Phase{{2 * time.Second, 0, 4}}, Targets: 1},
			[]time.Duration{0, 1e9, 1414213562, 1732050808}},
		{"half an arrival is carried into the next phase", Schedule{Phases: []Phase{{time.Second, 1.5, 1.5}, {time.Second, 0.5, 0.5}}, Targets: 1},
			[]time.Duration{0, 666666667}},
		{"a pause", Schedule{Phases: []Phase{{time.Second, 1, 1}, {time.Second, 0, 0}, {time.Second, 1, 1}}, Targets: 1},
			[]time.Duration{0, 2e9}},
		{"a rate that two targets share", Schedule{Phases: At(5, time.Second), Targets: 2, Shared: true}, []time.Duration{0, 200e6, 400e6, 600e6, 800e6}},
		{"a trace", Schedule{Trace: []time.Duration{10, 30, 30}, Targets: 2}, []time.Duration{10, 20, 30, 30, 30, 30}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []time.Duration
			for _, a := range all(tt.schedule.Shard(0, 1)) {
				got = append(got, a.At)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// The origin's profile: 10/s for a minute is 600 requests to each.
func TestDefaultProfile(t *testing.T) {
	counts := map[int]int{}
	for _, a := range all(Schedule{Seed: 42, Phases: At(10, time.Minute), Targets: 2}.Shard(0, 1)) {
		counts[a.Target]++
	}
	if counts[0] != 600 || counts[1] != 600 {
		t.Errorf("got %v, want 600 each", counts)
	}
}

func TestSeed(t *testing.T) {
	s := Schedule{Seed: 1, Phases: At(10, 10*time.Second), Targets: 2}
	again := all(s.Shard(0, 1))
	if !reflect.DeepEqual(again, all(s.Shard(0, 1))) {
		t.Error("the same seed gives two orders")
	}
	s.Seed = 2
	if reflect.DeepEqual(again, all(s.Shard(0, 1))) {
		t.Error("another seed gives the same order")
	}
}

// The Poisson process has the mean and the variance of one, for each target too.
func TestPoisson(t *testing.T) {
	const rate, seconds = 1000, 200
	s := Schedule{Seed: 9, Process: Poisson, Phases: At(rate, seconds*time.Second), Targets: 2}
	perSecond := make([][]float64, 2)
	for i := range perSecond {
		perSecond[i] = make([]float64, seconds)
	}
	var gaps []float64
	var last time.Duration
	for _, a := range all(s.Shard(0, 1)) {
		perSecond[a.Target][int(a.At/time.Second)]++
		gaps = append(gaps, (a.At - last).Seconds())
		last = a.At
	}
	for target, counts := range perSecond {
		mean, variance := moments(counts)
		if math.Abs(mean-rate) > 15 { // 6 standard errors
			t.Errorf("target %d: mean %.1f per second, want %d", target, mean, rate)
		}
		if ratio := variance / mean; ratio < 0.6 || ratio > 1.5 {
			t.Errorf("target %d: variance over mean %.2f, want about 1", target, ratio)
		}
	}
	mean, variance := moments(gaps)
	if cv := math.Sqrt(variance) / mean; math.Abs(cv-1) > 0.02 {
		t.Errorf("the gaps' coefficient of variation is %.3f, want 1", cv)
	}
}

func moments(values []float64) (mean, variance float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		variance += (v - mean) * (v - mean) / float64(len(values)-1)
	}
	return mean, variance
}

func TestValidate(t *testing.T) {
	good := At(10, time.Second)
	tests := []struct {
		name     string
		schedule Schedule
		want     string
	}{
		{"no targets", Schedule{Phases: good}, "0 targets"},
		{"no phases", Schedule{Targets: 1}, "neither"},
		{"another process", Schedule{Targets: 1, Phases: good, Process: "uniform"}, "uniform"},
		{"negative rate", Schedule{Targets: 1, Phases: At(-1, time.Second)}, "phase 1"},
		{"not a number", Schedule{Targets: 1, Phases: At(math.NaN(), time.Second)}, "phase 1"},
		{"no time", Schedule{Targets: 1, Phases: At(1, 0)}, "lasts"},
		{"no arrival", Schedule{Targets: 1, Phases: At(0.1, time.Second)}, "less than one"},
		{"too many", Schedule{Targets: 1, Phases: At(1e9, 1e6*time.Second)}, "more than"},
		{"descending trace", Schedule{Targets: 1, Trace: []time.Duration{2, 1}}, "ascend"},
		{"trace and phases", Schedule{Targets: 1, Trace: []time.Duration{1}, Phases: good}, "trace"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.schedule.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error about %q", err, tt.want)
			}
		})
	}
}

func TestPeakRate(t *testing.T) {
	if got := (Schedule{Targets: 2, Phases: []Phase{{time.Second, 1, 5}, {time.Second, 3, 3}}}).PeakRate(); got != 10 {
		t.Errorf("phases: %v, want 10", got)
	}
	if got := (Schedule{Targets: 1, Trace: []time.Duration{0, 0, 500e6, 999e6, 1e9, 5e9}}).PeakRate(); got != 4 {
		t.Errorf("trace: %v, want 4", got)
	}
}

func TestParsePhase(t *testing.T) {
	tests := []struct {
		text string
		want Phase
		err  string
	}{
		{"60s@10", Phase{time.Minute, 10, 10}, ""},
		{"30s@10..100", Phase{30 * time.Second, 10, 100}, ""},
		{"1m30s@0.5..0", Phase{90 * time.Second, 0.5, 0}, ""},
		{"60s", Phase{}, "want duration@rate"},
		{"60@10", Phase{}, "length of time"},
		{"-1s@10", Phase{}, "length of time"},
		{"60s@x", Phase{}, `"x" is not a rate`},
		{"60s@10..-1", Phase{}, `"-1" is not a rate`},
		{"60s@NaN", Phase{}, "not a rate"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := ParsePhase(tt.text)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got error %v, want one about %q", err, tt.err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Fatalf("got %+v (%v), want %+v", got, err, tt.want)
			}
			if back, err := ParsePhase(got.String()); err != nil || back != got {
				t.Errorf("%s reads back as %+v (%v)", got, back, err)
			}
		})
	}
}

func TestReadTrace(t *testing.T) {
	got, err := ReadTrace(strings.NewReader("# seconds\n0\n\n 0.25 \n3\n"))
	if want := []time.Duration{0, 250e6, 3e9}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
	for text, want := range map[string]string{"1\n0.5\n": "line 2", "x\n": "line 1", "-1\n": "line 1", "# nothing\n": "no arrival", "Inf": "line 1"} {
		if _, err := ReadTrace(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error about %q", text, err, want)
		}
	}
}

func FuzzParsePhase(f *testing.F) {
	f.Add("60s@10")
	f.Add("30s@10..100")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePhase(text)
		if err != nil {
			return
		}
		if back, err := ParsePhase(p.String()); err != nil || back != p {
			t.Errorf("%q is %+v, written as %s, reads back as %+v (%v)", text, p, p, back, err)
		}
	})
}

func BenchmarkCursor(b *testing.B) {
	for _, bb := range []struct {
		name     string
		schedule Schedule
	}{
		{"constant", Schedule{Phases: At(10000, 100*time.Hour), Targets: 2}},
		{"ramp", Schedule{Phases: []Phase{{100 * time.Hour, 10000, 20000}}, Targets: 2}},
		{"poisson", Schedule{Process: Poisson, Phases: At(10000, 100*time.Hour), Targets: 2}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			c := bb.schedule.Shard(0, 1)
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := c.Next(); !ok {
					b.Fatal("the schedule is too short")
				}
			}
		})
	}
}
