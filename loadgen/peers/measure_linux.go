package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lambda-benchmark/lambda-benchmark/internal/results"
)

// capacity prints, for each peer, the CPU time per request of alternating pairs.
func (b *bench) capacity(tls bool) error {
	name := "plain HTTP"
	if tls {
		name = "TLS"
	}
	fmt.Printf("\ncapacity, %s, %d connections in a closed loop on one CPU, %d pairs of %d s\n\n", name, conns, b.pairs, b.seconds)
	fmt.Printf("  %-12s %12s %12s %28s %8s %9s\n", "peer", "CPU s/M", "ours", "peer / ours: median [range]", "target", "RSS MB")
	rivals := b.peers
	if !tls {
		rivals = append([]peer{{name: "C client", plain: 0.85}}, rivals...)
	}
	mine := ours()
	for _, p := range rivals {
		var theirs, own, ratios []float64
		var rss int64
		for range b.pairs {
			u, err := b.against(tls, p.program(b), func(url string) []string { return p.arguments(b, url) })
			if errors.Is(err, errNoTLS) {
				fmt.Println(" ", err)
				return nil
			}
			if err != nil {
				fmt.Printf("  %-12s %v\n", p.name, err)
				break
			}
			o, err := b.against(tls, b.loadgen, func(url string) []string { return mine.closed(b.dir, url, b.seconds) })
			if err != nil {
				return err
			}
			theirs, own = append(theirs, u.perMillion()), append(own, o.perMillion())
			ratios = append(ratios, u.perMillion()/o.perMillion())
			rss = max(rss, u.rss)
		}
		if len(ratios) == 0 {
			continue
		}
		slices.Sort(ratios)
		want := p.plain
		if tls {
			want = p.tls
		}
		target := "-"
		if want > 0 {
			target = fmt.Sprintf("%.2f", want)
		}
		fmt.Printf("  %-12s %12.2f %12.2f %28s %8s %9.0f\n", p.name, median(theirs), median(own),
			fmt.Sprintf("%.2f [%.2f-%.2f]", median(ratios), ratios[0], ratios[len(ratios)-1]), target, float64(rss)/1024)
	}
	return nil
}

func (p peer) program(b *bench) string {
	if p.closed == nil {
		return filepath.Join(b.dir, "client")
	}
	return p.name
}

func (p peer) arguments(b *bench, url string) []string {
	if p.closed == nil {
		return []string{url[strings.LastIndexByte(url, ':')+1:], c, strconv.Itoa(b.seconds)}
	}
	return p.closed(b.dir, url+"/", b.seconds)
}

// arrivals prints how even each one's requests come in, as the server saw them.
func (b *bench) arrivals() error {
	fmt.Printf("\narrivals, as a server that polls all the time saw them, %d s\n\n", 2*b.seconds)
	fmt.Printf("  %-12s %7s %9s %15s %22s %14s\n", "sender", "rate", "achieved", "variance/mean", "late by ms p50 / p99", "slip p99 µs")
	mine := ours()
	for _, rate := range []int{2000, 10000} {
		type sender struct {
			name, program string
			args          func(url string) []string
		}
		senders := []sender{
			{"ours", b.loadgen, func(url string) []string { return mine.open(b.dir, url, 2*b.seconds, rate) }},
			{"C, spinning", filepath.Join(b.dir, "client"), func(url string) []string {
				return []string{url[strings.LastIndexByte(url, ':')+1:], c, strconv.Itoa(2 * b.seconds), strconv.Itoa(rate)}
			}},
		}
		for _, p := range b.peers {
			if p.open != nil && (p.fastest == 0 || rate <= p.fastest) {
				senders = append(senders, sender{p.name, p.name, func(url string) []string { return p.open(b.dir, url+"/", 2*b.seconds, rate) }})
			}
		}
		for _, s := range senders {
			log := filepath.Join(b.dir, "arrivals")
			t, err := b.target("-b", "-l", log)
			if err != nil {
				return err
			}
			u, err := b.client(s.program, s.args(t.url()))
			if _, ended := t.end(); err == nil {
				err = ended
			}
			if err != nil {
				fmt.Printf("  %-12s %v\n", s.name, err)
				continue
			}
			a, err := readArrivals(log, float64(rate))
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			slip := "-"
			if s.name == "ours" {
				l, err := load(u.output)
				if err != nil {
					return err
				}
				if p := l.Generator.Slip; p.P99 != nil {
					slip = fmt.Sprintf("%.1f", *p.P99*1000)
				}
			}
			fmt.Printf("  %-12s %7d %9.0f %15.2f %22s %14s\n", s.name, rate, a.achieved, a.dispersion, fmt.Sprintf("%.3f / %.3f", a.late50, a.late99), slip)
		}
	}
	return nil
}

