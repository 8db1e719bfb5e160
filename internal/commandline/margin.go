package commandline

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lambda-benchmark/lambda-benchmark/internal/verdict"
)

// MarginUsage explains the flag that has a [Margin].
const MarginUsage = "a difference `M` that does not matter, such as 5ms or 5%"

// Margin is a difference that does not matter: a time, or a share of the second side. It
// is the value of a flag.
type Margin struct {
	text  string
	ms    float64
	share float64
}

// String is what was given.
func (m *Margin) String() string { return m.text }

// Set reads 5ms or 5%.
func (m *Margin) Set(text string) error {
	*m = Margin{text: text}
	if number, ok := strings.CutSuffix(text, "%"); ok {
		v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(v >= 0) || v > 1000 {
			return fmt.Errorf("%q is not a share such as 5%%", text)
		}
		m.share = v / 100
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("want a time such as 5ms, or a share such as 5%%")
	}
	m.ms = float64(d) / float64(time.Millisecond)
	return nil
}

// Options are those of a verdict with this margin.
func (m *Margin) Options() verdict.Options {
	return verdict.Options{MarginAbs: m.ms, MarginRel: m.share}
}
