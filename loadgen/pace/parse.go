package pace

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParsePhase reads "60s@10" (a constant rate) or "30s@10..100" (a ramp).
func ParsePhase(text string) (Phase, error) {
	duration, rate, ok := strings.Cut(text, "@")
	if !ok {
		return Phase{}, fmt.Errorf("phase %q: want duration@rate or duration@from..to, such as 60s@10 or 30s@10..100", text)
	}
	d, err := time.ParseDuration(duration)
	if err != nil || d <= 0 {
		return Phase{}, fmt.Errorf("phase %q: %q is not a length of time such as 60s", text, duration)
	}
	from, to, ramp := strings.Cut(rate, "..")
	p := Phase{Duration: d}
	if p.From, err = parseRate(from); err == nil && ramp {
		p.To, err = parseRate(to)
	} else {
		p.To = p.From
	}
	if err != nil {
		return Phase{}, fmt.Errorf("phase %q: %w", text, err)
	}
	return p, nil
}

func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate >= 0) || rate > 1e9 {
		return 0, fmt.Errorf("%q is not a rate in requests per second", text)
	}
	return rate, nil
}

// String is what ParsePhase reads.
func (p Phase) String() string {
	rate := strconv.FormatFloat(p.From, 'g', -1, 64)
	if p.To != p.From {
		rate += ".." + strconv.FormatFloat(p.To, 'g', -1, 64)
	}
	return p.Duration.String() + "@" + rate
}

// ReadTrace reads arrival times: one number of seconds per line, ascending;
// empty lines and lines that start with # are skipped.
func ReadTrace(r io.Reader) ([]time.Duration, error) {
	var trace []time.Duration
	in := bufio.NewScanner(r)
	for number := 1; in.Scan(); number++ {
		line := strings.TrimSpace(in.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		seconds, err := strconv.ParseFloat(line, 64)
		if err != nil || !(seconds >= 0) || seconds > 1e9 {
			return nil, fmt.Errorf("trace, line %d: %.40q is not a number of seconds", number, line)
		}
		at := time.Duration(math.Round(seconds * float64(time.Second)))
		if n := len(trace); n > 0 && at < trace[n-1] {
			return nil, fmt.Errorf("trace, line %d: %v comes before the line above", number, at)
		}
		trace = append(trace, at)
	}
	if err := in.Err(); err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	if len(trace) == 0 {
		return nil, fmt.Errorf("trace: no arrival in it")
	}
	return trace, nil
}