// arrivalsSeen describes the arrival process.
type arrivalsSeen struct {
	achieved       float64 // per second
	dispersion     float64 // variance over mean of the counts per millisecond
	late50, late99 float64 // ms, against the comb that fits best
}

func readArrivals(path string, rate float64) (arrivalsSeen, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return arrivalsSeen{}, err
	}
	times := make([]float64, len(raw)/8) // ns since the first
	for i := range times {
		times[i] = float64(binary.NativeEndian.Uint64(raw[8*i:]) - binary.NativeEndian.Uint64(raw))
	}
	return seen(times, rate)
}

func seen(times []float64, rate float64) (arrivalsSeen, error) {
	if len(times) < 1000 {
		return arrivalsSeen{}, fmt.Errorf("only %d arrivals", len(times))
	}
	// The ends belong to the start and the stop of the sender.
	times = times[len(times)/20 : len(times)-len(times)/20]
	length := times[len(times)-1] - times[0]
	a := arrivalsSeen{achieved: float64(len(times)-1) / length * 1e9}
	counts := make([]float64, int(length/1e6))
	for _, t := range times {
		if ms := int((t - times[0]) / 1e6); ms < len(counts) {
			counts[ms]++
		}
	}
	mean, variance := 0.0, 0.0
	for _, n := range counts {
		mean += n / float64(len(counts))
	}
	for _, n := range counts {
		variance += (n - mean) * (n - mean) / float64(len(counts)-1)
	}
	a.dispersion = variance / mean
	late := make([]float64, len(times))
	for i, t := range times {
		late[i] = (t - times[0] - float64(i)*1e9/rate) / 1e6
	}
	slices.Sort(late)
	// Requests cannot be early: the comb begins at the 1st percentile, which a single odd arrival does not move.
	zero := late[len(late)/100]
	a.late50, a.late99 = late[len(late)/2]-zero, late[len(late)*99/100]-zero
	return a, nil
}

// stall prints whether our percentiles show a stall of the server. The peers' do
// not come in one form that could be read here.
func (b *bench) stall() error {
	fmt.Printf("\nstall: 20 ms of service, a stall of 500 ms in every 5 s, 2,000 requests/s for 10 s\n\n")
	t, err := b.target("-d", "20000", "-s", "500")
	if err != nil {
		return err
	}
	u, err := b.client(b.loadgen, ours().open(b.dir, t.url(), 10, 2000))
	if _, ended := t.end(); err == nil {
		err = ended
	}
	if err != nil {
		return err
	}
	l, err := load(u.output)
	if err != nil {
		return err
	}
	p := l.Targets[0].Latency
	if p.P50 == nil || p.P99 == nil || p.P999 == nil {
		return errors.New("too few answers")
	}
	fmt.Printf("  %-10s %8s %8s %8s\n  %-10s %8.1f %8.1f %8.1f\n  %-10s %8.1f %8.1f %8.1f\n", "", "p50", "p99", "p99.9",
		"the truth", 20.0, 470.0, 515.0, "reported", *p.P50, *p.P99, *p.P999)
	return nil
}

// memory prints the peak of resident memory at 10,000 requests/s over TLS, short and long.
func (b *bench) memory() error {
	fmt.Printf("\nmemory at 10,000 requests/s over TLS\n\n")
	var first int64
	for _, seconds := range []int{10, 60} {
		u, err := b.against(true, b.loadgen, func(url string) []string { return ours().open(b.dir, url, seconds, 10000) })
		if errors.Is(err, errNoTLS) {
			fmt.Println(" ", err)
			return nil
		}
		if err != nil {
			return err
		}
		l, err := load(u.output)
		if err != nil {
			return err
		}
		if first == 0 {
			first = u.rss
		}
		fmt.Printf("  %d s: %.1f MB, %+.1f MB; %d answered, %v failed\n", seconds, float64(u.rss)/1024, float64(u.rss-first)/1024, l.Targets[0].Answered, l.Targets[0].Failed)
	}
	return nil
}

func load(output []byte) (*results.Load, error) {
	var r results.Run
	if err := json.Unmarshal(output, &r); err != nil {
		return nil, fmt.Errorf("read loadgen's JSON: %w", err)
	}
	if r.Load == nil || len(r.Load.Targets) == 0 {
		return nil, errors.New("loadgen's JSON has no target")
	}
	return r.Load, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
