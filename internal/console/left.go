package console

import (
	"fmt"
	"strings"
	"time"
)

// Left says how long work still takes if it goes on as it did: "about 40 s left". share,
// from 0 to 1, is how much of the work was done within elapsed. Left is empty before there
// is something to extrapolate from, and once nothing is left.
func Left(elapsed time.Duration, share float64) string {
	if elapsed <= 0 || share <= 0 || share >= 1 {
		return ""
	}
	left := time.Duration(float64(elapsed) * (1 - share) / share)
	// An estimate has no more digits than it is worth.
	unit := time.Minute
	switch {
	case left < 10*time.Second:
		unit = time.Second
	case left < time.Minute:
		unit = 5 * time.Second
	case left < 10*time.Minute:
		unit = 10 * time.Second
	}
	left = max(unit, left.Round(unit))
	words := []string{"about"}
	for _, part := range []struct {
		n    int
		unit string
	}{
		{int(left / time.Hour), "h"},
		{int(left % time.Hour / time.Minute), "min"},
		{int(left % time.Minute / time.Second), "s"},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", part.n, part.unit))
		}
	}
	return strings.Join(append(words, "left"), " ")
}
