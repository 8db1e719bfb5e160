package console

import (
	"testing"
	"time"
)

func TestLeft(t *testing.T) {
	for _, row := range []struct {
		name    string
		elapsed time.Duration
		share   float64
		want    string
	}{
		{"nothing done yet", 20 * time.Second, 0, ""},
		{"no time gone yet", 0, 0.5, ""},
		{"all done", time.Minute, 1, ""},
		{"more than planned", time.Minute, 1.1, ""},
		{"a quarter", 10 * time.Second, 0.25, "about 30 s left"},
		{"the last moment", time.Minute, 0.999, "about 1 s left"},
		{"single seconds", 3 * time.Second, 0.3, "about 7 s left"},
		{"in steps of 5 s", 17 * time.Second, 0.3, "about 40 s left"},
		{"up to a minute", 59 * time.Second, 0.5, "about 1 min left"},
		{"in steps of 10 s", 94 * time.Second, 0.5, "about 1 min 30 s left"},
		{"in minutes", 754 * time.Second, 0.5, "about 13 min left"},
		{"in hours", 80 * time.Minute, 0.5, "about 1 h 20 min left"},
		{"whole hours", 2 * time.Hour, 0.5, "about 2 h left"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := Left(row.elapsed, row.share); got != row.want {
				t.Errorf("Left(%v, %v) = %q, want %q", row.elapsed, row.share, got, row.want)
			}
		})
	}
}
